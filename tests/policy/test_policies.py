"""Policy files: what they mean, and where they are wrong."""

from __future__ import annotations

import os
import random
import re
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govern.model.clock import Moment
from govern.model.errors import GovernError
from govern.model.measure import MEASURES
from govern.model.policy import Condition, Limit, Pattern, Policy
from govern.model.words import CHARGE_CATEGORIES, CURRENCIES, PERIODS, SERVICES, SEVERITIES, STOPS
from govern.policy.policies import load_policies

from .files import faults_of, one_letter_edits, places, write

FULL = """\
version: 1
policies:
  - id: max-spend-per-key
    title: No API key spends more than 500 CNY a month
    description: Why, and whom to ask.
    severity: high
    owner: finops@example.com
    enabled: true
    per: api_key
    where:
      service: inference
      channel: [app, assistant-api]
      model: {not: [qwen-turbo*]}
    every: month
    from: 2026-09-01T00:00:00+08:00
    before: 2026-10-01
    limit:
      billed_cost: 500 CNY
    limit_for:
      "9*": 50 CNY
      "12345": 2000 CNY
    stop: ask
  - id: no-playground
    title: Nobody pays for the console Playground
    per: workspace
    where: {service: inference, channel: bmp}
    forbid: charges
    stop: stop_playground
  - id: retired-workspaces
    title: A retired workspace costs nothing
    severity: critical
    per: workspace
    where: {workspace_id: [llm-old-a, llm-old-b], charge_category: usage}
    from: 2026-09-01
    forbid: charges
    stop: retire_workspace
"""

#: One policy to put a field into; the field stands on line 6 behind four blanks.
SMALL = "version: 1\npolicies:\n  - id: a\n    title: t\n    per: model\n"


def policy_with(folder: Path, field: str, rule: str = "forbid: charges") -> Policy:
    (one,) = load_policies([write(folder, f"{SMALL}    {field}\n    {rule}\n")])
    return one


def test_the_example_of_the_contract_means_what_it_says(tmp_path: Path) -> None:
    path = write(tmp_path, FULL)
    assert load_policies([path]) == [
        Policy(
            id="max-spend-per-key",
            title="No API key spends more than 500 CNY a month",
            description="Why, and whom to ask.",
            severity="high",
            owner="finops@example.com",
            enabled=True,
            subject_kind="api_key",
            columns=("sub_account_id", "workspace_id", "api_key_id"),
            where=(
                Condition("service", (Pattern("inference"),)),
                Condition("channel", (Pattern("app"), Pattern("assistant-api"))),
                Condition("model", (Pattern("qwen-turbo*"),), excludes=True),
            ),
            every="month",
            start=Moment(datetime(2026, 9, 1), timezone(timedelta(hours=8))),
            end=Moment(datetime(2026, 10, 1)),
            measure=MEASURES["billed_cost"],
            limits=(Limit(Decimal(500), "CNY"),),
            limit_for=(
                (Pattern("12345"), (Limit(Decimal(2000), "CNY"),)),
                (Pattern("9*"), (Limit(Decimal(50), "CNY"),)),
            ),
            stop="ask",
            file=path,
            line=3,
        ),
        Policy(
            id="no-playground",
            title="Nobody pays for the console Playground",
            subject_kind="workspace",
            columns=("workspace_id",),
            where=(
                Condition("service", (Pattern("inference"),)),
                Condition("channel", (Pattern("bmp"),)),
            ),
            measure=MEASURES["charges"],
            limits=(Limit(Decimal(0), "charges"),),
            stop="stop_playground",
            file=path,
            line=23,
        ),
        Policy(
            id="retired-workspaces",
            title="A retired workspace costs nothing",
            severity="critical",
            subject_kind="workspace",
            columns=("workspace_id",),
            where=(
                Condition("workspace_id", (Pattern("llm-old-a"), Pattern("llm-old-b"))),
                Condition("charge_category", (Pattern("usage"),)),
            ),
            start=Moment(datetime(2026, 9, 1)),
            measure=MEASURES["charges"],
            limits=(Limit(Decimal(0), "charges"),),
            stop="retire_workspace",
            file=path,
            line=29,
        ),
    ]


