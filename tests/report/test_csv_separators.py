"""Our CSV in spreadsheets that part cells at commas, semicolons or tabs: never a formula."""

from __future__ import annotations

import csv
import io
import re

import pytest
from made_of import MADE_OF

from govern.report import FORMATS
from govern.report.csv_format import original
from govern.report.page import Page

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
NAMES = [
    "12;=cmd()",
    "12;=cmd(),more",
    '12;"=cmd()"',
    '12;""=cmd()"";x',
    'a"b;=1+1',
    "a; +1",
    "a;\u3000-1+2",
    "a;\u00a0@sum",
    "a;＝1",
    "a;＋1;－2;＠3",
    "a\t=1",
    "a;\t=1",
    "a;\n=1",
    "a,b;",
    '"a,b;"',
    "=1;=2",
    "-5",
    "-5;-6",
    "'=1",
    "''=1;''=2",
    "a;'=1",
    "; ;;=x",
    "::a;::b",
]


def cells(text: str, separator: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text), delimiter=separator) for cell in row]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", list(MADE_OF))
def test_no_separator_makes_a_cell_a_formula(kind: str, name: str) -> None:
    text = FORMATS["csv"].render(MADE_OF[kind](name), Page())
    for separator in ",;\t":
        for cell in cells(text, separator):
            number = separator == "," and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell)
            assert number or not cell.lstrip().startswith(FORMULA), (separator, cell)
    # Whatever a reader makes of quotes: it starts a cell at a separator, or at a line's start.
    for piece in re.split("[;\t\n]", text):
        assert not piece.strip(' "\u3000\u00a0').startswith(FORMULA), piece


@pytest.mark.parametrize("name", [name for name in NAMES if name.isprintable()])
def test_a_text_can_be_had_back(name: str) -> None:
    rows = csv.DictReader(io.StringIO(FORMATS["csv"].render(MADE_OF["check"](name), Page())))
    assert original([row["title"] for row in rows][2]) == name


def test_the_rule_for_having_it_back_leaves_other_texts_alone() -> None:
    for text in ("a;b", "it's", "'quoted'", "x; 'y'", "-5", "a:;b", "O'=Neil"):
        assert original(text) == text
