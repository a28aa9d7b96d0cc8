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
import yaml
from corpus import HOSTILE
from made_of import MADE_OF
from markdown_it import MarkdownIt

from govern.model.document import Document
from govern.privacy.redact import redact
from govern.report import FORMATS, fitting, offers
from govern.report.page import Page

PAGE = Page(width=160, folder="/somewhere")
NARROW = Page(width=40)

#: What may steer a terminal or turn text around: control and format characters, surrogates.
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}

#: Every format of every document; YAML shows the payload of a check as it would a checklist.
FORMATS_OF = {kind: fitting(offers(make("x"))) for kind, make in MADE_OF.items()}
FORMATS_OF["check"].append("yaml")


@cache
def hostile(name: str, kind: str = "check") -> Document:
    return MADE_OF[kind](HOSTILE[name])


@cache
def rendered(format: str, name: str, kind: str = "check", page: Page = PAGE) -> str:
    text = FORMATS[format].render(hostile(name, kind), page)
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


@pytest.mark.parametrize("kind", list(MADE_OF))
def test_no_format_prints_what_steers_a_terminal(kind: str, name: str) -> None:
    found = {format: steering(rendered(format, name, kind)) for format in FORMATS_OF[kind]}
    assert {format: marks for format, marks in found.items() if marks} == {}


@pytest.mark.parametrize("kind", list(MADE_OF))
def test_a_ci_log_sees_no_command(kind: str, name: str) -> None:
    for format in FORMATS_OF[kind]:
        text = rendered(format, name, kind)
        if format == "table":
            text += rendered(format, name, kind, NARROW)
        # GitHub's runner: "::" first in a line after blanks; the old form anywhere in it.
        commands = [line for line in text.splitlines() if line.lstrip().startswith("::")]
        assert format == "github" or commands == []
        assert not re.search(r"##\w*\[", text), format


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
    # Two findings of the baseline, and how the run ended.
    assert len(lines) == len(commands) + 3
    assert not re.search(r"##\w*\[", "\n".join(lines))


@pytest.mark.parametrize(("kind", "count"), [("check", 8), ("cost", 3), ("audit", 3), ("bill", 1)])
def test_csv_has_one_row_per_record_and_no_formula(kind: str, count: int, name: str) -> None:
    rows = list(csv.reader(io.StringIO(rendered("csv", name, kind)), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == 1 + count
    for row in rows:
        for cell in row:
            assert len(cell) < 32_767
            number = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell)
            assert number or not cell.lstrip().startswith(tuple("=+-@\t\r＝＋－＠")), cell


def test_csv_keeps_numbers_that_can_be_summed(name: str) -> None:
    (row, *_), (key, *_) = (
        list(csv.DictReader(io.StringIO(rendered("csv", name, kind)))) for kind in ("cost", "audit")
    )
    assert [row["billed_cost"], row["list_cost"], row["charges"]] == ["-2", "2.5", "3"]
    assert [row["billed_cost_before"], row["change"]] == ["1", "-3"]
    assert [row["usage_none"], row["effective_price_per_none"]] == ["0", ""]
    assert key["billed_cost_CNY"] == "1"


@pytest.mark.parametrize("kind", list(MADE_OF))
def test_json_holds_the_name_itself(kind: str, name: str) -> None:
    document = hostile(name, kind)
    assert json.loads(rendered("json", name, kind)) == document.payload
    if "ndjson" not in FORMATS_OF[kind]:
        return
    lines = rendered("ndjson", name, kind).split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines[:-1]] == document.records
    assert json.loads(lines[-1])["exit"] == document.payload["exit"]


#: No YAML reader takes half a character, and Python's takes seconds for a very long name.
@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - {"surrogate", "very long"}))
def test_yaml_holds_the_name_itself(name: str) -> None:
    assert yaml.safe_load(rendered("yaml", name)) == hostile(name).payload


def test_sarif_has_every_finding_and_no_link_or_placeholder(name: str) -> None:
    run = json.loads(rendered("sarif", name))["runs"][0]
    states = [one["baselineState"] for one in run["results"]]
    assert states == ["updated", "new", "unchanged", "new", "absent"]
    assert [len(one.get("suppressions", [])) for one in run["results"]] == [0, 0, 1, 0, 0]
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
    # A waived finding, and one of the baseline that nobody judged.
    assert len(root.findall(".//skipped")) == 2
    assert [one.get("type") for one in root.findall(".//error")] == ["undecided", "overlap"]
    allowed = {"testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"}
    assert {element.tag for element in root.iter()} == allowed
    assert (root.get("failures"), root.get("errors")) == ("3", "2")