def test_what_is_not_said_has_its_default(tmp_path: Path) -> None:
    one = policy_with(tmp_path, "severity: low")
    assert (one.every, one.stop, one.enabled, one.where) == ("month", "ask", True, ())
    assert (one.start, one.end, one.owner, one.description) == (None, None, None, None)


def test_the_same_rules_may_be_written_as_json(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '{"version": 1, "policies": [{"id": "a", "title": "t", "per": ["model", "tier"],\n'
        ' "limit": {"usage": "2000000 tokens"}, "enabled": false}]}',
    )
    (one,) = load_policies([path])
    assert one.subject_kind == "columns"
    assert one.columns == ("model", "tier")
    assert one.limits == (Limit(Decimal(2000000), "tokens"),)
    assert one.enabled is False


@pytest.mark.parametrize(
    ("field", "column", "patterns", "excludes"),
    [
        ("where: {api_key_id: 010}", "api_key_id", ("010",), False),
        ("where: {owner: no}", "owner", ("no",), False),
        ("where: {api_key_id: ''}", "api_key_id", ("",), False),
        ("where: {api_key_id: none}", "api_key_id", (None,), False),
        ("where: {api_key_name: 'none'}", "api_key_name", ("none",), False),
        ("where: {api_key_id: ['', none, 1e3]}", "api_key_id", ("", None, "1e3"), False),
        ("where: {model: {not: qwen-max}}", "model", ("qwen-max",), True),
        ("where: {service: b*}", "service", ("b*",), False),
        ("where: {service: {not: [batch, other]}}", "service", ("batch", "other"), True),
        ("where: {free_quota_stop: 1}", "free_quota_stop", ("1",), False),
        ("where: {free_quota_stop: [none, '']}", "free_quota_stop", (None, ""), False),
        ("where: {model: '*-max'}", "model", ("*-max",), False),
    ],
)
def test_conditions_are_texts_whatever_yaml_makes_of_them(
    tmp_path: Path, field: str, column: str, patterns: tuple[str | None, ...], excludes: bool
) -> None:
    assert policy_with(tmp_path, field).where == (
        Condition(column, tuple(Pattern(text) for text in patterns), excludes),
    )


@pytest.mark.parametrize(
    ("rule", "measure", "limits"),
    [
        ("limit: {billed_cost: 500 CNY}", "billed_cost", ["500 CNY"]),
        ("limit: {list_cost: 0.000000000000001 USD}", "list_cost", ["0.000000000000001 USD"]),
        ("limit: {billed_cost: [500 CNY, 70.50 USD]}", "billed_cost", ["500 CNY", "70.50 USD"]),
        ("limit: {usage: 12 images}", "usage", ["12 images"]),
        ("limit: {charges: 0}", "charges", ["0 charges"]),
        ("forbid: charges", "charges", ["0 charges"]),
        ("limit: {billed_cost: 99999999999999 CNY}", "billed_cost", ["99999999999999 CNY"]),
    ],
)
def test_limits_are_exact(tmp_path: Path, rule: str, measure: str, limits: list[str]) -> None:
    one = policy_with(tmp_path, "severity: low", rule)
    assert one.measure.name == measure
    written = [limit.split(" ") for limit in limits]
    assert one.limits == tuple(Limit(Decimal(amount), unit) for amount, unit in written)


def test_the_most_exact_exception_comes_first(tmp_path: Path) -> None:
    one = policy_with(
        tmp_path,
        'limit_for: {"*": 1 CNY, qwen-*: 2 CNY, qwen-max: [3 CNY, 1 USD], none: 4 CNY, "": 5 CNY}',
        "limit: {billed_cost: 9 CNY}",
    )
    assert one.limit_for == (
        (Pattern("qwen-max"), (Limit(Decimal(3), "CNY"), Limit(Decimal(1), "USD"))),
        (Pattern("none"), (Limit(Decimal(4), "CNY"),)),
        (Pattern(""), (Limit(Decimal(5), "CNY"),)),
        (Pattern("qwen-*"), (Limit(Decimal(2), "CNY"),)),
        (Pattern("*"), (Limit(Decimal(1), "CNY"),)),
    )


