"""What a file's rows usually say, guessed from a sample of them, and checked on every row.

Most columns of a bill say the same in every row, or one of a few things. A row that says just what
the sample said is grouped by a number, which is cheaper than the text of thirteen cells; any other
row carries its text. So a guess that fails costs time, and never a cent.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Self

from govern.bill import records
from govern.bill.staging import Staged
from govern.ledger.engine import quoted
from govern.ledger.groups import ABSENT, CONTEXT, SEPARATOR

#: Rows are looked at in so many places of the files, and so many in each.
_PLACES = 32
_ROWS = 40

#: Files smaller than this aren't worth a guess.
_WORTH = 1 << 20

#: Numbers of contexts must fit into a BIGINT.
_MOST_CODES = 1 << 62

#: So many texts are compared one by one; of more the half is chosen first.
_FEW = 4


@dataclass(frozen=True)
class Usual:
    """``cells``: the texts that were found of each context column that the files have, sorted.

    ``days``: every time was ten characters long, a day.
    """

    cells: Mapping[str, Sequence[str]]
    days: bool

    @classmethod
    def of(cls, files: Sequence[Staged]) -> Self | None:
        """As a sample says; None where there is little to guess, or too much."""
        if sum(os.path.getsize(one.table.path) for one in files) < _WORTH:
            return None
        columns = files[0].columns
        fields = [field for field in CONTEXT if field in columns.positions]
        found: dict[str, set[str]] = {field: set() for field in fields}
        days = True
        for cells in _sampled(files):
            for field in fields:
                found[field].add(columns.cell(cells, field) or "")
            days &= len(columns.time(cells)) == len("2026-09-05")
        usual = cls({field: sorted(texts) for field, texts in found.items()}, days)
        return usual if 0 < usual._codes < _MOST_CODES else None

    @cached_property
    def _codes(self) -> int:
        return prod(len(texts) for texts in self.cells.values())

    def code(self, cell: Callable[[str], str]) -> str:
        """The number of a row's context, -1 of one that isn't usual. ``cell``: a column's text."""
        same = [
            f"{cell(field)} = {quoted(texts[0])}"
            for field, texts in self.cells.items()
            if len(texts) == 1
        ]
        terms = [
            f"({_place(cell(field), texts, 0)})::BIGINT * {step}"
            for field, texts, step in self._steps()
            if len(texts) > 1
        ]
        number = f"coalesce({' + '.join(terms)}, -1)" if terms else "0"
        return f"CASE WHEN {' AND '.join(same) or 'true'} THEN {number} ELSE -1 END::BIGINT"

    def context(self, code: int) -> str:
        """The text that a number stands for."""
        told = {field: texts[code // step % len(texts)] for field, texts, step in self._steps()}
        return SEPARATOR.join(told.get(field, ABSENT) for field in CONTEXT)

    def _steps(self) -> Iterator[tuple[str, Sequence[str], int]]:
        step = 1
        for field, texts in self.cells.items():
            yield field, texts, step
            step *= len(texts)


def _place(cell: str, texts: Sequence[str], first: int) -> str:
    """The place of a cell's text among some that are sorted; NULL where it is none of them."""
    if len(texts) <= _FEW:
        found = enumerate(texts, start=first)
        return f"CASE {cell} {' '.join(f'WHEN {quoted(one)} THEN {at}' for at, one in found)} END"
    half = len(texts) // 2
    below, above = _place(cell, texts[:half], first), _place(cell, texts[half:], first + half)
    return f"CASE WHEN {cell} < {quoted(texts[half])} THEN {below} ELSE {above} END"


def _sampled(files: Sequence[Staged]) -> Iterator[list[str]]:
    """The cells of some well-formed rows from all over the files."""
    step = -(-len(files) // _PLACES)
    chosen = files[::step]
    for staged in chosen:
        width = staged.table.width
        for raw in _lines(staged, _PLACES // len(chosen)):
            record = records.decode(0, raw)
            told = not record.fault and len(record.cells) == width
            if told and SEPARATOR not in "".join(record.cells):
                yield record.cells


def _lines(staged: Staged, places: int) -> Iterator[bytes]:
    """Whole lines of a file. Inside a cell of several lines they are no rows, and few."""
    with open(staged.text, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size - staged.offset
        for place in range(places):
            stream.seek(staged.offset + size * place // places)
            if place:
                stream.readline(records.LONGEST)
            for _ in range(_ROWS):
                line = stream.readline(records.LONGEST)
                if not line.strip():
                    break
                yield line
