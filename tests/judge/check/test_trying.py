"""``govern policy test``: missing and extra findings fail; what is covered; what goes unnoticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from commandline import govern

ROOT = Path(__file__).parents[3]

SPEND = """\
version: 1
policies:
  - {id: spend, title: Spend, per: api_key, limit: {billed_cost: 500 CNY}}
"""


def tried(
    folder: Path, tests: str, *words: str, policies: str = SPEND, head: str = ""
) -> dict[str, Any]:
    """What the command says of these tests, in its own document."""
    (folder / "spend.yaml").write_text(policies)
    (folder / "spend.test.yaml").write_text(f"version: 1\n{head}tests:\n{tests}")
    done = govern(folder, "policy", "test", "spend.yaml", "--format", "json", *words)
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["exit"]["code"] == done.returncode
    return told


def one(charges: str, expect: str, name: str = "n", more: str = "") -> str:
    return f"  - {{name: {name}, charges: [{charges}], expect: {{{expect}}}{more}}}\n"


def faults(told: dict[str, Any]) -> list[str]:
    return [fault for test in told["tests"] for fault in test["faults"]]


ABOVE, AT, BELOW = (f"{{billed_cost: {amount} CNY}}" for amount in ("500.01", "500", "499"))
USD = "{billed_cost: 9999 USD}"


#: Charges, what is expected of them, and how what is wrong is told; None where nothing is.
EXPECTED = (
    (ABOVE, "fires: spend", None),
    (ABOVE, "fires: {spend: 7}", None),
    (AT, "silent: spend", None),
    (AT, "fires: spend", "spend should, and nowhere fires"),
    (
        ABOVE,
        "silent: spend",
        "spend fires for API key 7 in llm-a in 2026-09: 500.01 CNY, limit 500 CNY",
    ),
    (ABOVE, "fires: {spend: 8}", "spend should, and nowhere fires for 8"),
    (f"{ABOVE}, {USD}", "fires: spend", "spend can't be decided: matching charges in USD, for"),
    (f"{ABOVE}, {USD}", "fires: spend, undecided: spend", None),
    (AT, "undecided: spend", "spend is decided, and should be undecided"),
    (ABOVE, "waived: spend", "spend should, and nowhere is waived"),
    (ABOVE, "fires: {spend: [7, 7]}", "spend should, and nowhere fires for 7"),
    (f"{ABOVE}, {{billed_cost: 501 CNY, time: 2026-08-01}}", "fires: {spend: [7, 7]}", None),
)


def test_missing_and_extra_findings_both_fail(tmp_path: Path) -> None:
    tests = "".join(one(charges, expect) for charges, expect, _ in EXPECTED)
    told = tried(tmp_path, tests)
    for (charges, expect, fault), test in zip(EXPECTED, told["tests"], strict=True):
        last = test["faults"][-1] if test["faults"] else None
        assert (fault is None) is (last is None) is (test["outcome"] == "pass"), (charges, expect)
        assert (last or "").startswith(fault or ""), (charges, expect)
    assert told["exit"]["reason"] == "7 of 12 tests fail"


def test_a_policy_that_nobody_names_may_not_fire_either(tmp_path: Path) -> None:
    more = "  - {id: play, title: P, per: workspace, where: {channel: bmp}, forbid: charges}\n"
    told = tried(tmp_path, one("{channel: bmp}", "silent: spend"), policies=SPEND + more)
    assert faults(told) == ["play fires for workspace llm-a in 2026-09: 1 charges, limit 0 charges"]


def test_waivers_hold_in_tests_up_to_their_end(tmp_path: Path) -> None:
    (tmp_path / "waivers.yaml").write_text(
        "version: 1\nwaivers:\n"
        "  - {policy: spend, subject: 7, reason: r, owner: o, expires: 2026-10-01}\n"
    )
    last, over = ", as_of: 2026-09-30", ", as_of: 2026-10-01"
    tests = [(last, "waived: {spend: 7}", True), (over, "fires: spend", True),
             (over, "waived: spend", False), (last, "silent: spend", False)]  # fmt: skip
    written = "".join(one(ABOVE, expect, more=as_of) for as_of, expect, _ in tests)
    told = tried(tmp_path, written, head="waivers: waivers.yaml\n")
    assert [test["outcome"] == "pass" for test in told["tests"]] == [test[2] for test in tests]


def test_names_of_charges_are_those_of_an_inventory(tmp_path: Path) -> None:
    rule = "{id: lin, title: L, per: owner, where: {api_key_name: ci-*}, limit: {charges: 2}}"
    charges = "{owner: lin, api_key_name: ci-1, repeat: 3}, {api_key_id: 8, repeat: 9}"
    told = tried(
        tmp_path, one(charges, "fires: {lin: lin}"), policies=f"version: 1\npolicies:\n  - {rule}\n"
    )
    assert faults(told) == []


def test_a_time_is_known_as_well_as_it_is_written(tmp_path: Path) -> None:
    times = {"2026-09-10 12:00:01": "fires", "2026-09-10 11:59": "silent",
             "2026-09-10": "undecided", "2026-09": "undecided", "2026-09-11": "fires"}  # fmt: skip
    rule = "{id: p, title: P, per: bill, from: '2026-09-10 12:00', forbid: charges}"
    tests = "".join(one(f"{{time: {time}}}", f"{word}: p") for time, word in times.items())
    told = tried(tmp_path, tests, policies=f"version: 1\npolicies:\n  - {rule}\n")
    assert faults(told) == []


def test_what_is_covered_is_told_for_each_policy(tmp_path: Path) -> None:
    play = "  - {id: play, title: P, per: workspace, where: {channel: bmp}, forbid: charges}\n"
    off = "  - {id: off, title: O, per: bill, enabled: false, limit: {charges: 3}}\n"
    tests = one(ABOVE, "fires: spend, silent: play") + one(AT, "silent: [spend, off]", "m")
    told = tried(tmp_path, tests, policies=SPEND + play + off)
    covered = [
        (p["id"], p["enabled"], p["fired"], p["silent"], p["at_limit"]) for p in told["policies"]
    ]
    assert covered == [
        ("spend", True, 1, 1, 1),
        ("play", True, 0, 1, None),
        ("off", False, 0, 1, 0),
    ]


def test_a_policy_without_tests_fails_only_where_tests_are_required(tmp_path: Path) -> None:
    tests = one(ABOVE, "fires: spend")
    assert tried(tmp_path, tests)["exit"]["code"] == 0
    told = tried(tmp_path, tests, "--require-tests")
    assert told["exit"] == {
        "code": 1, "cause": "failed", "reason": "spend lacks one in which it is silent",
    }  # fmt: skip


def test_no_test_at_all_is_3(tmp_path: Path) -> None:
    (tmp_path / "spend.yaml").write_text(SPEND)
    done = govern(tmp_path, "policy", "test", "spend.yaml")
    assert done.returncode == 3
    assert "no test was found beside these policies" in done.stderr


def survivors(told: dict[str, Any]) -> list[str]:
    return [survivor["change"] for survivor in told["mutation"]["survivors"]]


def test_changes_that_no_test_notices_are_listed_with_what_would(tmp_path: Path) -> None:
    tests = one("{billed_cost: 502 CNY}", "fires: spend") + one(BELOW, "silent: spend", "m")
    told = tried(tmp_path, tests, "--mutate")
    assert told["exit"]["reason"] == "12 changes are noticed by no test"
    assert survivors(told)[-3:] == [
        "limit: billed_cost → list_cost",
        "limit: 500 CNY → 501 CNY",
        "limit: 500 CNY → 499 CNY",
    ]
    limit = told["mutation"]["survivors"][-1]
    assert limit["kill"] == "stay silent exactly at 500 CNY"
    assert (limit["policy"], limit["file"], limit["line"]) == ("spend", "spend.yaml", 3)


RICH = """\
version: 1
policies:
  - id: p
    title: P
    per: [workspace_id, model]
    where: {model: [a, b], channel: {not: bmp}}
    every: day
    from: 2026-09-02
    before: '2026-09-04 12:00'
    limit: {billed_cost: [5 CNY, 2 USD]}
    limit_for: {llm-b*: 9.5 CNY}
