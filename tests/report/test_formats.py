"""The same findings and the same verdict in every format, from no finding to three hundred."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from rich import FINDINGS, crowded, distrusted, empty, rich
from rich_bill import rich_audit, rich_cost, rich_inspection

from govern.cli.options import JUDGED, LISTED, STEPS
from govern.model.document import Document, Section
from govern.model.exits import Exit
from govern.report import FORMATS, fitting, offers
from govern.report.github_format import dearest
from govern.report.page import Page

PAGE = Page(width=160, folder="/repository")


def text_of(format: str, document: Document) -> str:
    return FORMATS[format].render(document, PAGE)


def sarif(document: Document) -> dict:
    return json.loads(text_of("sarif", document))["runs"][0]


def fingerprints(format: str, document: Document) -> list[str]:
    text = text_of(format, document)
    if format == "json":
        return [one["fingerprint"] for one in json.loads(text)["findings"]]
    if format == "ndjson":
        return [json.loads(line)["fingerprint"] for line in text.splitlines()[:-1]]
    if format == "csv":
        return [row["fingerprint"] for row in csv.DictReader(io.StringIO(text))]
    if format == "gitlab":
        return [one["fingerprint"] for one in json.loads(text)]
    results = json.loads(text)["runs"][0]["results"]
    return [one["partialFingerprints"]["govern/v1"] for one in results]


@pytest.mark.parametrize("format", ["json", "ndjson", "csv", "gitlab", "sarif"])
@pytest.mark.parametrize("count", [0, 1, 300])
def test_a_format_lists_every_finding_once(format: str, count: int) -> None:
    document = crowded(count)
    assert document.findings is not None
    assert fingerprints(format, document) == [one.fingerprint for one in document.findings]
    assert len(set(fingerprints(format, document))) == count


@pytest.mark.parametrize("make", [rich, empty, distrusted, lambda: crowded(300)])
def test_every_format_tells_the_same_exit(make) -> None:
    document = make()
    code, reason = document.exit.code, document.exit.reason
    assert json.loads(text_of("json", document))["exit"]["code"] == code
    assert json.loads(text_of("ndjson", document).splitlines()[-1])["exit"]["code"] == code
    assert f"(exit code {code})" in text_of("table", document)
    assert "exit code" in text_of("markdown", document).splitlines()[2]
    assert text_of("github", document).endswith(f"(exit code {code})\n")
    invocation = sarif(document)["invocations"][0]
    assert (invocation["exitCode"], invocation["exitCodeDescription"]) == (code, reason)
    assert invocation["executionSuccessful"] == (code in (0, 1))
    errors = ElementTree.fromstring(text_of("junit", document)).findall(".//error")
    assert bool(errors) == (code not in (0, 1))
    assert bool(invocation["toolExecutionNotifications"]) == (code not in (0, 1))


def test_a_clean_report_is_valid_and_empty_in_every_format() -> None:
    document = empty()
    assert sarif(document)["results"] == []
    assert json.loads(text_of("gitlab", document)) == []
    root = ElementTree.fromstring(text_of("junit", document))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "0", "0")
    assert len(text_of("csv", document).splitlines()) == 1
    assert text_of("github", document) == "govern: no finding (exit code 0)\n"


def test_a_policy_in_error_is_seen_in_the_formats_of_ci() -> None:
    document = rich()
    told, of_run = sarif(document)["invocations"][0]["toolExecutionNotifications"]
    assert of_run["associatedRule"]["id"] == "no-video"
    assert told["associatedRule"]["id"] == "batch-models"
    assert told["locations"][0]["physicalLocation"]["region"]["startLine"] == 28
    root = ElementTree.fromstring(text_of("junit", document))
    errors = [
        one.get("classname") for one in root.iter("testcase") if one.find("error") is not None
    ]
    assert errors == ["govern.batch-models", "govern.no-video"]
    first = text_of("github", document).splitlines()[0]
    assert first.startswith("::error file=policies/usage.yaml,line=28,title=batch-models could")


def test_a_waived_finding_is_shown_as_excused() -> None:
    document = rich()
    suppressed = [one for one in sarif(document)["results"] if one.get("suppressions")]
    assert [one["ruleId"] for one in suppressed] == ["max-spend-per-key"]
    root = ElementTree.fromstring(text_of("junit", document))
    (skipped,) = root.findall("./testsuite[@name='max-spend-per-key']/testcase/skipped")
    assert "waived by finops@example.com until 2026-11-01" in str(skipped.get("message"))
    issues = json.loads(text_of("gitlab", document))
    assert [one["severity"] for one in issues] == [
        "blocker",
        "critical",
        "info",
        "major",
        "minor",
        "info",
        # The policy that could not be judged.
        "blocker",
    ]
    assert "30003" not in text_of("github", document)


def test_junit_has_only_what_jenkins_knows() -> None:
    """The elements and attributes of junit-10.xsd; make validate holds against the file itself."""
    known = {
        "testsuites": {"name", "time", "tests", "failures", "errors"},
        "testsuite": {"name", "tests", "failures", "errors", "skipped", "file"},
        "testcase": {"name", "classname"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
        "skipped": {"type", "message"},
    }
    for make in (rich, empty, distrusted):
        root = ElementTree.fromstring(text_of("junit", make()))
        assert all(child.tag == "testsuite" for child in root)
        for element in root.iter():
            assert set(element.keys()) <= known[element.tag]
        for suite in root:
            assert {"name", "tests", "failures", "errors"} <= set(suite.keys())
            assert suite.get("tests") == str(len(suite))


def test_paths_are_relative_to_the_repository_with_slashes_and_percents() -> None:
    assert Page(folder="/repository").place("/repository/policies/./a b.yaml") == (
        "policies/a b.yaml"
    )
    assert Page(folder="/repository").place("/elsewhere/p.yaml") == "/elsewhere/p.yaml"
    assert Page(folder="/repository").place("../p.yaml") == "../p.yaml"
    uris = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in sarif(rich())["results"]
    ]
    assert uris[1] == "policies/%E8%8A%B1%E8%B4%B9%20limits.yaml"


def test_github_annotates_the_ten_dearest_of_three_hundred() -> None:
    lines = text_of("github", crowded(300)).splitlines()
    costs = [re.search(r"cost (\d+) CNY", line) for line in lines if line.startswith("::")]
    assert [found and int(found[1]) for found in costs] == list(range(800, 790, -1))
    assert lines[-2] == "290 more findings are not annotated."


def test_two_currencies_take_turns_since_they_can_not_be_compared() -> None:
    cheap_usd, dear_cny = FINDINGS[2], FINDINGS[5]
    shown = dearest([FINDINGS[3], cheap_usd, dear_cny], 2)
    assert set(map(id, shown)) == {id(cheap_usd), id(dear_cny)}


@pytest.mark.parametrize("count", [1, 25, 26, 300, 2000])
def test_a_comment_is_short_enough_for_github_and_says_what_it_cuts(count: int) -> None:
    text = text_of("markdown", crowded(count))
    assert len(text) < 60_000
    assert text.startswith("<!-- govern:check -->\n")
    assert f"{count} finding" in text.split("###")[0]
    assert text.count("<details>") == text.count("</details>")
    cut = re.search(r"(\d+) more rows are cut here", text)
    rows = re.findall(r"^\| high \|", text, re.MULTILINE)
    assert len(rows) + int(cut[1] if cut else 0) == count
    assert "1340 rows: 1312 Model Studio charges" in text
    if count <= 300:
        assert len(rows) == count


def test_csv_sums_no_two_currencies_in_one_column() -> None:
    rows = list(csv.DictReader(io.StringIO(text_of("csv", rich()))))
    assert rows[0]["billed_cost_CNY"] == "7.5"
    assert rows[0]["billed_cost_USD"] == "3.25"
    assert rows[1]["billed_cost_USD"] == ""


def listing() -> Document:
    """A document that judges nothing: it has rows and no findings."""
    rows = [
        {"model": "qwen", "currency": "CNY", "usage": [{"unit": "tokens", "quantity": "5"}]},
        {"model": None, "currency": "CNY", "tags": ["a", None], "bill": {"path": "=x"}},
    ]
    end = Exit("clean", "2 rows")
    payload = {"schema": "govern.cost/v1", "rows": rows, "exit": {"code": 0}}
    return Document(payload, lambda: [Section("Cost")], end, records=rows)


def test_only_formats_that_make_sense_fit_a_document() -> None:
    assert set(fitting(offers(rich()))) == set(fitting(JUDGED)) == set(FORMATS) - {"yaml"}
    for listed in (rich_cost(), rich_audit(), rich_inspection(), listing()):
        assert (
            fitting(offers(listed))
            == ["table", "json", "ndjson", "csv", "markdown"]
            == fitting(LISTED)
        )
    checklist = replace(listing(), comments={})
    assert set(fitting(offers(checklist))) == {*fitting(LISTED), "yaml"} == set(fitting(STEPS))
    bare = Document({"schema": "govern.bill/v1"}, lambda: [Section("Bill")], Exit("clean", ""))
    assert fitting(offers(bare)) == ["table", "json", "markdown"]


def test_a_listing_becomes_rows() -> None:
    rows = list(csv.reader(io.StringIO(text_of("csv", listing()))))
    assert rows == [
        ["model", "currency", "usage", "tags", "bill_path"],
        ["qwen", "CNY", '[{"unit":"tokens","quantity":"5"}]', "", ""],
        ["", "CNY", "", "a; ", "'=x"],
    ]
    lines = text_of("ndjson", listing()).splitlines()
    assert json.loads(lines[0])["model"] == "qwen"
    assert json.loads(lines[-1]) == {"schema": "govern.cost/v1", "exit": {"code": 0}}
    assert text_of("markdown", listing()).startswith("<!-- govern:cost -->\n")
