"""What a file is that is no bill: named for what it is, so that a person knows what to do."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from govern.bill.shape import Shape
from govern.bill.shapes import NotABill, recognise

_EXPORT = "export the bill as CSV and give that file"


def spreadsheet(suffix: str) -> str:
    """What a spreadsheet of this suffix is told."""
    return f"a spreadsheet ({suffix}): spreadsheets change ids and amounts; {_EXPORT}"


#: How files begin that are never a bill, in small letters; and what they are.
_BEGINNINGS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"%pdf-",), f"a PDF: {_EXPORT}"),
    ((b"\xd0\xcf\x11\xe0",), spreadsheet(".xls")),
    (
        (b"<!doctype html", b"<html"),
        "a page in HTML, such as a login page: log in and download the bill again",
    ),
    (
        (b"<?xml", b"<error"),
        "XML, such as an error in a download's place: download the bill again",
    ),
    ((b"{",), f"JSON, such as an error in a download's place: {_EXPORT}"),
    ((b"[",), f"JSON: {_EXPORT}"),
)
_SEPARATORS = {"\t": "tabs", ";": "semicolons"}


def stranger(start: bytes, shapes: Sequence[Shape]) -> str | None:
    """What the file is by its first bytes; None where they tell nothing."""
    begin = start.removeprefix(codecs.BOM_UTF8).lstrip()[:64].lower()
    if b"schema: govern.checklist/" in start[:4096]:
        return "a checklist, no bill: tick it (govern checklist tick) or prove it (govern verify)"
    for beginnings, told in _BEGINNINGS:
        if begin.startswith(beginnings):
            return told
    return _separated(start, shapes)


def _separated(start: bytes, shapes: Sequence[Shape]) -> str | None:
    """A bill but for its separator: some program wrote it anew."""
    for encoding in ("utf-16",) if start[:2] in _MARKS else ("utf-8-sig", "gb18030"):
        header = start.decode(encoding, "replace").splitlines()[:1]
        for separator, name in _SEPARATORS.items():
            cells = [cell.strip().strip('"') for cell in "".join(header).split(separator)]
            if len(cells) > 1 and _is_bill(cells, shapes):
                return (
                    f"a bill separated by {name}: a program that wrote it anew may have changed "
                    "ids and amounts; export it again, with commas"
                )
    return None


_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _is_bill(cells: Sequence[str], shapes: Sequence[Shape]) -> bool:
    try:
        recognise(cells, shapes)
    except NotABill:
        return False
    return True
