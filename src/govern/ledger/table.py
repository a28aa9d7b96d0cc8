"""Tables of the engine that are made of Python's values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

#: So many rows are handed over at once.
BATCH = 100_000

#: A column: its name and the engine's type.
Column = tuple[str, str]


def fill(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Make ``table`` anew from Python rows, in batches."""
    declared = ", ".join(f"{name} {kind}" for name, kind in columns)
    connection.execute(f"CREATE OR REPLACE TABLE {table} ({declared})")
    unnest = ", ".join(
        f"unnest(${number}::{kind}[])" for number, (_, kind) in enumerate(columns, start=1)
    )
    batch: list[Sequence[Any]] = []

    def flush() -> None:
        if batch:
            values = [list(values) for values in zip(*batch, strict=True)]
            connection.execute(f"INSERT INTO {table} SELECT {unnest}", values)
            batch.clear()

    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            flush()
    flush()


@contextmanager
def made_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
) -> Iterator[None]:
    """While it lasts, there is such a table."""
    fill(connection, table, columns, rows)
    try:
        yield
    finally:
        connection.execute(f"DROP TABLE {table}")


def columns_of(noun: Any, kinds: dict[str, str]) -> list[Column]:
    """A dataclass's fields as columns. ``kinds``: the engine's type of each annotation."""
    return [(one.name, kinds[str(one.type)]) for one in fields(noun)]


def values_of(one: Any) -> tuple[Any, ...]:
    """The values of a dataclass in the order of its fields."""
    return tuple(getattr(one, field.name) for field in fields(one))