def test_forbid_may_have_exceptions(tmp_path: Path) -> None:
    one = policy_with(tmp_path, "limit_for: {qwen-max: 3}")
    assert one.limits == (Limit(Decimal(0), "charges"),)
    assert one.limit_for == ((Pattern("qwen-max"), (Limit(Decimal(3), "charges"),)),)


# Every wrong field stands on line 6, behind four blanks; the rule on line 7.
@pytest.mark.parametrize(
    ("field", "column", "says"),
    [
        ("severty: low", 5, "did you mean severity?"),
        ("Severity: low", 5, "did you mean severity?"),
        ("limits: {charges: 0}", 5, "did you mean limit?"),
        ("severity: hihg", 15, "did you mean high?"),
        ("severity: High", 15, "did you mean high?"),
        ("severity: [high]", 15, "a single value"),
        ("severity:", 5, "is empty"),
        ("description: ''", 18, "is empty"),
        ("owner: '  '", 12, "is empty"),
        ('owner: "a\\nb"', 12, "must be on one line"),
        ("enabled: no", 14, "write false"),
        ("enabled: True", 14, "write true"),
        ("enabled: maybe", 14, "write true or false"),
        ("every: monthly", 12, "did you mean month?"),
        ("every: year", 12, "it is one of day, week, month, total"),
        ("stop: delete", 11, "did you mean delete_key?"),
        ("from: 2026-9-1", 11, "write 2026-09-01"),
        ("from: 20260901", 11, "write 2026-09-01"),
        ("from: 2026-02-30", 11, "2026-02 ends on 2026-02-28; write 2026-02-28"),
        ("from: 2028-2-30", 11, "2028-02 ends on 2028-02-29; write 2028-02-29"),
        ("from: 2026-06-31", 11, "2026-06 ends on 2026-06-30; write 2026-06-30"),
        ("from: 2026-13-30", 11, "write 2026-09-01 or 2026-09-01T00:00:00+08:00"),
        ("from: 2026-06-32", 11, "write 2026-09-01 or 2026-09-01T00:00:00+08:00"),
        ("from: yesterday", 11, "write 2026-09-01 or 2026-09-01T00:00:00+08:00"),
        ("where: inference", 12, "a mapping of columns"),
        ("where: {servce: inference}", 13, "did you mean service?"),
        ("where: {region: cn-beijing}", 13, "did you mean region_id?"),
        ("where: {service: inferense}", 22, "did you mean inference?"),
        ("where: {service: Batch}", 22, "did you mean batch?"),
        ("where: {channel: Playground}", 22, "did you mean bmp?"),
        ("where: {channel: {not: [playground]}}", 29, "did you mean bmp?"),
        ("where: {service: [batch, inferense]}", 30, "did you mean inference?"),
        ("where: {service: {not: [bacth]}}", 29, "did you mean batch?"),
        ("where: {service: x*}", 22, "unknown service"),
        ("where: {service: none}", 22, "unknown service"),
        ("where: {charge_category: ''}", 30, "unknown charge_category"),
        ("where: {charge_category: usages}", 30, "did you mean usage?"),
        ("where: {free_quota_stop: 2}", 30, "one of 0, 1"),
        ("where: {model: []}", 20, "an empty list picks nothing"),
        ("where: {model: {not: []}}", 26, "an empty list picks nothing"),
        ("where: {model: {}}", 20, "an empty mapping"),
        ("where: {model: {nto: x}}", 21, "only not: [...]"),
        ("where: {model: {not: x, or: y}}", 29, "only not: [...]"),
        ("where: {model: {not: {not: x}}}", 26, "single value"),
        ("where: {model: [[x]]}", 21, "single value"),
        ("where: {model: }", 13, "is empty"),
        ("where: {model: *-max}", 20, "'*-max'"),
        ("limit_for: [1]", 16, "mapping of subjects"),
        ("limit_for: {x: 5 CNY}", 20, "write 5"),
        ("limit_for: {x: [1, 2]}", 20, "only money may be a list"),
        ("limit: {charges: 0}", None, "one of them"),
        ("title: again", 5, "duplicate key"),
        ("<<: {owner: me}", 5, "merge keys"),
        ("owner: &me x", 12, "anchors"),
    ],
)
def test_a_wrong_field_is_told_with_its_place(
    tmp_path: Path, field: str, column: int | None, says: str
) -> None:
    path = write(tmp_path, f"{SMALL}    {field}\n    forbid: charges\n")
    (fault,) = faults_of(lambda: load_policies([path]))
    expected = (7, 5) if column is None else (6, column)
    assert (fault.line, fault.column) == expected
    assert says in fault.message
    assert fault.excerpt == ("    forbid: charges" if column is None else f"    {field}")


