"""Single rows behind a ledger's groups: one pass over the files, only as far as needed.

The same raw cells that made a group's key are read again, in Python, with physical line numbers.
Nothing is interpreted twice: a row belongs to the group whose key it has, letter by letter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, BinaryIO

from govern.bill import records
from govern.bill.staging import Staged, bounded, is_totals
from govern.ledger.groups import (
    ABSENT,
    CONTEXT,
    EXPONENT,
    FREE,
    KEY,
    LOST_KEY,
    NUMBERS,
    PLAIN,
    PLAIN_SHORT,
    SEPARATOR,
    SHORT,
    TIME,
)
from govern.ledger.ledger import Ledger
from govern.model.clock import parse_cell
from govern.model.meaning import unit_of
from govern.model.money import EXACT, NotExact, parse_amount

_PLAIN = re.compile(PLAIN, re.ASCII)
_PLAIN_SHORT = re.compile(PLAIN_SHORT, re.ASCII)
_TIME = re.compile(TIME, re.ASCII)
_EXPONENT = re.compile(EXPONENT, re.ASCII)

#: The raw texts that make a group: context, instance id, day, width of the time cell, the time
#: and the numbers where they are oddly written, whether it is a totals row, and the signs.
Key = tuple[str, str, str | None, int | None, str | None, str | None, str | None, int]

KEY_COLUMNS = "context, instance_id, day, cell_width, odd_time, odd_numbers, lead, negative"


@dataclass(frozen=True)
class Row:
    """One row found in a file: its first physical line, its group, and its cells as written."""

    path: str
    line: int
    group: int
    cells: list[str]
    staged: Staged

    def cell(self, field: str) -> str | None:
        """The cell of a field that the row's file has, trimmed; None without such a column."""
        cell = self.staged.columns.cell(self.cells, field)
        return None if cell is None else cell.strip()

    def amount(self, field: str) -> Any:
        """The exact amount of a field, or None where it is empty or unreadable."""
        text = self.cell(field)
        try:
            return parse_amount(text) if text else None
        except NotExact:
            return None

    def measured(self, field: str) -> Decimal | None:
        """As the ledger has it: usage in its normalised unit. A charge counts as one."""
        if field == "charges":
            return Decimal(1)
        found: Decimal | None = self.amount(field)
        if field == "usage" and found is not None:
            return EXACT.multiply(found, unit_of(self.cell("usage_unit") or "")[1])
        return found


def raw_row(cells: list[str], staged: Staged) -> tuple[Key, tuple[Any, ...]]:
    """The key of a row's group, and what tells it from the group's other rows, as the query reads
    them: the time as written, the plain numbers, the primary key."""
    columns = staged.columns

    def cell(field: str) -> str:
        return columns.cell(cells, field) or ""

    numbers = [cell(name) for name in NUMBERS]
    plain = bool(numbers[0]) and all(is_plain(text) for text in numbers if text)
    amounts = [Decimal(text) if plain and text else None for text in numbers]
    context = (cell(field) if field in columns.positions else ABSENT for field in CONTEXT)
    filled = next((text for text in cells if text.strip(" \t")), "")
    lost = LOST_KEY if _EXPONENT.fullmatch(cell("primary_key")) else 0
    time = columns.time(cells)
    key = (
        SEPARATOR.join(context),
        cell("instance_id"),
        *_time(time),
        None if plain else SEPARATOR.join(numbers),
        "totals" if is_totals(filled) else None,
        (_signs(amounts) if plain else 0) + lost,
    )
    return key, (time, *amounts, cell("primary_key") or None)


def _time(written: str) -> tuple[str | None, int | None, str | None]:
    """Its day and width where it is written as usual, else the whole."""
    if _TIME.fullmatch(written):
        return written[:10], len(written), None
    return None, None, written


def is_plain(text: str) -> bool:
    """Whether the reducing query sums a number of this spelling itself."""
    if _PLAIN.fullmatch(text):
        return True
    return len(text) <= SHORT and text.isascii() and _PLAIN_SHORT.fullmatch(text) is not None


def _signs(amounts: Sequence[Decimal | None]) -> int:
    """Which of the plain numbers are negative or absent, and whether the row costs nothing."""
    signs = sum(
        8 << at if amount is None else 1 << at if amount < 0 else 0
        for at, amount in enumerate(amounts)
    )
    return signs if amounts[0] else signs + FREE


def _day(key: Key) -> bytes:
    return (key[2] or "").encode()


@dataclass(frozen=True)
class _Group:
    """A wanted group; of a ``divided`` one only the rows from ``first`` to ``last``."""

    id: int
    divided: bool
    first: datetime
    last: datetime


@dataclass
class _Wanted:
    """What is still looked for in one file: groups by key, and each Instance ID's days.

    A day comes with how many keys have it; ``b""`` stands for a time that is oddly written.
    """

    groups: dict[Key, list[_Group]]
    ids: dict[bytes, Counter[bytes]]
    dropped: Counter[tuple[Any, ...]]

    def is_dropped(self, key: Key, own: tuple[Any, ...]) -> bool:
        """Whether a row is one of those that don't count; each of them is told once."""
        row = (*key, *own)
        if not self.dropped or not self.dropped[row]:
            return False
        self.dropped[row] -= 1
        return True


