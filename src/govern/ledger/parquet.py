"""Parquet files: bills that came as Parquet, and ledgers that govern wrote itself.

A ledger that isn't exactly what govern wrote is refused: of another version, with other columns,
or with rows that its own counts don't confirm.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

from govern.bill.exported import by_name
from govern.bill.staging import Reject
from govern.bill.unpack import Refused
from govern.ledger import engine
from govern.ledger.engine import quoted
from govern.ledger.groups import COLUMNS, SUMS
from govern.ledger.ledger import BillFile, Kept
from govern.ledger.refusal import refusal
from govern.model.clock import instant, parse_moment
from govern.model.errors import GovernError
from govern.model.money import INEXACT

if TYPE_CHECKING:
    import duckdb

#: The version of a kept ledger; another one is refused rather than misread.
FORMAT = "govern.ledger/v2"
_KEY = "govern"


_AGAIN = "reduce the bill again"


def metadata(path: str, folder: str) -> dict[str, Any] | None:
    """What a ledger's file says of the bill behind it; None for any other Parquet file."""
    connection = engine.connect(folder, [path])
    source = quoted(path)
    try:
        rows = connection.execute(
            f"SELECT decode(value) FROM parquet_kv_metadata({source}) WHERE decode(key) = ?",
            [_KEY],
        ).fetchall()
        columns = connection.execute(f"DESCRIBE FROM read_parquet({source})").fetchall()
    except Exception as error:
        raise refusal(error, folder) or Refused(
            f"damaged Parquet data ({_first_line(error)})"
        ) from None
    finally:
        connection.close()
    if not rows:
        return None
    told = _json(rows[0][0])
    if told.get("format") != FORMAT:
        raise Refused(f"a ledger of another version ({told.get('format')}): {_AGAIN}")
    if {name: kind.replace(" ", "") for name, kind, *_ in columns} != _KINDS:
        raise Refused(f"a ledger with other columns than govern writes: {_AGAIN}")
    try:
        _files(told, "", 0, UTC)
    except _WRONG:
        raise Refused(f"a damaged ledger: {_AGAIN}") from None
    return told


#: What reading a description that govern didn't write may raise.
_WRONG = (KeyError, TypeError, ValueError, AttributeError)


_KINDS = {name: kind.replace(" ", "") for name, kind in COLUMNS.items()}


def _json(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}


def to_csv(path: str, target: str, folder: str) -> None:
    """Write a Parquet bill as CSV, a line per row, every value as its exact text.

    A DOUBLE holds any number of up to 15 digits so that its shortest text gives it back: that
    text is what its writer meant. Of more digits nobody knows what they were; such a number is
    marked, and refused as an amount or an id.
    """
    connection = engine.connect(folder, [path], ordered=True)
    source = f"read_parquet({quoted(path)})"
    try:
        kinds = {row[0]: row[1] for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()}
        days = _days(connection, source, kinds)
        cells = ", ".join(
            f"translate({_text(column, kind, column in days)}, chr(10) || chr(13), '  ') "
            f"AS {_name(column)}"
            for column, kind in kinds.items()
        )
        connection.execute(
            f"COPY (SELECT {cells} FROM {source}) TO {quoted(target)} "
            "(FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '')"
        )
    except Exception as error:
        raise refusal(error, folder) or Refused(
            f"damaged Parquet data ({_first_line(error)})"
        ) from None
    finally:
        connection.close()


def _days(
    connection: duckdb.DuckDBPyConnection, source: str, kinds: Mapping[str, str]
) -> frozenset[str]:
    """Columns of times that are all 00:00: days, which a file of data frames has no type for."""
    times = [column for column, kind in kinds.items() if kind in _TIMES]
    if not times:
        return frozenset()
    asked = ", ".join(f"bool_and({_name(one)} = date_trunc('day', {_name(one)}))" for one in times)
    told = connection.execute(f"SELECT {asked} FROM {source}").fetchall()[0]
    return frozenset(column for column, days in zip(times, told, strict=True) if days)


_TIMES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")

#: Whole numbers below this are exact in a floating-point number of the kind, and the digits that
#: each number of so many keeps.
_FLOATS = {"DOUBLE": (1 << 53, 15), "FLOAT": (1 << 24, 6)}


