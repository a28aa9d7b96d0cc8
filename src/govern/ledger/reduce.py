"""One pass over one file: raw columns in, exact sums per group out.

Groups are made of raw text, so that the engine interprets nothing: what a wording means is worked
out afterwards, once per distinct value (``meaning.py``). Amounts that are written plainly are
summed by the engine as DECIMAL; every other spelling becomes part of its group's key, and is read
exactly in Python. The engine's own casts accept and round too much to be trusted with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from govern.bill.staging import TOTALS_WORDS, Staged, Table
from govern.ledger.engine import quoted
from govern.model.clock import UNTIL
from govern.model.money import INEXACT, SCALE, WHOLE_DIGITS

if TYPE_CHECKING:
    import duckdb

#: The columns of few distinct values; joined into one text, which groups faster than thirteen.
CONTEXT = (
    "billing_account_id",
    "sub_account_id",
    "region",
    "region_name",
    "product_code",
    "product_name",
    "commodity_code",
    "commodity_name",
    "billing_item",
    "charge_kind",
    "usage_unit",
    "currency",
    "month",
)
NUMBERS = ("billed_cost", "list_cost", "usage")

#: Joins texts; a cell that itself holds it makes a group with too many parts, which is rejected.
SEPARATOR = "\x1f"

#: Stands for a column that the file doesn't have, which is not the same as an empty cell.
ABSENT = "\x1e"

_TOTALS = rf"(?i)[ \t]*({'|'.join(TOTALS_WORDS)})[ \t]*"

DECIMAL = f"DECIMAL(38, {SCALE})"

#: What ``negative`` holds beside the signs of the three numbers: that the row costs nothing, and
#: that its primary key has lost its digits.
FREE = 64
LOST_KEY = 128

#: A number as a spreadsheet shows one of many digits, or a floating-point number that lost some.
#: Its exponent has a sign or its mantissa a fraction: a hexadecimal id (``9e97``) has neither.
EXPONENT = (
    rf"[ \t]*({INEXACT}[0-9.eE+-]*"
    r"|[0-9]([.,][0-9]+)?[eE]\+[0-9]{1,3}|[0-9][.,][0-9]+[eE][0-9]{1,3})[ \t]*"
)

PLAIN = rf"-?[0-9]{{1,{WHOLE_DIGITS}}}(\.[0-9]{{1,{SCALE}}})?"
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}( ([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?)?"

#: The columns of a table of groups. ``odd_numbers``: the three numbers as written, where one of
#: them isn't plain. ``odd_time``: the time as written, likewise. ``lead``: ``totals`` for a totals
#: row, ``blank`` where the row's first cell is empty, so that a later cell decides. ``negative``
#: keeps apart refunds and rows that cost nothing, so that a group's sum has the sign of each of its
#: rows, and rows without a list cost or usage, so that what is set against it is the cost of the
#: same rows.
COLUMNS: dict[str, str] = {
    "file": "INTEGER",
    "context": "VARCHAR",
    "instance_id": "VARCHAR",
    "day": "VARCHAR",
    "width": "INTEGER",
    "odd_time": "VARCHAR",
    "odd_numbers": "VARCHAR",
    "lead": "VARCHAR",
    "negative": "INTEGER",
    "billed_cost": DECIMAL,
    "list_cost": DECIMAL,
    "usage": DECIMAL,
    "charges": "BIGINT",
    "first_time": "VARCHAR",
    "last_time": "VARCHAR",
}
GROUPS = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())


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


def create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"CREATE TABLE groups ({GROUPS})")


def reduce(connection: duckdb.DuckDBPyConnection, file: int, staged: Staged) -> int:
    """Add the file's groups to ``groups``; returns the number of rows that the engine read.

    Raises ``duckdb.Error`` for a file the engine can't read; nothing was added then.
    """
    rows = _insert(connection, file, staged, _first_cell(staged.table))
    blank = connection.execute(
        "SELECT count(*) FROM groups WHERE file = ? AND lead = 'blank'", [file]
    ).fetchall()
    if blank[0][0]:
        connection.execute("DELETE FROM groups WHERE file = ?", [file])
        rows = _insert(connection, file, staged, _first_filled_cell(staged.table))
    return rows


def reduce_many(connection: duckdb.DuckDBPyConnection, batch: Batch) -> dict[int, int | None]:
    """Add the groups of several files; the rows that the engine read of each, by number.

    None for a file that has to be read alone: nothing of it was added. Raises as :func:`reduce`.
    """
    connection.execute(f"INSERT INTO groups {_select(batch, _first_cell(batch.like.table))}")
    rows: dict[int, int | None] = dict.fromkeys(batch.numbers, 0)
    alone = []
    for file, read, blank in connection.execute(
        "SELECT file, sum(charges)::BIGINT, bool_or(lead IS NOT DISTINCT FROM 'blank') "
        "FROM groups WHERE file IN (SELECT unnest($1::INTEGER[])) GROUP BY file",
        [list(batch.numbers)],
    ).fetchall():
        rows[file] = None if blank else read
        if blank:
            alone.append(file)
    if alone:
        connection.execute(
            "DELETE FROM groups WHERE file IN (SELECT unnest($1::INTEGER[]))", [alone]
        )
    return rows


def _insert(connection: duckdb.DuckDBPyConnection, file: int, staged: Staged, lead: str) -> int:
    batch = Batch((file,), (staged,))
    connection.execute(f"INSERT INTO groups {_select(batch, lead)}")
    found = connection.execute(
        "SELECT coalesce(sum(charges), 0)::BIGINT FROM groups WHERE file = ?", [file]
    ).fetchall()
    return int(found[0][0])


def _select(batch: Batch, lead: str) -> str:
    return f"""
        SELECT {batch.file}, context, instance_id, left(time, 10), length(time), odd_time,
               odd_numbers, lead, negative, sum(billed_cost), sum(list_cost), sum(usage), count(*),
               min(time), max(time)
        FROM ({_rows(batch, lead)}) GROUP BY ALL
    """


#: What of a row makes the group that it belongs to, within its file.
KEY = (
    "context",
    "instance_id",
    "day",
    "width",
    "odd_time",
    "odd_numbers",
    "lead",
    "negative",
)


def single_rows(batch: Batch) -> str:
    """Each row of the files: the key of its group, its plain numbers, and its time and primary key
    as written (NULL where they say nothing, and the time where it is oddly written)."""
    return f"""
        SELECT {batch.file} AS file, context, instance_id, left(time, 10) AS day,
               length(time) AS width, odd_time, odd_numbers, lead, negative, billed_cost, list_cost,
               usage, time, primary_key
        FROM ({_rows(batch, _first_filled_cell(batch.like.table))})
    """


def primary_keys(batch: Batch) -> str:
    """The file and the primary key of each row that has one, trimmed."""
    key = f"trim({_cell('primary_key', batch.like)}, ' ' || chr(9))"
    return f"SELECT {batch.file} AS file, {key} AS key FROM {batch.scan} WHERE {key} <> ''"


def _rows(batch: Batch, lead: str) -> str:
    """The raw texts of every row that grouping needs, and its plain numbers."""
    staged = batch.like
    columns = staged.columns
    file = "file, " if len(batch.files) > 1 else ""

    def cell(field: str) -> str:
        return _cell(field, staged)

    told = [cell(field) if field in columns.positions else "chr(30)" for field in CONTEXT]
    context = f"concat({', chr(31), '.join(told)})"
    times = [f"nullif({_told(at, staged)}, '')" for at in columns.times]
    time = f"coalesce({', '.join(times)}, '')" if times else "''"
    if columns.end is not None:
        end = f"nullif({_told(columns.end, staged)}, '')"
        time = f"CASE WHEN {time} = '' THEN '' ELSE concat_ws({quoted(UNTIL)}, {time}, {end}) END"
    numbers = {name: cell(name) for name in NUMBERS}
    # An absent list cost or usage is no fault; an absent payable amount is.
    plain = [
        f"{column} IS NOT NULL AND regexp_full_match({column}, '{PLAIN}')"
        if name == "billed_cost"
        else f"{column} IS NULL OR regexp_full_match({column}, '({PLAIN})?')"
        for name, column in numbers.items()
        if column != "NULL"
    ]
    as_written = f"concat({', chr(31), '.join(f'written_{name}' for name in NUMBERS)})"
    written = "".join(f"{column} AS written_{name}, " for name, column in numbers.items())
    carried = ", ".join(f"CASE WHEN plain THEN {name} END AS {name}" for name in NUMBERS)
    signs = " + ".join(
        f"{_flag(f'{name} < 0', 1 << at)} + {_flag(f'{name} IS NULL', 8 << at)}"
        for at, name in enumerate(NUMBERS)
    )
    signs += f" + {_flag('billed_cost = 0', FREE)}"
    if "primary_key" in columns.positions:
        lost = f"primary_key IS NOT NULL AND regexp_full_match(primary_key, '{EXPONENT}')"
        signs += f" + CASE WHEN {lost} THEN {LOST_KEY} ELSE 0 END"
    casts = ", ".join(f"{_cast(column)} AS {name}" for name, column in numbers.items())
    return f"""
        SELECT {file}context, instance_id, lead, primary_key,
               CASE WHEN plain THEN NULL ELSE {as_written} END AS odd_numbers,
               {carried},
               {signs} AS negative,
               CASE WHEN usual THEN time END AS time,
               CASE WHEN usual THEN NULL ELSE time END AS odd_time
        FROM (
            SELECT {file}{context} AS context,
                   coalesce({cell("instance_id")}, '') AS instance_id,
                   {time} AS time,
                   regexp_full_match({time}, '{TIME}') AS usual,
                   {lead} AS lead,
                   nullif({cell("primary_key")}::VARCHAR, '') AS primary_key,
                   {" AND ".join(f"({one})" for one in plain)} AS plain,
                   {written}
                   {casts}
            FROM {batch.scan}
        )
    """


def _told(at: int, staged: Staged) -> str:
    """A cell of the file, NULL where it holds a word that says nothing."""
    words = ", ".join(quoted(word) for word in staged.columns.shape.absent_words)
    column = f"c{staged.table.at[at]}"
    return (
        f"CASE WHEN trim({column}, ' \t') NOT IN ({words}) THEN {column} END" if words else column
    )


def _cell(field: str, staged: Staged) -> str:
    """A field's cell; the spare quantity and its unit where ``usage`` says nothing."""
    positions = staged.columns.positions
    at = positions.get(field)
    spare = positions.get(f"spare_{field}")
    told = "NULL" if at is None else _told(at, staged)
    if spare is None:
        return told
    usage = _told(positions["usage"], staged)
    return f"CASE WHEN {_blank(usage)} THEN {_told(spare, staged)} ELSE {told} END"


