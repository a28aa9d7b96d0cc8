"""Nothing in a run that can't be trusted, or that evaluated nothing, looks passed in any format."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from bills import bill, paid

from govern.judge.check.check import Terms, check
from govern.judge.check.narrative import document
from govern.ledger.reading import Reading, read
from govern.model.document import Document
from govern.policy.policies import load_policies
from govern.policy.waivers import load_waivers
from govern.report import FORMATS
from govern.report.page import Page

ELSEWHERE = {"产品Code": "ecs", "商品Code": "ecs", "产品名称": "ECS", "商品名称": "ECS"}
UNPARSED = {"资产/资源实例ID": "who-knows"}

POLICIES = """version: 1
policies:
- {id: loud, title: L, per: bill, limit: {billed_cost: 1 CNY}}
- {id: quiet, title: Q, per: bill, limit: {billed_cost: 5000 CNY}}
- {id: excused, title: E, per: bill, limit: {billed_cost: 1 CNY}}
- {id: off, title: O, per: bill, limit: {billed_cost: 1 CNY}, enabled: false}
"""
WAIVERS = """version: 1
waivers:
- {policy: excused, subject: bill, reason: r, owner: o, expires: 2027-01-01}
"""

#: Cause → what brings it about: the rows of each file, more policies, more terms.
RUNS: dict[str, tuple[list[list[str]], str, dict[str, Any]]] = {
    "rejected": ([[paid("9"), paid("x")]], "", {}),
    "overlap": ([[paid("9", 主键="k")], [paid("8", 主键="k")]], "", {}),
    "totals_row": ([[paid("9"), "合计" + "," * 34 + "10,,CNY,,"]], "", {}),
    "undecided": (
        [[paid("9"), paid("7", **UNPARSED)]],
        "- {id: unsure, title: U, per: api_key, limit: {billed_cost: 10 CNY}}\n",
        {},
    ),
    "old_bill": ([[paid("9")]], "", {"max_bill_age": timedelta(days=1)}),
    "nothing": ([[paid("9", **ELSEWHERE)]], "", {}),
}


def run(folder: Path, cause: str) -> Document:
    files, more, terms = RUNS[cause]
    paths = [str(bill(folder, *rows, name=f"b{at}.csv")) for at, rows in enumerate(files)]
    policies, waivers = folder / "policies.yaml", folder / "waivers.yaml"
    policies.write_text(POLICIES + more)
    waivers.write_text(WAIVERS)
    with read(paths, Reading()) as ledger:
        asked = Terms(datetime(2026, 10, 5), waivers=tuple(load_waivers([str(waivers)])), **terms)
        found = document(check(ledger, load_policies([str(policies)]), asked))
    assert found.exit.cause == cause
    return found


def text_of(format: str, shown: Document) -> str:
    return FORMATS[format].render(shown, Page())


@pytest.mark.parametrize("cause", RUNS)
def test_no_policy_passes_in_a_run_that_is_not_trusted(tmp_path: Path, cause: str) -> None:
    told = {one["id"]: one for one in run(tmp_path, cause).payload["policies"]}
    outcomes = {id: one["outcome"] for id, one in told.items()}
    expected = {"loud": "fail", "quiet": "error", "excused": "error", "off": "skip"}
    if cause == "overlap":
        expected = {}
    elif cause == "nothing":
        expected["loud"] = "error"
    elif cause == "undecided":
        expected["unsure"] = "error"
    assert outcomes == expected
    for id in {"quiet", "excused"} & set(told):
        why = "nothing was evaluated" if cause == "nothing" else "the run can't be trusted"
        assert told[id]["message"].startswith(f"no verdict, since {why}: ")


@pytest.mark.parametrize("cause", RUNS)
def test_no_format_shows_it_as_passed(tmp_path: Path, cause: str) -> None:
    shown = run(tmp_path, cause)
    code, reason = shown.exit.code, shown.exit.reason
    assert code == (3 if cause == "nothing" else 4)
    for format in ("table", "markdown"):
        text = text_of(format, shown)
        assert "passed" not in text and "PASS" not in text
        assert ("NOT JUDGED" if code == 3 else "NOT TRUSTED") in text
    assert json.loads(text_of("json", shown))["exit"]["cause"] == cause
    assert json.loads(text_of("ndjson", shown).splitlines()[-1])["exit"]["cause"] == cause

    (one,) = json.loads(text_of("sarif", shown))["runs"]
    (invocation,) = one["invocations"]
    assert invocation["executionSuccessful"] is False
    told = invocation["toolExecutionNotifications"]
    about = {note["associatedRule"]["id"] for note in told if "associatedRule" in note}
    errors = {p["id"] for p in shown.payload["policies"] if p["outcome"] == "error"}
    assert told and about == errors
    assert (f"govern-{cause}" in {note["descriptor"]["id"] for note in told}) or errors

    root = ElementTree.fromstring(text_of("junit", shown))
    for suite in root:
        name = suite.get("name")
        for case in suite:
            green = len(case) == 0
            assert not green or (name == "the bill" and cause == "undecided")
        if name in errors:
            assert case.find("error") is not None
    assert int(root.get("errors", "0")) >= 1

    github = text_of("github", shown)
    assert github.startswith("::error ")
    issues = json.loads(text_of("gitlab", shown))
    assert issues[-1]["severity"] == "blocker"
    assert issues[-1]["check_name"] == ("unsure" if cause == "undecided" else "govern")
    *_, last = csv.DictReader(io.StringIO(text_of("csv", shown)))
    assert last["message"].startswith("could not be judged" if cause == "undecided" else "no ver")
    if cause != "undecided":
        assert reason in issues[-1]["description"]
        assert reason[:40] in last["message"]
        assert reason[:40] in github


def test_a_run_that_is_trusted_says_what_passed(tmp_path: Path) -> None:
    RUNS["clean"] = ([[paid("9")]], "", {"fail_on": "never"})
    try:
        shown = run(tmp_path, "clean")
    finally:
        del RUNS["clean"]
    outcomes = {one["id"]: one["outcome"] for one in shown.payload["policies"]}
    assert outcomes == {"loud": "fail", "quiet": "pass", "excused": "pass", "off": "skip"}