@pytest.mark.parametrize(
    ("rule", "column", "says"),
    [
        ("limit: {billed_cost: ¥500}", 26, "write 500 CNY"),
        ("limit: {billed_cost: ￥500}", 26, "write 500 CNY"),
        ("limit: {billed_cost: $70}", 26, "write 70 USD"),
        ("limit: {billed_cost: 500}", 26, "write 500 CNY"),
        ("limit: {cost: 500 CNY}", 13, "did you mean billed_cost?"),
        ("limit: {Spend: 500 CNY}", 13, "did you mean billed_cost?"),
        ("limit: {billed_cost: '1,500 CNY'}", 26, "write 1500 CNY"),
        ("limit: {billed_cost: 500CNY}", 26, "write 500 CNY"),
        ("limit: {billed_cost: CNY 500}", 26, "write 500 CNY"),
        ("limit: {billed_cost: 500 cny}", 26, "write 500 CNY"),
        ("limit: {billed_cost: 500 RMB}", 26, "write 500 CNY"),
        ("limit: {billed_cost: 500 元}", 26, "write 500 CNY"),
        ("limit: {billed_cost: 500 CYN}", 26, "write 500 CNY"),
        ("limit: {billed_cost: 500  CNY}", 26, "write 500 CNY"),
        ("limit: {billed_cost: -5 CNY}", 26, "isn't negative; write 5 CNY"),
        ("limit: {billed_cost: 0 cny}", 26, "an amount of money: write 0 CNY"),
        ("limit: {billed_cost: -¥5}", 26, "isn't negative; write 5 CNY"),
        ("limit: {billed_cost: 1e3 CNY}", 26, "write 1000 CNY"),
        ("limit: {billed_cost: +5 CNY}", 26, "write 5 CNY"),
        ("limit: {billed_cost: .5 CNY}", 26, "write 0.5 CNY"),
        ("limit: {billed_cost: 010 CNY}", 26, "write 10 CNY"),
        ("limit: {billed_cost: ５００ CNY}", 26, "write 500 CNY"),
        ("limit: {billed_cost: '1.500,00 CNY'}", 26, "write 500 CNY"),
        ("limit: {billed_cost: much}", 26, "write 500 CNY"),
        ("limit: {billed_cost: 500 XQZ}", 26, "write 500 CNY"),
        ("limit: {billed_cost: 0.0000000000000001 CNY}", 26, "more than 15 decimals"),
        ("limit: {billed_cost: 100000000000000 CNY}", 26, "more than 14 digits"),
        ("limit: {billed_cost: []}", 26, "an empty list"),
        ("limit: {billed_cost: [5 CNY, 6 CNY]}", 34, "one per currency"),
        ("limit: {billed_cost: [[5 CNY]]}", 27, "single value"),
        ("limit: {billed_cost: 5 tokens}", 26, "not an amount of money"),
        ("limit: {usage: 5 CNY}", 20, "write 2000000 tokens"),
        ("limit: {usage: 5}", 20, "write 5 tokens"),
        ("limit: {usage: 5 token}", 20, "write 5 tokens"),
        ("limit: {usage: 5 Tokens}", 20, "write 5 tokens"),
        ("limit: {usage: 5 ktokens}", 20, "write 2000000 tokens"),
        ("limit: {usage: 5千 tokens}", 20, "write 2000000 tokens"),
        ("limit: {usage: 2M tokens}", 20, "write 2000000 tokens"),
        ("limit: {usage: 5 imags}", 20, "write 5 images"),
        ("limit: {usage: [5 tokens, 6 images]}", 20, "only money may be a list"),
        ("limit: {charges: -1}", 22, "a whole number, such as 0"),
        ("limit: {charges: 1.5}", 22, "a whole number, such as 0"),
        ("limit: {charges: 3 charges}", 22, "write 3"),
        ("limit: {charges: 0 charges}", 22, "write 0"),
        ("limit: {charges: 007}", 22, "write 7"),
        ("limit: {bill_cost: 5 CNY}", 13, "did you mean billed_cost?"),
        ("limit: {charges: 1, usage: 5 tokens}", 25, "exactly one measure"),
        ("limit: {}", 12, "names its measure"),
        ("limit: 500 CNY", 12, "names its measure"),
        ("limit:", 5, "is empty"),
        ("forbid: usage", 13, "it is one of charges"),
        ("forbid: charge", 13, "did you mean charges?"),
        ("severity: low", None, "limit or forbid is missing"),
    ],
)
def test_a_wrong_limit_teaches_the_right_spelling(
    tmp_path: Path, rule: str, column: int | None, says: str
) -> None:
    path = write(tmp_path, f"{SMALL}    {rule}\n")
    (fault,) = faults_of(lambda: load_policies([path]))
    assert (fault.line, fault.column) == ((3, 5) if column is None else (6, column))
    assert says in fault.message


