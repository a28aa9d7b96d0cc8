"""Parquet files: bills that came as Parquet, and ledgers that govern wrote itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from govern.bill.staging import Reject
from govern.bill.unpack import Refused
from govern.ledger import engine
from govern.ledger.engine import quoted
from govern.ledger.ledger import BillFile
from govern.ledger.reduce import COLUMNS

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
        raise Refused(f"damaged Parquet data ({_first_line(error)})") from None
    finally:
        connection.close()
    if not rows:
        return None
    told: dict[str, Any] = json.loads(rows[0][0])
    if told.get("format") != FORMAT:
        raise Refused(f"a ledger of another version ({told.get('format')}): reduce the bill again")
    return told


def to_csv(path: str, target: str, folder: str) -> None:
    """Write a Parquet bill as CSV, a line per row, every value as its exact text."""
    connection = engine.connect(folder, [path], ordered=True)
    source = f"read_parquet({quoted(path)})"
    try:
        columns = [row[0] for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()]
        cells = ", ".join(
            f"translate({_name(column)}::VARCHAR, chr(10) || chr(13), '  ') AS {_name(column)}"
            for column in columns
        )
        connection.execute(
            f"COPY (SELECT {cells} FROM {source}) TO {quoted(target)} "
            "(FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '')"
        )
    except Exception as error:
        raise Refused(f"damaged Parquet data ({_first_line(error)})") from None
    finally:
        connection.close()


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0][:200]


def write(connection: duckdb.DuckDBPyConnection, files: Sequence[BillFile], path: str) -> None:
    """Write the groups of a bill, and what is known of its files, as one ledger file."""
    told = {"format": FORMAT, "files": [_told(file) for file in files]}
    text = json.dumps(told, ensure_ascii=True)
    connection.execute(
        f"COPY (SELECT {', '.join(COLUMNS)} FROM groups ORDER BY ALL) TO {quoted(path)} "
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