def _cast(column: str) -> str:
    # Without a function around the column the engine moves the cast into its CSV reader, where a
    # value that can't be cast raises an error or loses its row.
    return f"TRY_CAST(concat({column}, '') AS {DECIMAL})"


def _flag(condition: str, flag: int) -> str:
    return f"CASE WHEN plain AND {condition} THEN {flag} ELSE 0 END"


def _first_cell(table: Table) -> str:
    if table.first_filled is not None:
        return _first_filled_cell(table)
    first = f"c{table.at[0]}"
    return f"CASE WHEN {_blank(first)} THEN 'blank' WHEN {_totals(first)} THEN 'totals' END"


def _first_filled_cell(table: Table) -> str:
    if table.first_filled is not None:
        return f"CASE WHEN {_totals(f'c{table.first_filled}')} THEN 'totals' END"
    cells = [f"c{at}" for at in range(table.width)]
    filled = ", ".join(f"CASE WHEN NOT {_blank(cell)} THEN {cell} END" for cell in cells)
    return f"CASE WHEN {_totals(f'coalesce({filled})')} THEN 'totals' END"


def _blank(cell: str) -> str:
    return f"({cell} IS NULL OR regexp_full_match({cell}, '[ \\t]*'))"


def _totals(cell: str) -> str:
    return f"({cell} IS NOT NULL AND regexp_full_match({cell}, '{_TOTALS}'))"


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


def context_cells(context: str) -> list[str | None] | None:
    """The cells of a group's context in the order of CONTEXT; a cell of a column that the file
    doesn't have is None. None as a whole if a cell held 0x1F."""
    cells = context.split(SEPARATOR)
    if len(cells) != len(CONTEXT):
        return None
    return [None if cell == ABSENT else cell.strip() for cell in cells]