def test_a_limit_never_suggests_a_sum_it_did_not_understand(tmp_path: Path) -> None:
    path = write(tmp_path, f"{SMALL}    limit: {{billed_cost: '1.500,00 CNY'}}\n")
    (fault,) = faults_of(lambda: load_policies([path]))
    assert fault.message.endswith("not an amount of money: write 500 CNY")


def test_of_a_text_of_more_than_100_characters_no_sum_is_suggested(tmp_path: Path) -> None:
    for length, told in ((100, "write 12 CNY"), (101, "write 500 CNY")):
        text = "12".rjust(length)
        path = write(tmp_path, f"{SMALL}    limit: {{billed_cost: '{text}'}}\n")
        (fault,) = faults_of(lambda path=path: load_policies([path]))  # type: ignore[misc]
        assert fault.message.endswith(told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 2\npolicies: []\n", [(1, 10)]),
        ("policies: []\n", [(1, 1)]),
        ("version: 1\n", [(1, 1)]),
        ("version: 1\npolicies: {a: b}\n", [(2, 11)]),
        ("version: 1\npolicies:\n", [(2, 1)]),
        ("version: 1\npolices: []\n", [(1, 1), (2, 1)]),
        ("- a\n", [(1, 1)]),
        ("just text\n", [(1, 1)]),
        ("version: 1\npolicies:\n  - just text\n", [(3, 5)]),
        ("version: 1\npolicies:\n  - forbid: charges\n", [(3, 5)] * 3),
        (SMALL + "    limit: {usage: 5 tokens}\n    limit_for: {x: 1 images}\n", [(7, 20)]),
        (SMALL + "    from: 2026-10-01\n    before: 2026-10-01\n    forbid: charges\n", [(7, 13)]),
        (
            # 2026-10-01 on the bill clock is 2026-09-30T16:00 in UTC.
            SMALL + "    before: 2026-09-30T16:00:00Z\n    from: 2026-10-01\n    forbid: charges\n",
            [(6, 13)],
        ),
        (
            "version: 1\npolicies:\n  - {id: Max Spend!, title: '', per: api_kee, limit: 1}\n",
            [(3, 10), (3, 29), (3, 38), (3, 54)],
        ),
    ],
)
def test_every_fault_of_a_file_is_told(
    tmp_path: Path, text: str, expected: list[tuple[int, int]]
) -> None:
    path = write(tmp_path, text)
    assert places(faults_of(lambda: load_policies([path]))) == expected


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("Max Spend", "write max-spend"),
        ("max_spend", "write max-spend"),
        ("-a-", "write a"),
        ("a--b", "write a-b"),
        ("Café", "write cafe"),
        ("钱", "single hyphens"),
    ],
)
def test_a_wrong_id_teaches_a_right_one(tmp_path: Path, written: str, says: str) -> None:
    text = f"version: 1\npolicies:\n  - id: {written}\n    title: t\n    per: bill\n"
    path = write(tmp_path, text + "    forbid: charges\n")
    (fault,) = faults_of(lambda: load_policies([path]))
    assert (fault.line, fault.column) == (3, 9)
    assert fault.message.endswith(says)


