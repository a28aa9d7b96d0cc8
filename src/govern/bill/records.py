"""Physical lines and records: where one row of a CSV file ends and the next begins.

The engine that sums a bill is fast but lenient; this module is the second opinion. It never
guesses: a quote that is opened and not closed makes the rest of the file unknown.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

# Cells of megabytes are real (JSON in a tag column); the module's own limit of 128 KiB is not.
csv.field_size_limit(1 << 30)

# Small enough that what is decoded of it stays in the processor's cache.
_CHUNK = 1 << 18
_BLANK = (b"\n", b"\r\n", b"")

_LONE_RETURN = re.compile(r"\r(?!\n)")

CLOSED, OPEN, BROKEN = "closed", "open", "broken"


def quotes(line: bytes, inside: bool) -> str:
    """Whether a physical line ends outside quotes, inside them, or is malformed."""
    at = 0
    while True:
        if inside:
            found = line.find(b'"', at)
            if found < 0:
                return OPEN
            at = found + 1
            after = line[at : at + 1]
            if after == b'"':
                at += 1
                continue
            if after in (b"", b"\n") or line[at:] in (b"\r\n", b"\r"):
                return CLOSED
            if after != b",":
                return BROKEN
            at += 1
        if line[at : at + 1] == b'"':
            inside = True
            at += 1
            continue
        found = line.find(b',"', at)
        if found < 0:
            return CLOSED
        at = found + 1
        inside = False


@dataclass(frozen=True)
class Survey:
    """What a count of the file's own says, made without the engine that reads it.

    ``records``: rows after the header. ``careful``: the file holds something (broken encoding,
    NUL, a stray carriage return, a malformed quote) that needs the slow, exact reading.
    """

    records: int
    careful: bool


def survey(stream: BinaryIO, *, blanks: bool = False) -> Survey:
    """Count the records from the stream's position to its end, fast and independently.

    Blank lines are told from records only with ``blanks``, which is slower: they are rare, and
    without it they only make the count too high.
    """
    count = 0
    inside = False
    while chunk := stream.read(_CHUNK):
        chunk += stream.readline()
        if _needs_care(chunk):
            return Survey(0, True)
        if not inside and not blanks and b'"' not in chunk:
            count += chunk.count(b"\n") + (not chunk.endswith(b"\n"))
            continue
        for line in chunk.splitlines(keepends=True):
            if not inside and line in _BLANK:
                continue
            state = quotes(line, inside) if inside or b'"' in line else CLOSED
            if state == BROKEN:
                return Survey(0, True)
            inside = state == OPEN
            count += not inside
    return Survey(count, inside)


def _needs_care(chunk: bytes) -> bool:
    if b"\0" in chunk:
        return True
    if b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n"):
        return True
    try:
        chunk.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


@dataclass(frozen=True)
class Record:
    """One row: its first physical line (from 1), and its cells, or why it has none."""

    line: int
    cells: list[str]
    fault: str | None = None
    fatal: bool = False


def read(stream: BinaryIO, line: int) -> Iterator[Record]:
    """Every record from the stream's position on; ``line`` is the number of its first line.

    Malformed rows come as records with a ``fault``; after a ``fatal`` one nothing more comes.
    """
    for first, raw, state in split(stream, line):
        if state != CLOSED:
            many = b"\n" in raw.rstrip(b"\r\n")
            fatal = state == OPEN or many
            fault = "a quote is opened and not closed properly"
            yield Record(first, [_lossy(raw)], fault, fatal)
            if fatal:
                return
            continue
        yield decode(first, raw)


def split(stream: BinaryIO, line: int) -> Iterator[tuple[int, bytes, str]]:
    """Records as raw bytes with their first physical line; blank lines are no records."""
    held: list[bytes] = []
    start = line
    for number, raw in enumerate(stream, start=line):
        if not held:
            if b'"' not in raw:
                if raw not in _BLANK:
                    yield number, raw, CLOSED
                continue
            start = number
        state = quotes(raw, bool(held)) if b'"' in raw else OPEN
        held.append(raw)
        if state != OPEN:
            yield start, b"".join(held), state
            held = []
    if held:
        yield start, b"".join(held), OPEN


def decode(line: int, raw: bytes) -> Record:
    """The cells of one well-quoted record."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return Record(line, [_lossy(raw)], "broken encoding")
    if "\0" in text:
        return Record(line, [_lossy(raw)], "a NUL character")
    text = text.removesuffix("\n").removesuffix("\r")
    if '"' not in text:
        if "\r" in text:
            return Record(line, [text], "a stray carriage return")
        return Record(line, text.split(","))
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return Record(line, [_lossy(raw)], "a stray carriage return")
    # The engine takes a lone carriage return for a line's end, also inside quotes.
    cells = [_LONE_RETURN.sub(" ", cell) for cell in rows[0]] if "\r" in text else rows[0]
    return Record(line, cells)


def _lossy(raw: bytes) -> str:
    return raw[:400].decode("utf-8", "replace").rstrip("\r\n")
