"""Parquet files: bills that came as Parquet, and ledgers that govern wrote itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from govern.bill.staging import Reject
from govern.bill.unpack import Refused
from govern.ledger import engine
from govern.ledger.engine import quoted
from govern.ledger.ledger import BillFile
from govern.ledger.reduce import COLUMNS
from govern.ledger.refusal import refusal
from govern.model.money import INEXACT

if TYPE_CHECKING:
    import duckdb

#: The version of a kept ledger; another one is refused rather than misread.
FORMAT = "govern.ledger/v1"
_KEY = "govern"


def metadata(path: str, folder: str) -> dict[str, Any] | None:
    """What a ledger's file says of the bill behind it; None for any other Parquet file."""
    connection = engine.connect(folder, [path])
    try:
        rows = connection.execute(
            f"SELECT decode(value) FROM parquet_kv_metadata({quoted(path)}) WHERE decode(key) = ?",
            [_KEY],
        ).fetchall()
    except Exception as error:
        raise refusal(error, folder) or Refused(
            f"damaged Parquet data ({_first_line(error)})"
        ) from None
    finally:
        connection.close()
    if not rows:
        return None
    told: dict[str, Any] = json.loads(rows[0][0])
    if told.get("format") != FORMAT:
        raise Refused(f"a ledger of another version ({told.get('format')}): reduce the bill again")
    return told


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


def write(connection: duckdb.DuckDBPyConnection, files: Sequence[BillFile], path: str) -> None:
    """Write the groups of a bill, and what is known of its files, as one ledger file."""
    told = {"format": FORMAT, "files": [_told(file) for file in files]}
    text = json.dumps(told, ensure_ascii=True)
    connection.execute(
        f"COPY (SELECT {', '.join(COLUMNS)} FROM groups ORDER BY ALL NULLS LAST) TO {quoted(path)} "
        f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{_KEY}: {quoted(text)}}})"
    )


def _told(file: BillFile) -> dict[str, Any]:
    known = asdict(replace(file, staged=None))
    known["fields"] = sorted(file.fields)
    known["exported_at"] = file.exported_at and file.exported_at.isoformat()
    return known


def read(
    connection: duckdb.DuckDBPyConnection, path: str, given: str, told: dict[str, Any], first: int
) -> list[BillFile]:
    """Add a ledger's groups to ``groups``; its files get numbers from ``first`` on."""
    listed = ", ".join("file + ?" if name == "file" else name for name in COLUMNS)
    connection.execute(
        f"INSERT INTO groups SELECT {listed} FROM read_parquet({quoted(path)})", [first]
    )
    return [_file(known, given, first) for known in told["files"]]


def _file(known: dict[str, Any], given: str, first: int) -> BillFile:
    exported = known["exported_at"]
    return BillFile(
        **{
            **known,
            "number": known["number"] + first,
            "export": given,
            "fields": frozenset(known["fields"]),
            "exported_at": datetime.fromisoformat(exported) if exported else None,
            "rejects": tuple(Reject(**reject) for reject in known["rejects"]),
        }
    )