@pytest.mark.parametrize(
    ("per", "column", "says"),
    [
        ("api-key", 10, "did you mean api_key?"),
        ("region_id", 10, "write [region_id]"),
        ("{model: x}", 10, "a subject such as"),
        ("[]", 10, "write bill"),
        ("[model, model]", 18, "stands here twice"),
        ("[model, modle]", 18, "did you mean model?"),
        ("[[model]]", 11, "single value"),
    ],
)
def test_a_wrong_subject_is_told(tmp_path: Path, per: str, column: int, says: str) -> None:
    path = write(tmp_path, SMALL.replace("per: model", f"per: {per}") + "    forbid: charges\n")
    (fault,) = faults_of(lambda: load_policies([path]))
    assert (fault.line, fault.column) == (5, column)
    assert says in fault.message


class TestFiles:
    def test_a_folder_means_its_yaml_files_without_tests_and_waivers(self, tmp_path: Path) -> None:
        write(tmp_path, SMALL.replace("id: a", "id: b") + "    forbid: charges\n", "x/b.yml")
        write(tmp_path, SMALL + "    forbid: charges\n", "a.yaml")
        write(tmp_path, "tests: []\n", "a.test.yaml")
        write(tmp_path, "tests: []\n", "x/b.test.yml")
        write(tmp_path, "version: 1\nwaivers: [{owner: &x y}]\n", "waivers.yaml")
        write(tmp_path, "not yaml: [", "readme.md")
        found = load_policies([str(tmp_path)])
        assert [(one.id, os.path.relpath(one.file, tmp_path)) for one in found] == [
            ("a", "a.yaml"),
            ("b", os.path.join("x", "b.yml")),
        ]

    def test_a_file_that_has_both_is_no_waiver_file(self, tmp_path: Path) -> None:
        write(tmp_path, SMALL + "    forbid: charges\nwaivers: []\n")
        (fault,) = faults_of(lambda: load_policies([str(tmp_path)]))
        assert (fault.line, fault.column) == (7, 1)

    def test_a_file_that_is_named_must_hold_policies(self, tmp_path: Path) -> None:
        path = write(tmp_path, "version: 1\nwaivers: []\n")
        assert places(faults_of(lambda: load_policies([path]))) == [(1, 1), (2, 1)]

    def test_a_file_reached_twice_is_read_once(self, tmp_path: Path) -> None:
        path = write(tmp_path, SMALL + "    forbid: charges\n")
        (tmp_path / "link.yaml").symlink_to(path)
        (tmp_path / "loop").symlink_to(tmp_path)
        twice = [path, str(tmp_path), str(tmp_path / "." / "p.yaml")]
        assert [one.file for one in load_policies(twice)] == [path]

    def test_an_id_is_used_once_over_all_files(self, tmp_path: Path) -> None:
        first = write(tmp_path, SMALL + "    forbid: charges\n", "1.yaml")
        second = write(tmp_path, SMALL + "    forbid: charges\n", "2.yaml")
        (fault,) = faults_of(lambda: load_policies([first, second]))
        assert (fault.path, fault.line, fault.column) == (second, 3, 9)
        assert f"{first}:3:9" in fault.message

    def test_faults_of_all_files_come_in_one_run_sorted(self, tmp_path: Path) -> None:
        write(tmp_path, SMALL + "    forbid: chargs\n", "b.yaml")
        write(tmp_path, SMALL + "    severity: hi\n    forbid: x\n", "a.yaml")
        write(tmp_path, "a:\n  - [}", "c.yaml")
        missing = str(tmp_path / "none.yaml")
        faults = faults_of(lambda: load_policies([missing, str(tmp_path)]))
        assert [(os.path.basename(f.path), f.line) for f in faults] == [
            ("a.yaml", 6),
            ("a.yaml", 7),
            ("b.yaml", 3),
            ("b.yaml", 6),
            ("c.yaml", 2),
            ("none.yaml", 0),
        ]

    def test_an_empty_folder_holds_no_policy(self, tmp_path: Path) -> None:
        assert load_policies([str(tmp_path)]) == []

    def test_a_folder_that_cannot_be_listed_is_a_file_that_cannot_be_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def denied(path: str) -> list[str]:
            raise PermissionError(13, "Permission denied", path)

        monkeypatch.setattr(os, "listdir", denied)
        with pytest.raises(GovernError) as caught:
            load_policies([str(tmp_path)])
        assert caught.value.cause == "file"