def test_gitlab_has_every_finding_and_what_could_not_be_judged(name: str) -> None:
    issues = json.loads(rendered("gitlab", name))
    assert len(issues) == 4 + 2 + 2
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert all(isinstance(issue["description"], str) for issue in issues)


#: A summary is HTML: a name in it stands as code, in which nothing has any effect.
OWN_HTML = re.compile(r"<details><summary>(?:[^<>&@#]|<code>[^<>]*</code>)+</summary>|</details>")


def markdown(name: str, kind: str) -> tuple[list, list]:
    """The blocks and the inline parts that a reader of Markdown sees."""
    tokens = MarkdownIt("commonmark").enable("table").parse(rendered("markdown", name, kind))
    return tokens, [child for token in tokens for child in token.children or ()]


@pytest.mark.parametrize("kind", list(MADE_OF))
def test_markdown_holds_no_html_but_ours_and_no_link(kind: str, name: str) -> None:
    tokens, inline = markdown(name, kind)
    html = [token.content for token in [*tokens, *inline] if token.type.startswith("html")]
    left = [OWN_HTML.sub("", content).strip() for content in html]
    # The mark that finds the comment again is there once, however a name looks.
    assert [content for content in left if content] == [f"<!-- govern:{kind} -->"]
    kinds = {child.type for child in inline}
    assert kinds <= {"text", "code_inline", "html_inline"}, kinds


#: Per table: its rows with the header, and its columns.
TABLES = {
    # Findings, those of the baseline, policies, idle waivers, totals, rejected rows.
    "check": [(5, 7), (3, 5), (4, 5), (2, 4), (2, 5), (2, 4)],
    # Rows with their total, trends, totals, rejected rows.
    "cost": [(5, 12), (3, 6), (2, 5), (2, 4)],
    # Keys, workspaces, totals, rejected rows.
    "audit": [(3, 7), (2, 7), (2, 5), (2, 4)],
    # Instance ID, standings, doubts, what counts, what doesn't, doubts, lines, totals, rejected.
    "explanation": [(2, 3), (2, 8), (2, 5), (3, 6), (2, 3), (2, 5), (3, 4), (2, 5), (2, 4)],
    # Files, columns, five sums, unknown Instance IDs, totals, rejected rows.
    "bill": [(2, 9), (4, 2), *[(2, 3)] * 4, (3, 3), (2, 3), (2, 5), (2, 4)],
}


@pytest.mark.parametrize("kind", list(MADE_OF))
def test_markdown_tables_keep_their_columns(kind: str, name: str) -> None:
    tables: list[list[int]] = []
    for token in markdown(name, kind)[0]:
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append(0)
        elif token.type in ("th_open", "td_open"):
            tables[-1][-1] += 1
    assert [(len(rows), *set(rows)) for rows in tables] == TABLES[kind]
    # The parser fills short rows and cuts long ones, so the pipes are counted too.
    for line in rendered("markdown", name, kind).splitlines():
        if line.startswith("|"):
            bare = re.sub(r"\\\|", "", line)
            assert bare.count("|") - 1 in {columns for _, columns in TABLES[kind]}
            assert not re.search(r"\\\\\|", line)


@pytest.mark.parametrize("kind", list(MADE_OF))
def test_markdown_mentions_nobody(kind: str, name: str) -> None:
    for child in markdown(name, kind)[1]:
        if child.type == "text":
            forbidden = re.search(r"[@#<>\[\]`|\\*_~$&]|://|www\.|GH-\d", child.content)
            assert not forbidden, child.content


@pytest.mark.parametrize("kind", list(MADE_OF))
def test_the_table_keeps_its_lines_short(kind: str, name: str) -> None:
    assert len(rendered("table", name, kind)) < 100_000


@pytest.mark.parametrize("kind", list(MADE_OF))
def test_a_hostile_name_can_be_redacted(kind: str, name: str) -> None:
    document = redact(hostile(name, kind), b"salt")
    for format in {"json", "csv", "table"} & set(FORMATS_OF[kind]):
        text = FORMATS[format].render(document, PAGE).encode("utf-8").decode()
        assert steering(text) == set()
    if kind == "check":
        assert FORMATS["sarif"].render(document, PAGE) and FORMATS["junit"].render(document, PAGE)
