"""Files that the engine reads in one query, and how it reads them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govern.bill.staging import Staged, Table
from govern.ledger.engine import quoted

#: A batch holds no more files and bytes than these: more would gain nothing and cost memory.
_MOST_FILES = 250
_SMALL = 1 << 20


@dataclass(frozen=True)
class Batch:
    """Files of one layout that the engine reads in one query, and their numbers.

    A query costs as much as reading thousands of rows; a bill may be thousands of small files.
    """

    numbers: tuple[int, ...]
    files: tuple[Staged, ...]

    @property
    def like(self) -> Staged:
        """One of the files, for what all of them are like."""
        return self.files[0]

    @property
    def file(self) -> str:
        """The number of a row's file, in a query over :attr:`scan`."""
        return "file" if len(self.files) > 1 else str(self.numbers[0])

    @property
    def scan(self) -> str:
        """What a query reads the rows from."""
        paths = [one.table.path for one in self.files]
        source = scan(self.like.table, paths)
        if len(paths) == 1:
            return source
        pairs = zip(self.numbers, paths, strict=True)
        numbers = ", ".join(f"({number}, {quoted(path)})" for number, path in pairs)
        return f"({source} JOIN (VALUES {numbers}) AS numbered (file, filename) USING (filename))"

    def halves(self) -> tuple[Batch, Batch]:
        middle = len(self.files) // 2
        return (
            Batch(self.numbers[:middle], self.files[:middle]),
            Batch(self.numbers[middle:], self.files[middle:]),
        )


def batches(files: Iterable[tuple[int, Staged]]) -> list[Batch]:
    """The files in as few batches as can be; a large file is one by itself."""
    alike: dict[object, list[tuple[int, Staged]]] = {}
    for number, staged in files:
        small = os.path.getsize(staged.table.path) <= _SMALL
        columns, table = staged.columns, staged.table
        layout = (
            (columns.shape.name, columns.header, table.skip, table.first_filled)
            if small
            else number
        )
        alike.setdefault(layout, []).append((number, staged))
    return [
        Batch(tuple(number for number, _ in part), tuple(staged for _, staged in part))
        for found in alike.values()
        for part in (found[at : at + _MOST_FILES] for at in range(0, len(found), _MOST_FILES))
    ]


def scan(table: Table, paths: Sequence[str] = ()) -> str:
    """The table function that reads a staged file, or several of its layout, all as text.

    An empty cell is an empty text. Were it NULL, the engine would let a row pass that has empty
    cells beyond the last column. A file with a NUL character isn't read by the engine.
    """
    paths = paths or (table.path,)
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(table.width))
    return (
        f"read_csv([{', '.join(map(quoted, paths))}], auto_detect = false, header = false, "
        f"skip = {table.skip}, delim = ',', quote = '\"', escape = '\"', columns = {{{columns}}}, "
        "strict_mode = true, ignore_errors = false, null_padding = false, nullstr = chr(0), "
        f"filename = {str(len(paths) > 1).lower()})"
    )