class Search:
    """Rows of the wanted groups, in the order of files and lines."""

    def __init__(self, ledger: Ledger, groups: Iterable[int]) -> None:
        self._ledger = ledger
        self._wanted: dict[int, _Wanted] = {}
        self._place: dict[int, tuple[int, Key]] = {}
        found = ledger.query(
            f"SELECT file, id, divided, first, last, {KEY_COLUMNS} FROM ledger "
            "JOIN contexts USING (context_id) "
            "WHERE id IN (SELECT unnest($1::BIGINT[])) ORDER BY id",
            [sorted(groups)],
        )
        for file, group, divided, first, last, *cells in found:
            key: Key = tuple(cells)
            wanted = self._wanted.setdefault(file, _Wanted({}, {}, Counter()))
            if key not in wanted.groups:
                days = wanted.ids.setdefault(key[1].encode(), Counter())
                days[_day(key)] += 1
            wanted.groups.setdefault(key, []).append(_Group(group, divided, first, last))
            self._place[group] = file, key
        for bill_file in ledger.files:
            if bill_file.duplicates and bill_file.number in self._wanted:
                self._load_dropped(bill_file.number)

    def _load_dropped(self, file: int) -> None:
        """Rows of the file that don't count, since another export holds them too."""
        wanted = self._wanted[file]
        rows = self._ledger.query(
            f"SELECT {', '.join(KEY)}, time, billed_cost, list_cost, usage, primary_key, count(*) "
            "FROM dropped WHERE file = ? AND instance_id IN (SELECT unnest(?::VARCHAR[])) "
            "GROUP BY ALL",
            [file, [name.decode() for name in wanted.ids]],
        )
        for *cells, count in rows:
            wanted.dropped[tuple(cells)] = count

    def rows(self) -> Iterator[Row]:
        """Every row of a wanted group; give up a group with :meth:`drop` while iterating."""
        for file in self._ledger.files:
            wanted = self._wanted.get(file.number)
            if wanted and file.staged:
                yield from self._rows_of(file.staged, wanted)

    def drop(self, group: int) -> None:
        """No more rows of this group are needed."""
        file, key = self._place.pop(group)
        wanted = self._wanted[file]
        wanted.groups[key] = [one for one in wanted.groups[key] if one.id != group]
        if wanted.groups[key]:
            return
        del wanted.groups[key]
        name = key[1].encode()
        days = wanted.ids[name]
        days[_day(key)] -= 1
        days = +days
        if days:
            wanted.ids[name] = days
        else:
            del wanted.ids[name]

    def _rows_of(self, staged: Staged, wanted: _Wanted) -> Iterator[Row]:
        width = len(staged.columns.header)
        with open(staged.text, "rb") as stream:
            stream.seek(staged.offset)
            for line, raw in _candidates(stream, staged, wanted.ids):
                record = records.decode(line, raw)
                if record.fault or len(record.cells) != width:
                    continue
                cells = record.cells
                if staged.table.first_filled is not None:
                    cells = [bounded(cell) for cell in cells]
                key, own = raw_row(cells, staged)
                groups = wanted.groups.get(key, ())
                if not groups or wanted.is_dropped(key, own):
                    continue
                group = self._group_of(groups, cells, staged)
                if group is not None:
                    yield Row(staged.name, line + staged.line_shift, group, cells, staged)
                if not wanted.groups:
                    return

    def _group_of(self, groups: Sequence[_Group], cells: list[str], staged: Staged) -> int | None:
        """The one group the row is in; groups that were divided share a key and differ in time."""
        for group in groups:
            if not group.divided:
                return group.id
            start, _width = time_of(cells, staged, self._ledger.clock)
            if group.first <= start <= group.last:
                return group.id
        return None


def _candidates(
    stream: BinaryIO, staged: Staged, ids: Mapping[bytes, Mapping[bytes, int]]
) -> Iterator[tuple[int, bytes]]:
    """Records that may hold an Instance ID on one of its days.

    All of a file that was read slowly: its giant cells stand in the ledger cut short.
    """
    quoted = _Quoted(ids)
    cut_short = staged.table.first_filled is not None
    at = staged.columns.positions["instance_id"]
    absent = {word.encode() for word in staged.columns.shape.absent_words}
    for line, raw, state in records.split(stream, staged.first_line):
        if state != records.CLOSED:
            if state != records.BROKEN or b"\n" in raw.rstrip(b"\r\n"):
                return
            continue
        if cut_short:
            yield line, raw
            continue
        if b'"' in raw:
            if (absent and b"" in ids) or quoted.may_be_in(raw):
                yield line, raw
            continue
        cells = raw.split(b",", at + 1)
        if len(cells) <= at:
            continue
        name = cells[at].rstrip(b"\r\n")
        days = ids.get(b"" if absent and name.strip(b" \t") in absent else name)
        # A group's day is the first ten characters of a cell, so they stand in the line.
        if days and any(day in raw for day in days):
            yield line, raw


class _Quoted:
    """Instance IDs looked for in rows with quotes, which are dear to take apart.

    Without blanks and quotes, of which only a reading of the row can tell what they mean, a cell
    that says an ID still stands between two commas: a row where none does holds none.
    """

    def __init__(self, ids: Mapping[bytes, Mapping[bytes, int]]) -> None:
        self._ids = ids
        self._made_of = 0
        self._bare: set[bytes] = set()

    def may_be_in(self, raw: bytes) -> bool:
        if not self._made_of or len(self._ids) < self._made_of // 2:
            # What was found since is still looked for, which costs less than to forget it at once.
            self._made_of = len(self._ids)
            self._bare = {_bare(name) for name in self._ids}
            if any(b"," in name for name in self._bare):
                self._bare = set()
        return not self._bare or not self._bare.isdisjoint(_bare(raw).split(b","))


def _bare(text: bytes) -> bytes:
    return text.translate(None, b' "\t\r\n')


def time_of(cells: list[str], staged: Staged, clock: tzinfo) -> tuple[datetime, str]:
    """The start of a row's own time on the bill clock, and how wide it is."""
    time = staged.columns.time(cells)
    return parse_cell(time if time.strip() else staged.columns.cell(cells, "month") or "", clock)
