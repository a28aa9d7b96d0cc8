"""Columns and conditions on the command line: every wrong word is told, with the right one."""

from __future__ import annotations

import pytest

from govern.model.errors import GovernError
from govern.model.policy import Condition, Pattern
from govern.policy import arguments


def faults(*where: str) -> list[str]:
    with pytest.raises(GovernError) as refused:
        arguments.conditions(where)
    assert refused.value.cause == "usage"
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("modle", "--by modle: no such column; did you mean model?"),
        ("api_key", "--by api_key: no such column; did you mean api_key_id?"),
        ("hour", "--by hour: no such column; it is one of billing_account_id, "),
        ("unit", "--by unit: units are never added up; every row lists its usage per unit"),
        ("model,model", "--by model: named twice"),
        ("", "--by : no such column; it is one of "),
        ("x" * 5000, "…: no such column; it is one of "),
        ("mod\x1b[31mel", "--by mod\\x1b[31mel: no such column; did you mean model?"),
    ],
)
def test_a_column_that_is_none_is_refused_with_the_right_one(by: str, told: str) -> None:
    with pytest.raises(GovernError) as refused:
        arguments.columns([by])
    (fault,) = refused.value.faults
    assert told in str(fault)
    assert "\n" not in str(fault) and len(str(fault)) < 600


def test_comma_lists_and_repeated_options_are_one_list() -> None:
    assert arguments.columns(["model, meter", "day"]) == ("model", "meter", "day")


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("model", "--where model: write COLUMN=VALUE, as in model=qwen-plus"),
        ("=x", "--where : no such column; it is one of "),
        ("modle=x", "--where modle: no such column; did you mean model?"),
        ("unit=tokens", "--where unit: units are never added up"),
        ("service=inferense", "--where service=inferense: did you mean inference?"),
        ("service=Inference", "--where service=Inference: did you mean inference?"),
        ("channel=playground", "--where channel=playground: did you mean bmp?"),
        ("service!=trainig", "--where service=trainig: did you mean training?"),
        ("service=b*z", "--where service=b*z: it is one of inference, batch, "),
        ("charge_category=refund", "charge_category=refund: it is one of usage, purchase, "),
        ("free_quota_stop=2", "--where free_quota_stop=2: it is one of 0, 1"),
        ("day=2026-9-1", "--where day=2026-9-1: write a day as 2026-09-30"),
        ("day=2026-02-30", "--where day=2026-02-30: write a day as 2026-09-30"),
        ("day=20260901", "--where day=20260901: write a day as 2026-09-30"),
        ("week=2026-09-01", "--where week=2026-09-01: write a week as 2026-09-28, its Monday"),
        ("month=2026-13", "--where month=2026-13: write a month as 2026-09"),
        ("month=202609", "--where month=202609: write a month as 2026-09"),
    ],
)
def test_a_condition_that_can_never_hold_is_refused(where: str, told: str) -> None:
    (fault,) = faults(where)
    assert told in fault


def test_every_fault_is_told_in_one_run() -> None:
    assert len(faults("modle=x", "service=inferense,trainig", "day=tomorrow", "model=fine")) == 4


@pytest.mark.parametrize(
    "word", ["2026", "2026-00", "2026-13", "26-08", "2026-8", "August", "２０２６-08"]
)
def test_a_month_is_written_as_a_month(word: str) -> None:
    with pytest.raises(GovernError, match="write a month, as in 2026-08"):
        arguments.month(word)
    assert arguments.month("2026-08") == arguments.month("202608") == "2026-08"


def test_values_are_lists_wildcards_missing_or_empty() -> None:
    words = ["model=qwen-*,a=b", "api_key_id!=none,", 'channel=""', "week=2026-08-31,none"]
    assert arguments.conditions(words) == (
        Condition("model", (Pattern("qwen-*"), Pattern("a=b"))),
        Condition("api_key_id", (Pattern(None), Pattern("")), True),
        Condition("channel", (Pattern(""),)),
        Condition("week", (Pattern("2026-08-31"), Pattern(None))),
    )
