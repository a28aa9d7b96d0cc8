"""One pass over one file: raw columns in, exact sums per group out.

Groups are made of raw text, so that the engine interprets nothing: what a wording means is worked
out afterwards, once per distinct value (``meaning.py``). Amounts that are written plainly are
summed by the engine as DECIMAL; every other spelling becomes part of its group's key, and is read
exactly in Python. The engine's own casts accept and round too much to be trusted with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from govern.bill.staging import Staged
from govern.ledger.batch import Batch
from govern.ledger.groups import GROUPS
from govern.ledger.raw_rows import first_cell, first_filled_cell, raw_rows

if TYPE_CHECKING:
    import duckdb


def create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"CREATE TABLE groups ({GROUPS})")


def reduce(connection: duckdb.DuckDBPyConnection, file: int, staged: Staged) -> int:
    """Add the file's groups to ``groups``; returns the number of rows that the engine read.

    Raises ``duckdb.Error`` for a file the engine can't read; nothing was added then.
    """
    rows = _insert(connection, file, staged, first_cell(staged.table))
    blank = connection.execute(
        "SELECT count(*) FROM groups WHERE file = ? AND lead = 'blank'", [file]
    ).fetchall()
    if blank[0][0]:
        connection.execute("DELETE FROM groups WHERE file = ?", [file])
        rows = _insert(connection, file, staged, first_filled_cell(staged.table))
    return rows


def reduce_many(connection: duckdb.DuckDBPyConnection, batch: Batch) -> dict[int, int | None]:
    """Add the groups of several files; the rows that the engine read of each, by number.

    None for a file that has to be read alone: nothing of it was added. Raises as :func:`reduce`.
    """
    connection.execute(f"INSERT INTO groups {_select(batch, first_cell(batch.like.table))}")
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
        FROM ({raw_rows(batch, lead)}) GROUP BY ALL
    """
