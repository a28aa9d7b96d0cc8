"""Every row of a file as the raw texts that grouping needs, and its plain numbers: one query."""

from __future__ import annotations

from collections.abc import Mapping

from govern.bill.staging import TOTALS_WORDS, Staged, Table
from govern.ledger.batch import Batch
from govern.ledger.engine import quoted
from govern.ledger.groups import (
    CONTEXT,
    DECIMAL,
    EXPONENT,
    FREE,
    LOST_KEY,
    NUMBERS,
    PLAIN,
    SHORT,
    TIME,
)
from govern.ledger.usual import Usual
from govern.model.clock import UNTIL
from govern.model.money import INEXACT

_TOTALS = rf"(?i)[ \t]*({'|'.join(TOTALS_WORDS)})[ \t]*"


def single_rows(batch: Batch) -> str:
    """Each row of the files: the key of its group, its plain numbers, and its time and primary key
    as written (NULL where they say nothing, and the time where it is oddly written)."""
    numbers = ", ".join(
        f"CASE WHEN odd_numbers IS NULL THEN {name} END AS {name}" for name in NUMBERS
    )
    usual = f"regexp_full_match(time, '{TIME}')"
    return f"""
        SELECT {batch.file} AS file, odd_context AS context, instance_id,
               CASE WHEN {usual} THEN left(time, 10) END AS day,
               CASE WHEN {usual} THEN length(time) END AS width,
               CASE WHEN NOT {usual} THEN time END AS odd_time,
               odd_numbers, lead, negative, {numbers},
               CASE WHEN {usual} THEN time END AS time, primary_key
        FROM ({raw_rows(batch, first_filled_cell(batch.like.table), None)})
    """


def primary_keys(batch: Batch) -> str:
    """The file and the primary key of each row that has one, trimmed."""
    key = f"trim({_cell('primary_key', batch.like)}, ' ' || chr(9))"
    return f"SELECT {batch.file} AS file, {key} AS key FROM {batch.scan} WHERE {key} <> ''"


def raw_rows(batch: Batch, lead: str, usual: Usual | None) -> str:
    """The raw texts of every row that grouping needs, and its numbers.

    ``code`` is the number of a ``usual`` context; any other row has its text in ``odd_context``.
    The numbers are summed where ``odd_numbers`` is NULL, and only there.
    """
    staged = batch.like
    columns = staged.columns
    file = "file, " if len(batch.files) > 1 else ""

    def cell(field: str) -> str:
        return _cell(field, staged)

    told = [cell(field) if field in columns.positions else "chr(30)" for field in CONTEXT]
    context = f"concat({', chr(31), '.join(told)})"
    code = usual.code(lambda field: _text(field, staged)) if usual else "-1::BIGINT"
    times = [f"nullif({_told(at, staged)}, '')" for at in columns.times]
    time = f"coalesce({', '.join(times)}, '')" if times else "''"
    if columns.end is not None:
        end = f"nullif({_told(columns.end, staged)}, '')"
        time = f"CASE WHEN {time} = '' THEN '' ELSE concat_ws({quoted(UNTIL)}, {time}, {end}) END"
    written = {name: cell(name) for name in NUMBERS}
    casts = ", ".join(f"{_number(column)} AS {name}" for name, column in written.items())
    key = (
        f"nullif({cell('primary_key')}::VARCHAR, '') AS primary_key" if _keyed(staged) else _NO_KEY
    )
    return f"""
        SELECT {file}code, CASE WHEN code >= 0 THEN '' ELSE context END AS odd_context,
               instance_id, time, lead, primary_key, {", ".join(NUMBERS)}, odd_numbers,
               {_signs(staged)} AS negative
        FROM (
            SELECT *, CASE WHEN {_PLAIN_ALL} THEN NULL WHEN {_plain(written)} THEN NULL
                           ELSE concat({", chr(31), ".join(written.values())}) END AS odd_numbers
            FROM (
                SELECT *, {code} AS code, {context} AS context,
                       coalesce({cell("instance_id")}, '') AS instance_id,
                       {time} AS time, {lead} AS lead, {key}, {casts}
                FROM {batch.scan}
            )
        )
    """


_NO_KEY = "NULL::VARCHAR AS primary_key"
_PLAIN_ALL = " AND ".join(f"{name} IS NOT NULL" for name in NUMBERS)


def _plain(written: Mapping[str, str]) -> str:
    """Whether each number is plain; an absent list cost or usage is no fault, an absent payable
    amount is."""
    return " AND ".join(
        f"{name} IS NOT NULL"
        if name == "billed_cost"
        else f"({name} IS NOT NULL OR {column} IS NULL OR {column} = '')"
        for name, column in written.items()
        if column != "NULL" or name == "billed_cost"
    )


def _signs(staged: Staged) -> str:
    """Which numbers are negative or absent, whether the row costs nothing, and whether its key has
    lost its digits."""
    signs = " + ".join(
        f"CASE WHEN {name} < 0 THEN {1 << at} WHEN {name} IS NULL THEN {8 << at} ELSE 0 END"
        for at, name in enumerate(NUMBERS)
    )
    usual = "billed_cost > 0 AND list_cost >= 0 AND usage >= 0"
    free = f"CASE WHEN billed_cost = 0 THEN {FREE} ELSE 0 END"
    flags = (
        f"CASE WHEN odd_numbers IS NOT NULL THEN 0 WHEN {usual} THEN 0 ELSE {signs} + {free} END"
    )
    if _keyed(staged):
        # A spoiled key holds one of these; to look for them is cheaper.
        marks = " OR ".join(f"contains(primary_key, '{mark}')" for mark in ("+", ".", ",", INEXACT))
        lost = f"({marks}) AND regexp_full_match(primary_key, '{EXPONENT}')"
        flags += f" + CASE WHEN {lost} THEN {LOST_KEY} ELSE 0 END"
    return flags


def _number(column: str) -> str:
    """The exact value of a plainly written number, NULL of any other text.

    Of at most fourteen characters neither the whole digits nor the decimals can be too many, and
    without these three letters the engine casts nothing but digits, a point, a sign and blanks
    around them (``PLAIN_SHORT``). The cast stands behind a condition, or the engine would move it
    into its CSV reader, where a value that can't be cast raises an error or loses its row.
    """
    if column == "NULL":
        return f"NULL::{DECIMAL}"
    letters = " AND ".join(f"NOT contains({column}, '{one}')" for one in "_eE")
    return (
        f"CASE WHEN strlen({column}) <= {SHORT} AND {letters} "
        f"THEN TRY_CAST({column} AS {DECIMAL}) "
        f"WHEN regexp_full_match({column}, '{PLAIN}') THEN TRY_CAST({column} AS {DECIMAL}) END"
    )


def _keyed(staged: Staged) -> bool:
    return "primary_key" in staged.columns.positions


def _text(field: str, staged: Staged) -> str:
    """A field's cell, the empty text where it says nothing."""
    cell = _cell(field, staged)
    return f"coalesce({cell}, '')" if cell.startswith("CASE") else cell


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


def first_cell(table: Table) -> str:
    if table.first_filled is not None:
        return first_filled_cell(table)
    first = f"c{table.at[0]}"
    # What begins with a digit or most letters is neither blank nor a word for totals.
    return (
        f"CASE WHEN {first} >= '!' AND {first} < 'T' THEN NULL "
        f"WHEN {first} >= 'a' AND {first} < 't' THEN NULL "
        f"WHEN {_blank(first)} THEN 'blank' WHEN {_totals(first)} THEN 'totals' END"
    )


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
