"""One pass over one file: raw columns in, exact sums per group out.

Groups are made of raw text, so that the engine interprets nothing: what a wording means is worked
out afterwards, once per distinct value (``meaning.py``). Amounts that are written plainly are
summed by the engine as DECIMAL; every other spelling becomes part of its group's key, and is read
exactly in Python. The engine's own casts accept and round too much to be trusted with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from govern.bill.staging import TOTALS_WORDS, Staged, Table
from govern.ledger.engine import quoted
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
EXPONENT = rf"[ \t]*({INEXACT}[0-9.eE+-]*|[0-9]([.,][0-9]+)?[eE]\+?[0-9]+)[ \t]*"

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


def _insert(connection: duckdb.DuckDBPyConnection, file: int, staged: Staged, lead: str) -> int:
    connection.execute(f"INSERT INTO groups {_select(file, staged, lead)}")
    found = connection.execute(
        "SELECT coalesce(sum(charges), 0)::BIGINT FROM groups WHERE file = ?", [file]
    ).fetchall()
    return int(found[0][0])


def _select(file: int, staged: Staged, lead: str) -> str:
    return f"""
        SELECT {file}, context, instance_id, left(time, 10), length(time), odd_time, odd_numbers,
               lead, negative, sum(billed_cost), sum(list_cost), sum(usage), count(*),
               min(time), max(time)
        FROM ({_rows(staged, lead)}) GROUP BY ALL
    """


def rows_with_keys(file: int, staged: Staged) -> str:
    """Each row of a file as a group of its own, with its primary key (NULL where it has none)."""
    return f"""
        SELECT {file}, context, instance_id, left(time, 10), length(time), odd_time, odd_numbers,
               lead, negative, billed_cost, list_cost, usage, 1::BIGINT, time, time, primary_key
        FROM ({_rows(staged, _first_filled_cell(staged.table))})
    """


def _rows(staged: Staged, lead: str) -> str:
    """The raw texts of every row that grouping needs, and its plain numbers."""
    columns, table = staged.columns, staged.table

    def told_at(at: int) -> str:
        words = ", ".join(quoted(word) for word in columns.shape.absent_words)
        column = f"c{table.at[at]}"
        return (
            f"CASE WHEN trim({column}, ' \t') NOT IN ({words}) THEN {column} END"
            if words
            else column
        )

    def cell(field: str) -> str:
        at = columns.positions.get(field)
        spare = columns.positions.get(f"spare_{field}")
        told = "NULL" if at is None else told_at(at)
        if spare is None:
            return told
        usage = told_at(columns.positions["usage"])
        return f"CASE WHEN {_blank(usage)} THEN {told_at(spare)} ELSE {told} END"

    told = [cell(field) if field in columns.positions else "chr(30)" for field in CONTEXT]
    context = f"concat({', chr(31), '.join(told)})"
    times = [f"nullif({told_at(at)}, '')" for at in columns.times]
    time = f"coalesce({', '.join(times)}, '')" if times else "''"
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
        SELECT context, instance_id, lead, primary_key,
               CASE WHEN plain THEN NULL ELSE {as_written} END AS odd_numbers,
               {carried},
               {signs} AS negative,
               CASE WHEN usual THEN time END AS time,
               CASE WHEN usual THEN NULL ELSE time END AS odd_time
        FROM (
            SELECT {context} AS context,
                   coalesce({cell("instance_id")}, '') AS instance_id,
                   {time} AS time,
                   regexp_full_match({time}, '{TIME}') AS usual,
                   {lead} AS lead,
                   nullif({cell("primary_key")}::VARCHAR, '') AS primary_key,
                   {" AND ".join(f"({one})" for one in plain)} AS plain,
                   {written}
                   {casts}
            FROM {scan(table)}
        )
    """


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


def scan(table: Table) -> str:
    """The table function that reads a staged file: every column as text, nothing sniffed.

    An empty cell is an empty text. Were it NULL, the engine would let a row pass that has empty
    cells beyond the last column. A file with a NUL character isn't read by the engine.
    """
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(table.width))
    return (
        f"read_csv({quoted(table.path)}, auto_detect = false, header = false, skip = {table.skip}, "
        f"delim = ',', quote = '\"', escape = '\"', columns = {{{columns}}}, "
        "strict_mode = true, ignore_errors = false, null_padding = false, nullstr = chr(0))"
    )


def context_cells(context: str) -> list[str | None] | None:
    """The cells of a group's context in the order of CONTEXT; a cell of a column that the file
    doesn't have is None. None as a whole if a cell held 0x1F."""
    cells = context.split(SEPARATOR)
    if len(cells) != len(CONTEXT):
        return None
    return [None if cell == ABSENT else cell.strip() for cell in cells]
