"""Every row of a file as the raw texts that grouping needs, and its plain numbers: one query."""

from __future__ import annotations

from govern.bill.staging import TOTALS_WORDS, Staged, Table
from govern.ledger.batch import Batch
from govern.ledger.engine import quoted
from govern.ledger.groups import CONTEXT, DECIMAL, EXPONENT, FREE, LOST_KEY, NUMBERS, PLAIN, TIME
from govern.model.clock import UNTIL

_TOTALS = rf"(?i)[ \t]*({'|'.join(TOTALS_WORDS)})[ \t]*"


def single_rows(batch: Batch) -> str:
    """Each row of the files: the key of its group, its plain numbers, and its time and primary key
    as written (NULL where they say nothing, and the time where it is oddly written)."""
    return f"""
        SELECT {batch.file} AS file, context, instance_id, left(time, 10) AS day,
               length(time) AS width, odd_time, odd_numbers, lead, negative, billed_cost, list_cost,
               usage, time, primary_key
        FROM ({raw_rows(batch, first_filled_cell(batch.like.table))})
    """


def primary_keys(batch: Batch) -> str:
    """The file and the primary key of each row that has one, trimmed."""
    key = f"trim({_cell('primary_key', batch.like)}, ' ' || chr(9))"
    return f"SELECT {batch.file} AS file, {key} AS key FROM {batch.scan} WHERE {key} <> ''"


def raw_rows(batch: Batch, lead: str) -> str:
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


def first_cell(table: Table) -> str:
    if table.first_filled is not None:
        return first_filled_cell(table)
    first = f"c{table.at[0]}"
    return f"CASE WHEN {_blank(first)} THEN 'blank' WHEN {_totals(first)} THEN 'totals' END"


def first_filled_cell(table: Table) -> str:
    if table.first_filled is not None:
        return f"CASE WHEN {_totals(f'c{table.first_filled}')} THEN 'totals' END"
    cells = [f"c{at}" for at in range(table.width)]
    filled = ", ".join(f"CASE WHEN NOT {_blank(cell)} THEN {cell} END" for cell in cells)
    return f"CASE WHEN {_totals(f'coalesce({filled})')} THEN 'totals' END"


def _blank(cell: str) -> str:
    return f"({cell} IS NULL OR regexp_full_match({cell}, '[ \\t]*'))"


def _totals(cell: str) -> str:
    return f"({cell} IS NOT NULL AND regexp_full_match({cell}, '{_TOTALS}'))"
