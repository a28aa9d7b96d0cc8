"""CSV for spreadsheets: one flat row per finding or record; no cell is ever a formula.

Cells are parted by commas, but a German or French spreadsheet parts them at semicolons, whatever
the quotes say: so no text after a semicolon is a formula either.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from govern.model.document import Document
from govern.model.money import plain
from govern.report.json_format import compact
from govern.report.page import Page
from govern.report.safe import line

#: The longest cell that Excel keeps is 32,767 characters.
_MOST = 32_000

# What spreadsheets take for the start of a formula, their full-width twins among it.
_FORMULA = "[=+\\-@\t\r\n＝＋－＠]"
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
# GitHub's log reader takes a line that starts with :: for a command. Apostrophes that are there
# already count in, so that one can be taken away again without doubt.
_AT_START = re.compile(rf"'*\s*({_FORMULA}|::)")
_AFTER_SEMICOLON_QUOTED = re.compile(rf";'(?='*[\s\"]*{_FORMULA})")
_AFTER_SEMICOLON = re.compile(rf";(?='*[\s\"]*{_FORMULA})")


def render(document: Document, page: Page) -> str:
    del page
    rows: Iterable[Sequence[Any]]
    if document.sheet is not None:
        sheet = document.sheet(document)
        rows = [sheet.columns, *sheet.rows]
    else:
        rows = _records(document.records or ())
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(value, at == 0) for at, value in enumerate(row)] for row in rows)
    return text.getvalue()


def _cell(value: Any, first: bool) -> str:
    """``first`` of its line: for who doesn't part at commas, all of the line follows on it."""
    if isinstance(value, Decimal):
        return plain(value)
    text = _AFTER_SEMICOLON.sub(";'", "" if value is None else line(str(value), _MOST))
    if _AT_START.match(text) and (first or not _NUMBER.fullmatch(text)):
        return "'" + text
    return text


def original(cell: str) -> str:
    """The text that stands for ``cell``: the rule that docs/formats.md tells, undone."""
    if cell.startswith("'") and _AT_START.match(cell[1:]):
        cell = cell[1:]
    return _AFTER_SEMICOLON_QUOTED.sub(";", cell)


def _records(records: Sequence[Mapping[str, Any]]) -> Iterable[Sequence[Any]]:
    """Every key of any record is a column, in the order of their first appearance."""
    flat = [dict(_flat(record)) for record in records]
    columns = list(dict.fromkeys(key for record in flat for key in record))
    if columns:
        yield columns
    for record in flat:
        yield [record.get(column) for column in columns]


def _flat(record: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}_")
        elif isinstance(value, (list, tuple)):
            yield prefix + key, _list(value)
        else:
            yield prefix + key, value


def _list(values: Sequence[Any]) -> str:
    if any(isinstance(value, (Mapping, list, tuple)) for value in values):
        return compact(values).strip()
    return "; ".join("" if value is None else str(value) for value in values)
