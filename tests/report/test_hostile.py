"""Names from outside stay names: every format is read back by a real parser of its kind."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from functools import cache
from xml.etree import ElementTree

import pytest
from corpus import HOSTILE, report_of
from markdown_it import MarkdownIt

from govern.model.document import Document
from govern.model.redact import redact
from govern.report import FORMATS
from govern.report.page import Page

PAGE = Page(width=160, folder="/somewhere")
NARROW = Page(width=40)

#: What may steer a terminal or turn text around: control and format characters, surrogates.
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@cache
def hostile(name: str) -> Document:
    return report_of(HOSTILE[name])


@cache
def redacted(name: str) -> Document:
    return redact(hostile(name), b"salt")


@cache
def rendered(format: str, name: str, page: Page = PAGE) -> str:
    text = FORMATS[format].render(hostile(name), page)
    # An output file or stdout takes it as UTF-8 without trouble.
    return text.encode("utf-8").decode()


def steering(text: str) -> set[str]:
    return {
        f"{ord(character):04x}"
        for character in set(text) - {"\n"}
        if unicodedata.category(character) in _STEERING
    }


@pytest.fixture(params=list(HOSTILE))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("format", list(FORMATS))
def test_no_format_prints_what_steers_a_terminal(format: str, name: str) -> None:
    assert steering(rendered(format, name)) == set()


@pytest.mark.parametrize("format", [one for one in FORMATS if one != "github"])
def test_a_ci_log_sees_no_command(format: str, name: str) -> None:
    text = rendered(format, name)
    if format == "table":
        text += rendered(format, name, NARROW)
    # GitHub's runner: "::" first in a line after blanks; the old form anywhere in it.
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert not re.search(r"##\w*\[", text)


def test_github_gets_exactly_the_commands_that_are_meant(name: str) -> None:
    lines = rendered("github", name).splitlines()
    commands = [line for line in lines if line.lstrip().startswith("::")]
    words = [re.match(r"::(\w+) ([^:]*)::([^\r\n]*)$", line) for line in commands]
    # Undecided policy, the run's own error, two hostile findings and one of the rich report.
    levels = sorted(word[1] if word else "" for word in words)
    assert levels == ["error", "error", "error", "error", "warning"]
    for word in words:
        assert word is not None
        keys = [pair.partition("=")[0] for pair in word[2].split(",")]
        assert keys in (["title"], ["file", "line", "title"])
    assert len(lines) == len(commands) + 1
    assert not re.search(r"##\w*\[", "\n".join(lines))


def test_csv_has_one_row_per_finding_and_no_formula(name: str) -> None:
    rows = list(csv.reader(io.StringIO(rendered("csv", name)), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == 1 + 4
    for row in rows:
        for cell in row:
            assert len(cell) < 32_767
            number = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell)
            assert number or not cell.lstrip().startswith(tuple("=+-@\t\r＝＋－＠")), cell


def test_json_holds_the_name_itself(name: str) -> None:
    document = hostile(name)
    for format in ("json", "sarif", "gitlab"):
        json.loads(rendered(format, name))
    assert json.loads(rendered("json", name)) == document.payload
    lines = rendered("ndjson", name).split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines[:-1]] == document.payload["findings"]
    assert json.loads(lines[-1])["exit"] == document.payload["exit"]


def test_sarif_has_every_finding_and_no_link_or_placeholder(name: str) -> None:
    run = json.loads(rendered("sarif", name))["runs"][0]
    assert len(run["results"]) == 4
    assert [len(one.get("suppressions", [])) for one in run["results"]] == [0, 0, 1, 0]
    for result in run["results"]:
        text = result["message"]["text"]
        plain = re.sub(r"\\[\\\[\]]", "", text)
        assert not set(plain) & set("[]\\")
        assert not set(plain.replace("{{", "").replace("}}", "")) & set("{}")
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9/._~!$&'()*+,;=@%-]+", uri)


def test_junit_is_xml_with_every_finding(name: str) -> None:
    root = ElementTree.fromstring(rendered("junit", name).encode())
    assert len(root.findall(".//failure")) == 3
    assert len(root.findall(".//skipped")) == 1
    assert [one.get("type") for one in root.findall(".//error")] == ["undecided", "overlap"]
    allowed = {"testsuites", "testsuite", "testcase", "failure", "error", "skipped"}
    assert {element.tag for element in root.iter()} == allowed
    assert (root.get("failures"), root.get("errors")) == ("3", "2")


def test_gitlab_has_every_finding(name: str) -> None:
    issues = json.loads(rendered("gitlab", name))
    assert len(issues) == 4
    assert all(isinstance(issue["description"], str) for issue in issues)


OWN_HTML = re.compile(r"<!-- govern:check -->|<details><summary>[A-Za-z0-9 ]+</summary>|</details>")


def test_markdown_holds_no_html_but_ours_and_no_link(name: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(rendered("markdown", name))
    inline = [child for token in tokens for child in token.children or ()]
    html = [token for token in [*tokens, *inline] if token.type.startswith("html")]
    for token in html:
        left = OWN_HTML.sub("", token.content).strip()
        assert left == "", left
    kinds = {child.type for child in inline}
    assert kinds <= {"text", "code_inline", "html_inline"}, kinds


def test_markdown_tables_keep_their_columns(name: str) -> None:
    parser = MarkdownIt("commonmark").enable("table")
    text = rendered("markdown", name)
    tokens = parser.parse(text)
    widths: list[list[int]] = []
    for token in tokens:
        if token.type == "table_open":
            widths.append([])
        elif token.type == "tr_open":
            widths[-1].append(0)
        elif token.type in ("th_open", "td_open"):
            widths[-1][-1] += 1
    # Findings, policies, idle waivers, totals, rejected rows; header and rows of each.
    assert [len(rows) for rows in widths] == [5, 4, 2, 2, 2]
    assert [set(rows) for rows in widths] == [{6}, {5}, {4}, {5}, {4}]
    # The parser fills short rows and cuts long ones, so the pipes are counted too.
    for line in text.splitlines():
        if line.startswith("|"):
            bare = re.sub(r"\\\|", "", line)
            assert bare.count("|") - 1 in {4, 5, 6}
            assert not re.search(r"\\\\\|", line)


def test_markdown_mentions_nobody(name: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(rendered("markdown", name))
    texts = [
        child.content for token in tokens for child in token.children or () if child.type == "text"
    ]
    for text in texts:
        assert not re.search(r"[@#<>\[\]`|\\*_~$&]|://|www\.|GH-\d", text), text


def test_the_table_keeps_its_lines_short(name: str) -> None:
    text = rendered("table", name)
    assert len(text) < 100_000


@pytest.mark.parametrize("format", ["json", "sarif", "junit", "markdown", "csv", "table"])
def test_a_hostile_name_can_be_redacted(format: str, name: str) -> None:
    document = redacted(name)
    text = FORMATS[format].render(document, PAGE).encode("utf-8").decode()
    assert text