def test_no_currency_is_one_letter_away_from_the_two_of_alibaba() -> None:
    for currency in ("CNY", "USD"):
        edits = set(one_letter_edits(currency)) | {
            currency[:at] + letter + currency[at + 1 :]
            for at in range(3)
            for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        }
        assert edits & set(CURRENCIES) == {currency}


CLOSED = {*SEVERITIES, *PERIODS, *SERVICES, *CHARGE_CATEGORIES, *STOPS, "charges", "true"}
CLOSED |= {"api_key", "workspace"}


def test_every_slip_in_a_key_or_a_closed_word_is_refused_or_means_the_same(
    tmp_path: Path,
) -> None:
    policies = [policy + "\n" for policy in re.split(r"\n(?=  - )", FULL)[1:]]
    tried = 0
    for policy in policies:
        text = "version: 1\npolicies:\n" + policy
        (meant,) = load_policies([write(tmp_path, text)])
        words = [
            found
            for found in re.finditer(r"[a-z_]+", text)
            if text[found.end() :].startswith(":") or found[0] in CLOSED
        ]
        for word in words:
            if _inside_free_text(text, word.start()):
                continue
            edits = sorted(set(one_letter_edits(word[0])) - {word[0]})
            for edit in random.Random(tried).sample(edits, min(20, len(edits))):
                path = write(tmp_path, text[: word.start()] + edit + text[word.end() :])
                tried += 1
                try:
                    got = load_policies([path])
                except GovernError as error:
                    assert error.cause == "usage"
                else:
                    assert got == [meant], edit
    assert tried > 700


def _inside_free_text(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return re.match(r"\s*(- )?(title|description|id|owner): ", line) is not None


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(FULL) - 1),
            st.integers(0, 4),
            st.one_of(
                st.sampled_from(
                    [b"*", b"&", b"!", b"<<: ", b"\n", b"  ", b": ", b"- ", b"{", b"["]
                ),
                st.sampled_from([b"\x00", b"\xff", b'"', b"'", b"#", b"---\n", b"%", b"|", b"?"]),
                st.binary(max_size=3),
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_spoiled_file_is_wrong_usage_or_a_policy_and_never_a_crash(
    tmp_path: Path, edits: list[tuple[int, int, bytes]]
) -> None:
    raw = FULL.encode()
    for at, length, put in edits:
        raw = raw[:at] + put + raw[at + length :]
    path = write(tmp_path, raw)
    try:
        load_policies([path])
    except GovernError as error:
        assert error.cause == "usage"
        assert error.faults == sorted(error.faults)


def test_a_file_of_nothing_but_faults_is_refused_in_a_moment(tmp_path: Path) -> None:
    path = write(tmp_path, "".join(f"k{n}: 1\n" for n in range(60_000)))
    start = time.process_time()
    assert len(faults_of(lambda: load_policies([path]))) == 60_002
    assert time.process_time() - start < 5


def test_a_policy_knows_the_line_it_starts_on(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "version: 1\npolicies:\n  # why\n  - title: t\n    id: a\n    per: bill\n"
        "    forbid: charges\n",
    )
    (one,) = load_policies([path])
    assert replace(one, line=0).id == "a"
    assert one.line == 4
