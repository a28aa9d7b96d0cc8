"""One CSV file made ready to be read: its text as UTF-8, its header, its shape.

Three copies may exist. ``text`` is what people look at: lines are counted in it. ``table`` is
what the engine reads: the same file, or, where the file holds something the engine would misread,
a clean copy of the needed columns of its well-formed rows.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from govern.bill import records
from govern.bill.shape import Columns, Shape
from govern.bill.shapes import NotABill, recognise
from govern.bill.stranger import stranger

_HEADER_BYTES = 1 << 20
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Reject:
    """A row that could not be read exactly. ``line`` is its first physical line."""

    path: str
    line: int
    column: str | None
    value: str
    reason: str


@dataclass(frozen=True)
class Table:
    """What the engine reads: after ``skip`` lines, ``width`` columns without header.

    ``at`` maps a position in the file's header to a position in this table; ``first_filled`` is
    the position of a column that repeats each row's first filled cell, which a clean copy has.
    """

    path: str
    skip: int
    width: int
    at: dict[int, int]
    first_filled: int | None = None


@dataclass(frozen=True)
class Staged:
    """One CSV file ready to be read. ``path``: the file the user gave; ``name``: as printed.

    ``line_shift`` is added to a line's number: a Parquet file's rows count from 1, without header.
    """

    path: str
    name: str
    text: str
    columns: Columns
    first_line: int
    offset: int
    table: Table
    rejects: tuple[Reject, ...] = ()
    fatal: bool = False
    line_shift: int = 0


def stage(given: str, name: str, path: str, folder: str, shapes: Sequence[Shape]) -> Staged:
    """Recognise the plain file at ``path``, which the user gave as (a part of) ``given``.

    Raises :class:`NotABill`, OSError.
    """
    encoding, columns = _recognise(path, shapes)
    text = path
    if encoding not in ("utf-8", "utf-8-sig"):
        text = os.path.join(folder, "text.csv")
        _transcode(path, text, encoding)
    first_line, offset = _after_header(text)
    width = len(columns.header)
    table = Table(text, first_line - 1, width, {at: at for at in range(width)})
    return Staged(given, name, text, columns, first_line, offset, table)


def _recognise(path: str, shapes: Sequence[Shape]) -> tuple[str, Columns]:
    """The encoding under which the header makes sense, and what it is.

    A Chinese header decides between UTF-8 and GB18030; for an English one the rest of the file
    does, since both read ASCII alike.
    """
    with open(path, "rb") as file:
        start = file.read(_HEADER_BYTES)
    try:
        encoding, columns = _by_header(start, shapes)
    except NotABill:
        told = stranger(start, shapes)
        if told:
            raise NotABill(told) from None
        raise
    if encoding == "utf-8-sig" and all(name.isascii() for name in columns.header):
        if not _decodes(path, "utf-8") and _decodes(path, "gb18030"):
            return "gb18030", columns
    return encoding, columns


def _by_header(start: bytes, shapes: Sequence[Shape]) -> tuple[str, Columns]:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", recognise(_cells(start[: len(start) & ~1], "utf-16"), shapes)
    try:
        columns = recognise(_cells(start, "utf-8-sig"), shapes)
    except NotABill as wrong:
        try:
            return "gb18030", recognise(_cells(start, "gb18030"), shapes)
        except NotABill:
            raise wrong from None
    return "utf-8-sig", columns


def _decodes(path: str, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with open(path, "rb") as file:
            while block := file.read(_BLOCK):
                if not block.isascii() or decoder.getstate()[0]:
                    decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _cells(start: bytes, encoding: str) -> list[str]:
    text = start.decode(encoding, "replace").lstrip("\ufeff")
    for header in records.read(io.BytesIO(text.encode()), 1):
        if header.fault:
            raise NotABill(f"the header can't be read ({header.fault})")
        cells = [cell.strip() for cell in header.cells]
        if any("\ufffd" in cell for cell in cells):
            raise NotABill("the header's encoding is broken: export again")
        if any(cells):
            return cells
    raise NotABill("the file has no header")


# What doesn't decode arrives as U+FFFD; it becomes one byte that UTF-8 never holds, so that the row
# is refused later, on its own line.
_BROKEN = {0xFFFD: "\udcff"}


def _transcode(path: str, target: str, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with open(path, "rb") as source, open(target, "wb") as out:
        while block := source.read(_BLOCK):
            text = decoder.decode(block).translate(_BROKEN)
            out.write(text.encode("utf-8", "surrogateescape"))
        if decoder.getstate()[0]:
            out.write(b"\xff")


def _after_header(text: str) -> tuple[int, int]:
    """The number of the line after the header, and the offset of its first byte."""
    with open(text, "rb") as file:
        for number, raw, _state in records.split(file, 1):
            if raw.strip(codecs.BOM_UTF8 + b" \t\r\n"):
                return number + max(1, raw.count(b"\n")), file.tell()
    raise NotABill("the file has no header")


def clean(staged: Staged, target: str) -> tuple[Staged, int]:
    """Read slowly and exactly: write the well-formed rows anew, keep the others as rejects.

    Returns the file with its new table, and the number of rows written.
    """
    columns = staged.columns
    needed = sorted({*columns.read, 0})
    rejects: list[Reject] = []
    written = 0
    fatal = False
    with (
        open(staged.text, "rb") as source,
        open(target, "w", encoding="utf-8", newline="") as out,
    ):
        source.seek(staged.offset)
        writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for record in records.read(source, staged.first_line):
            filled = next((cell for cell in record.cells if cell.strip(" \t")), "")
            if is_totals(filled):
                short = len(columns.header) - len(record.cells)
                record = replace(record, cells=record.cells + [""] * short)
            wrong = _wrong(record, columns)
            if wrong:
                fatal = record.fatal
                rejects.append(Reject(staged.name, record.line + staged.line_shift, *wrong))
            else:
                written += 1
                writer.writerow(bounded(c) for c in (*(record.cells[at] for at in needed), filled))
    at = {position: index for index, position in enumerate(needed)}
    table = Table(target, 0, len(needed) + 1, at, first_filled=len(needed))
    return replace(staged, table=table, rejects=tuple(rejects), fatal=fatal), written


def _wrong(record: records.Record, columns: Columns) -> tuple[str | None, str, str] | None:
    """The column, value and reason for which a row has no readable structure.

    Broken bytes in a column that nobody reads change nothing, and are no reason.
    """
    reason = record.fault
    if reason and record.fatal:
        reason += "; the rest of the file is unknown"
    elif not reason and len(record.cells) != len(columns.header):
        reason = f"{len(record.cells)} fields where the header has {len(columns.header)}"
    if reason:
        return None, records.readable(record.cells[0][:400]), reason
    for at in columns.read:
        if records.broken(record.cells[at]):
            return columns.header[at], records.readable(record.cells[at][:400]), "broken encoding"
    return None


#: A row whose first filled cell is one of these sums up the others.
TOTALS_WORDS = ("合计", "总计", "合計", "總計", "total")


def is_totals(cell: str) -> bool:
    return cell.strip(" \t").casefold() in TOTALS_WORDS


# The engine takes lines of 2 MB, which are all the cells of a row that are read.
_LONGEST_CELL = 20_000


def bounded(cell: str) -> str:
    """A cell of a clean copy; no known value is as long, so nothing known is cut."""
    return records.readable(cell if len(cell) <= _LONGEST_CELL else cell[:_LONGEST_CELL] + "…")