"""


def test_every_field_is_changed_one_at_a_time(tmp_path: Path) -> None:
    told = tried(tmp_path, one("", "silent: p"), "--mutate", policies=RICH)
    assert survivors(told) == [
        "per: without workspace_id", "per: without model",
        "where: without model", "where: model with not",
        "where: model without a", "where: model without b",
        "where: without channel", "where: channel without not",
        "every: day → week", "every: day → month", "every: day → total",
        "from: without 2026-09-02",
        "from: 2026-09-02 → 2026-09-01", "from: 2026-09-02 → 2026-09-03",
        "before: without 2026-09-04 12:00",
        "before: 2026-09-04 12:00 → 2026-09-04 11:59",
        "before: 2026-09-04 12:00 → 2026-09-04 12:01",
        "limit: billed_cost → list_cost",
        "limit: 5 CNY → 6 CNY", "limit: 5 CNY → 4 CNY", "limit: without 5 CNY",
        "limit: 2 USD → 3 USD", "limit: 2 USD → 1 USD", "limit: without 2 USD",
        "limit_for: llm-b*: without",
        "limit_for: llm-b*: 9.5 CNY → 9.6 CNY", "limit_for: llm-b*: 9.5 CNY → 9.4 CNY",
    ]  # fmt: skip
    assert told["mutation"]["tried"] == len(survivors(told))


def test_a_waiver_is_changed_too(tmp_path: Path) -> None:
    (tmp_path / "waivers.yaml").write_text(
        "version: 1\nwaivers:\n"
        "  - {policy: spend, subject: 7, reason: r, owner: o, expires: 2026-10-01,"
        " up_to: 800 CNY}\n"
    )
    tests = one(ABOVE, "waived: spend", more=", as_of: 2026-09-30")
    tests += one("{billed_cost: 801 CNY}", "fires: spend", "m", more=", as_of: 2026-09-30")
    told = tried(tmp_path, tests, "--mutate", head="waivers: waivers.yaml\n")
    waived = [one for one in told["mutation"]["survivors"] if one["file"] == "waivers.yaml"]
    assert [one["change"] for one in waived] == [
        "subject: 7 → *", "expires: 2026-10-01 → 2026-10-02", "up_to: 800 CNY → 799 CNY",
    ]  # fmt: skip


def test_nothing_is_changed_where_a_test_fails_anyway(tmp_path: Path) -> None:
    told = tried(tmp_path, one(AT, "fires: spend"), "--mutate")
    assert (told["mutation"], told["exit"]["reason"]) == (None, "1 of 1 tests fails")


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("failing")
    (folder / "spend.yaml").write_text(SPEND)
    tests = one(AT, "fires: spend", "at it") + one(ABOVE, "fires: spend", "above")
    (folder / "spend.test.yaml").write_text(f"version: 1\ntests:\n{tests}")
    words = ("-o", "j.xml", "-o", "github:g.log", "-o", "t.txt", "-o", "j.json", "-o", "m.md")
    assert govern(folder, "policy", "test", ".", *words, "-q").returncode == 1
    return folder


def test_junit_has_a_suite_per_file_and_a_case_per_test(failing: Path) -> None:
    root = ElementTree.parse(failing / "j.xml").getroot()
    (suite,) = root
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == (
        "spend.test.yaml", "2", "1",
    )  # fmt: skip
    wrong, right = suite
    assert (wrong.get("name"), right.get("name"), list(right)) == ("at it", "above", [])
    assert wrong[0].get("message") == "spend should, and nowhere fires"
    assert "spend.test.yaml:3" in (wrong[0].text or "")


def test_a_failing_test_is_annotated_where_it_is_written(failing: Path) -> None:
    assert (failing / "g.log").read_text() == (
        "::error file=spend.test.yaml,line=3,title=at it::spend should, and nowhere fires\n"
        "govern: 1 of 2 tests fails (exit code 1)\n"
    )


def test_people_read_the_verdict_first_and_then_where(failing: Path) -> None:
    text = (failing / "t.txt").read_text()
    assert text.startswith("FAIL: 1 of 2 tests fails\n")
    assert "spend.test.yaml:3" in text
    assert (failing / "m.md").read_text().count("spend should, and nowhere fires") == 1


def test_the_document_keeps_to_its_schema(failing: Path) -> None:
    schema = json.loads((ROOT / "schemas" / "govern.test_report.v1.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    told = json.loads((failing / "j.json").read_text())
    validator.validate(told)
    changes = {"tried": 1, "survivors": [{**told["tests"][0], "change": "c"}]}
    assert not validator.is_valid({**told, "mutation": changes})


def test_a_format_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    done = govern(tmp_path, "policy", "test", ".", "--format", "sarif")
    assert done.returncode == 2
    assert "junit" in done.stderr
