"""One pass over one file: raw columns in, exact sums per group out.

Groups are made of raw text, so that the engine interprets nothing: what a wording means is worked
out afterwards, once per distinct value (``meaning.py``). Amounts that are written plainly are
summed by the engine as DECIMAL; every other spelling becomes part of its group's key, and is read
exactly in Python. The engine's own casts accept and round too much to be trusted with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from govern.bill.staging import Staged
from govern.ledger.batch import Batch
from govern.ledger.groups import COLUMNS, NUMBERS, SUMS, TIME
from govern.ledger.raw_rows import first_cell, first_filled_cell, raw_rows
from govern.ledger.usual import Usual

if TYPE_CHECKING:
    import duckdb


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables ``sums`` and ``codes``, and ``groups``, which shows each group by its texts."""
    told = ", ".join(f"s.{name}" for name in COLUMNS if name not in ("file", "context"))
    connection.execute(
        f"""
        CREATE TABLE sums ({", ".join(f"{name} {kind}" for name, kind in SUMS.items())});
        CREATE TABLE codes (file INTEGER, code BIGINT, context VARCHAR);
        CREATE VIEW groups AS
            SELECT s.file, coalesce(k.context, s.odd_context) AS context, {told}
            FROM sums s LEFT JOIN codes k ON k.file = s.file AND k.code = s.code
        """
    )


def reduce(connection: duckdb.DuckDBPyConnection, file: int, staged: Staged) -> int:
    """Add the file's groups to ``sums``; returns the number of rows that the engine read.

    Raises ``duckdb.Error`` for a file the engine can't read; nothing was added then.
    """
    batch = Batch((file,), (staged,))
    usual = Usual.of(batch.files)
    lead = first_cell(staged.table)
    rows, blank, timed = _added(connection, batch, lead, usual).get(file, (0, False, False))
    if blank or timed:
        # The guess fails, or a later cell decides: once more, with more care.
        forget(connection, [file])
        lead = first_filled_cell(staged.table) if blank else lead
        usual = replace(usual, days=False) if usual else None
        rows, _, _ = _added(connection, batch, lead, usual)[file]
    return rows


def reduce_many(connection: duckdb.DuckDBPyConnection, batch: Batch) -> dict[int, int | None]:
    """Add the groups of several files; the rows that the engine read of each, by number.

    None for a file that has to be read alone: nothing of it was added. Raises as :func:`reduce`.
    """
    usual = Usual.of(batch.files)
    found = _added(connection, batch, first_cell(batch.like.table), usual)
    alone = [file for file, (_, blank, timed) in found.items() if blank or timed]
    forget(connection, alone)
    rows: dict[int, int | None] = dict.fromkeys(batch.numbers, 0)
    rows.update({file: rows for file, (rows, _, _) in found.items()})
    rows.update(dict.fromkeys(alone))
    return rows


def forget(connection: duckdb.DuckDBPyConnection, files: Sequence[int]) -> None:
    """Take out the groups of these files."""
    for table in ("sums", "codes") if files else ():
        connection.execute(
            f"DELETE FROM {table} WHERE file IN (SELECT unnest($1::INTEGER[]))", [list(files)]
        )


def _added(
    connection: duckdb.DuckDBPyConnection, batch: Batch, lead: str, usual: Usual | None
) -> dict[int, tuple[int, bool, bool]]:
    """Add the groups of a batch. Of each file: its rows, whether one begins with a blank cell, and
    whether the guess that all times are days was wrong."""
    connection.execute(f"INSERT INTO sums {_select(batch, lead, usual)}")
    numbers = [list(batch.numbers)]
    if usual:
        coded = connection.execute(
            "SELECT DISTINCT file, code FROM sums "
            "WHERE code >= 0 AND file IN (SELECT unnest($1::INTEGER[]))",
            numbers,
        ).fetchall()
        told = [(file, code, usual.context(code)) for file, code in coded]
        columns = [list(column) for column in zip(*told, strict=True)] or [[], [], []]
        connection.execute(
            "INSERT INTO codes "
            "SELECT unnest($1::INTEGER[]), unnest($2::BIGINT[]), unnest($3::VARCHAR[])",
            columns,
        )
    days = bool(usual and usual.days)
    found = connection.execute(
        "SELECT file, sum(charges)::BIGINT, bool_or(lead IS NOT DISTINCT FROM 'blank'), "
        f"{str(days).lower()} AND bool_or(width IS DISTINCT FROM 10 AND odd_time IS NULL) "
        "FROM sums WHERE file IN (SELECT unnest($1::INTEGER[])) GROUP BY file",
        numbers,
    ).fetchall()
    return {file: (rows, blank, timed) for file, rows, blank, timed in found}


def _select(batch: Batch, lead: str, usual: Usual | None) -> str:
    """The groups of the files' rows. Where all times seem to be days, rows are grouped by the time
    as it is written, and what it is is asked once for each group."""
    rows = raw_rows(batch, lead, usual)
    is_usual = f"regexp_full_match(time, '{TIME}')"
    by_day = usual is not None and usual.days
    if by_day:
        keys, told = "time", ""
        day, width, odd = "left(time, 10)", "length(time)", "time"
        times = [
            f"CASE WHEN {is_usual} THEN {day} END",
            f"CASE WHEN {is_usual} THEN {width} END",
            f"CASE WHEN NOT {is_usual} THEN {odd} END",
        ]
        first, last = times[0], times[0]
    else:
        rows = (
            f"SELECT *, left(usual, 10) AS day, length(usual) AS width FROM (SELECT *, "
            f"CASE WHEN {is_usual} THEN time END AS usual, "
            f"CASE WHEN NOT {is_usual} THEN time END AS odd_time FROM ({rows}))"
        )
        keys, told = "day, width, odd_time", ", min(usual) AS first, max(usual) AS last"
        times, first, last = ["day", "width", "odd_time"], "first", "last"
    file = "file, " if len(batch.files) > 1 else ""
    sums = ", ".join(f"sum({name}) AS {name}" for name in NUMBERS)
    summed = ", ".join(f"CASE WHEN odd_numbers IS NULL THEN {name} END" for name in NUMBERS)
    return f"""
        SELECT {batch.file}, code, odd_context, instance_id, {", ".join(times)}, odd_numbers, lead,
               negative, {summed}, charges, {first}, {last}
        FROM (
            SELECT {file}code, odd_context, instance_id, {keys}, odd_numbers, lead, negative,
                   {sums}, count(*) AS charges{told}
            FROM ({rows}) GROUP BY ALL
        )
    """
