"""The table on terminals of every width: it fits, it lines up, and it breaks no number."""

from __future__ import annotations

import re

import pytest
from golden_files import documents
from rich_bill import rich_cost
from wcwidth import wcswidth

from govern.model.document import Document, Section
from govern.model.exits import Exit
from govern.report import FORMATS
from govern.report.page import Page

DOCUMENTS = documents()


def lines_of(document: Document, width: int) -> list[str]:
    return FORMATS["table"].render(document, Page(width=width)).splitlines()


def shown(section: Section, width: int) -> list[str]:
    return lines_of(Document({}, lambda: [section], Exit("clean", "")), width)


@pytest.mark.parametrize("name", list(DOCUMENTS))
@pytest.mark.parametrize("width", [40, 60, 88, 100, 120, 160])
def test_no_line_but_a_heading_or_a_word_is_wider_than_the_terminal(name: str, width: int) -> None:
    sections = DOCUMENTS[name].sections()
    headings = {section.heading for section in sections}
    labels = {column for section in sections for column in section.columns}
    wide = [line for line in lines_of(DOCUMENTS[name], width) if wcswidth(line) > width]
    # An id or a path that fits nowhere stands alone, whole, or beside its label.
    alone = [line for line in wide if line.strip().rpartition("  ")[0].strip() in {"", *labels}]
    assert [line for line in wide if line not in headings and line not in alone] == []


@pytest.mark.parametrize("name", list(DOCUMENTS))
@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_id_is_broken(name: str, width: int) -> None:
    """Every word in ASCII that the widest table holds stands whole in a narrow one."""
    ids = {
        word
        for line in lines_of(DOCUMENTS[name], 400)
        for word in line.split()
        if word.isascii() and re.search(r"[;/_]", word)
    }
    assert (
        ids - {word for line in lines_of(DOCUMENTS[name], width) for word in line.split()} == set()
    )


@pytest.mark.parametrize("width", [40, 60, 88, 120, 160, 200])
def test_no_amount_is_broken(width: int) -> None:
    words = " ".join(lines_of(rich_cost(), width)).split()
    for amount in ("267.4728", "238.36", "+210.7528", "331.9718", "12050000", "0.438235"):
        assert amount in words


def test_columns_line_up_below_chinese_text() -> None:
    section = Section(
        "Names",
        columns=("name", "cost", "then"),
        rows=[["研发部", "1 CNY", "a"], ["ab", "22.5 CNY", "b"]],
        right=frozenset({1}),
    )
    assert shown(section, 100)[2:6] == [
        "  name        cost  then",
        "  ------  --------  ----",
        "  研发部     1 CNY  a",
        "  ab      22.5 CNY  b",
    ]


def test_figures_give_way_before_amounts_are_folded() -> None:
    section = Section(
        "Trend",
        columns=("who", "cost", "", "trend"),
        rows=[["x" * 40, "123456789.123456789 CNY", "█" * 12, "▁" * 30]],
        right=frozenset({1}),
        whole=frozenset({2, 3}),
    )
    everything = shown(section, 120)[4]
    assert ("█" in everything, "▁" in everything) == (True, True)
    without_trend = shown(section, 100)[4]
    assert ("█" in without_trend, "▁" in without_trend) == (True, False)
    assert "123456789.123456789 CNY" in without_trend


def test_a_table_that_fits_nowhere_becomes_blocks() -> None:
    columns = tuple(f"column {number}" for number in range(12))
    text = "\n".join(shown(Section("Wide", columns=columns, rows=[["1234567890"] * 12]), 100))
    assert re.findall(r"column \d+ +1234567890$", text, re.MULTILINE) != []
    assert "---" not in text