def _text(column: str, kind: str, day: bool) -> str:
    """The expression of a column's exact text."""
    name = _name(column)
    text = f"{name}::VARCHAR"
    if kind in _FLOATS:
        whole, digits = _FLOATS[kind]
        known = rf"-?[0.]*([0-9]\.?){{0,{digits}}}([eE][+-]?[0-9]+)?"
        return (
            f"CASE WHEN {name} = trunc({name}) AND abs({name}) < {whole} "
            f"THEN {name}::BIGINT::VARCHAR "
            f"WHEN regexp_full_match({text}, '{known}') THEN {text} "
            f"ELSE {quoted(INEXACT)} || {text} END"
        )
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"make_timestamp(epoch_us({name}))::VARCHAR || '+00:00'"
    return f"{name}::DATE::VARCHAR" if day else text


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0][:200]


def write(
    connection: duckdb.DuckDBPyConnection, files: Sequence[BillFile], path: str, clock: tzinfo
) -> None:
    """Write the groups of a bill, and what is known of its files, as one ledger file."""
    told = {"format": FORMAT, "files": [_told(file, clock) for file in files]}
    text = json.dumps(told, ensure_ascii=True)
    connection.execute(
        f"COPY (SELECT {', '.join(COLUMNS)} FROM groups ORDER BY ALL NULLS LAST) TO {quoted(path)} "
        f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{_KEY}: {quoted(text)}}})"
    )


def _told(file: BillFile, clock: tzinfo) -> dict[str, Any]:
    """An instant that the name tells is told by the name again, on the clock of the day."""
    known = asdict(replace(file, staged=None))
    known["fields"] = sorted(file.fields)
    named = file.exported_at is None or file.exported_at == by_name(file.name)
    known["exported_at"] = None if named else instant(file.exported_at, clock)
    return known


def read(
    connection: duckdb.DuckDBPyConnection, kept: Kept, folder: str, first: int, clock: tzinfo
) -> list[BillFile]:
    """Add a ledger's groups to ``groups``; its files get numbers from ``first`` on.

    Raises wrong usage for a ledger whose rows aren't those that it speaks of.
    """
    import duckdb

    files = _files(kept.told, kept.given, first, clock)
    try:
        connection.execute(
            f"INSERT INTO sums SELECT {_LISTED} FROM read_parquet({quoted(kept.path)})", [first]
        )
    except duckdb.Error as error:
        raise refusal(error, folder) or _damaged(kept) from None
    rows = connection.execute(
        "SELECT file, sum(charges)::BIGINT FROM sums WHERE file IS NULL OR file >= ? GROUP BY 1",
        [first],
    ).fetchall()
    counted = dict(rows)
    expected = {file.number: file.rows - file.duplicates - len(file.rejects) for file in files}
    if counted != {number: rows for number, rows in expected.items() if rows}:
        raise _damaged(kept)
    return files


_AS_KEPT = {"file": "file + ?", "code": "-1", "odd_context": "context"}
_LISTED = ", ".join(_AS_KEPT.get(name, name) for name in SUMS)


def _damaged(kept: Kept) -> GovernError:
    return GovernError("usage", f"{kept.given}: a damaged ledger: {_AGAIN}")


def _files(told: dict[str, Any], given: str, first: int, clock: tzinfo) -> list[BillFile]:
    files = [_file(known, given, first, clock) for known in told["files"]]
    if [file.number for file in files] != list(range(first, first + len(files))):
        raise ValueError("numbers")
    if any(file.rows < file.duplicates + len(file.rejects) for file in files):
        raise ValueError("rows")
    return files


def _file(known: dict[str, Any], given: str, first: int, clock: tzinfo) -> BillFile:
    exported = known["exported_at"]
    return BillFile(
        **{
            **known,
            "number": known["number"] + first,
            "export": given,
            "fields": frozenset(known["fields"]),
            "exported_at": parse_moment(exported).on(clock) if exported else by_name(known["name"]),
            "rejects": tuple(Reject(**reject) for reject in known["rejects"]),
        }
    )
