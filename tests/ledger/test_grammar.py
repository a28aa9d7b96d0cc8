"""One grammar: what the engine takes for a row's cells, our own careful reading does as well.

Evidence and look-ups read the file by the second; a bill's sums come from the first. Held against
each other over every small file of the characters that matter, and over thousands of random ones.
"""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from govern.bill import records
from govern.bill.staging import Table
from govern.ledger import engine
from govern.ledger.batch import scan

Rows = list[tuple[str, ...]]

HEADER = b"h\n"


def careful(data: bytes, width: int) -> Rows | None:
    """The rows as the careful reading has them; None if it rejects one."""
    found = list(records.read(io.BytesIO(data), 2))
    good = all(not one.fault and len(one.cells) == width for one in found)
    return [tuple(one.cells) for one in found] if good else None


class Engine:
    """The engine, asked as a bill's file is: it reads a file where nothing sent it elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "one.csv"
        self._connection = engine.connect(str(folder), [str(self._path)], ordered=True)

    def rows(self, data: bytes, width: int) -> Rows | None:
        """What it reads; None for a file that govern would read carefully instead."""
        lines = records.lines(io.BytesIO(data))
        if lines is None:
            return None
        self._path.write_bytes(HEADER + data)
        table = Table(str(self._path), 1, width, {at: at for at in range(width)})
        try:
            rows = self._connection.execute(f"FROM {scan(table)}").fetchall()
        except duckdb.InvalidInputException:
            return None
        if len(rows) not in (lines, records.count(io.BytesIO(data))):
            return None
        return rows


def small(longest: int) -> Iterable[tuple[bytes, int]]:
    """Every file of at most so many bytes, of two columns."""
    for length in range(longest + 1):
        for one in itertools.product(b'",\n a', repeat=length):
            yield bytes(one), 2


def random_ones(count: int, seed: int) -> Iterable[tuple[bytes, int]]:
    rng = random.Random(seed)
    alphabets = ['",\n a', '",\n a\r', '",\n  ""a\t', '",  \n"""aa', '",\n é中']
    for _ in range(count):
        letters = rng.choices(rng.choice(alphabets), k=rng.randrange(5, 16))
        yield "".join(letters).encode(), rng.choice([2, 2, 2, 3, 4])


def compare(folder: Path, files: Iterable[tuple[bytes, int]]) -> int:
    """How many files both read, and read alike; fails where they don't."""
    asked = Engine(folder)
    both = 0
    for data, width in files:
        rows = asked.rows(data, width)
        if rows is not None:
            assert careful(data, width) == rows, (data, width)
            both += bool(rows)
    return both


def test_small_files_are_read_alike(tmp_path: Path) -> None:
    assert compare(tmp_path, small(4)) > 100


def test_random_files_are_read_alike(tmp_path: Path) -> None:
    assert compare(tmp_path, random_ones(600, seed=1)) > 20


@pytest.mark.slow
def test_all_small_files_are_read_alike(tmp_path: Path) -> None:
    assert compare(tmp_path, small(6)) > 2000


@pytest.mark.slow
def test_thousands_of_random_files_are_read_alike(tmp_path: Path) -> None:
    assert compare(tmp_path, random_ones(20_000, seed=2)) > 600


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("a,b", ("a", "b")),
        (" a , b ", (" a ", " b ")),
        ('"a" ,b', ("a", "b")),
        ('"a"   ,b', ("a", "b")),
        (' "a,b",c', ("a,b", "c")),
        ('a, "b" ', ("a", "b")),
        ('  "a",b', ('  "a"', "b")),
        ('a"b"c,d', ('a"b"c', "d")),
        ('"a""b",""', ('a"b', "")),
        ('"a" "b",c', ("a b", "c")),
        (",", ("", "")),
    ],
)
def test_cells_of_a_line(tmp_path: Path, line: str, cells: tuple[str, ...]) -> None:
    assert careful(line.encode(), 2) == [cells]
    assert Engine(tmp_path).rows(line.encode(), 2) == [cells]


@pytest.mark.parametrize("line", ["a,b,", "a,b,,", 'a,b,""', "a,b, ", "a", ' "a,b"', " "])
def test_a_row_of_another_width_is_read_by_neither(tmp_path: Path, line: str) -> None:
    assert careful(line.encode(), 2) is None
    assert Engine(tmp_path).rows(line.encode(), 2) is None


@pytest.mark.parametrize("line", ['"a"b,c', '"a"\t,b', 'a,"b', '"a" b,c'])
def test_a_malformed_quote_is_read_by_neither(tmp_path: Path, line: str) -> None:
    assert careful(line.encode(), 2) is None
    assert Engine(tmp_path).rows(line.encode(), 2) is None
