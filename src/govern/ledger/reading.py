"""From the words of a command line to a ledger whose rows are all accounted for."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import TYPE_CHECKING

from govern.bill import records
from govern.bill.discovery import Found, discover
from govern.bill.exported import by_name, export_of
from govern.bill.shape import Shape
from govern.bill.shapes import SHAPES, NotABill
from govern.bill.staging import Staged, clean, stage
from govern.bill.unpack import Refused, unpack
from govern.ledger import engine, interpret, overlap, reduce
from govern.ledger.ledger import BillFile, Ledger
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.errors import GovernError
from govern.model.instance_id import taught

if TYPE_CHECKING:
    import duckdb

__all__ = ["BillFile", "Ledger", "Reading", "read"]

#: Rows on which the engine and our own count disagree even after a clean reading: a bug of ours.
_MISCOUNT = "{name}: read {read} rows where {counted} were counted: please report this as a bug"


@dataclass(frozen=True)
class Reading:
    """How to read: the clock of cells without an offset, and what govern.yaml has taught.

    ``exported_at``: the export instants that the user gave, by path.
    """

    clock: tzinfo = BILL_CLOCK
    shapes: Sequence[Shape] = SHAPES
    instance_ids: Sequence[str] = ()
    exported_at: Mapping[str, Moment] = field(default_factory=dict)
    progress: Callable[[str], None] = lambda message: None


@contextmanager
def read(words: Sequence[str], how: Reading) -> Iterator[Ledger]:
    """The ledger of the given files; its working folder goes when the context ends.

    Raises GovernError: wrong usage for what is no bill, ``rejected`` for a stranger in a folder,
    ``file`` for what can't be read.
    """
    with tempfile.TemporaryDirectory(prefix="govern-", ignore_cleanup_errors=True) as folder:
        folder = os.path.realpath(folder)
        found = discover(words)
        staged, empty = _stage_all(found, folder, how)
        if empty and not staged:
            raise GovernError("nothing", [f"{name}: an empty file" for name in empty])
        _known_exports(how, found)
        _one_kind_of_amount(staged)
        linked = [_linked(one, folder, number) for number, one in enumerate(staged)]
        connection = engine.connect(folder, [one.table.path for one in linked])
        try:
            reduce.create(connection)
            files = [
                _reduce(connection, number, one, folder, how)
                for number, one in enumerate(linked)
            ]
            interpret.interpret(connection, how.clock, taught(how.instance_ids))
            ledger = Ledger(connection, how.clock, files, empty)
            ledger.clashes = [str(clash) for clash in overlap.count_once(ledger)]
            yield ledger
        finally:
            connection.close()


def _stage_all(
    found: Sequence[Found], folder: str, how: Reading
) -> tuple[list[Staged], list[str]]:
    staged: list[Staged] = []
    empty: list[str] = []
    wrong: dict[str, list[str]] = {"usage": [], "rejected": [], "file": []}
    for number, one in enumerate(found):
        place = os.path.join(folder, f"file-{number}")
        os.mkdir(place)
        try:
            for part, plain in enumerate(unpack(one.path, one.path, place)):
                if plain.empty:
                    empty.append(plain.name)
                    continue
                inner = os.path.join(place, str(part))
                os.mkdir(inner)
                staged.append(stage(one.path, plain.name, plain.path, inner, how.shapes))
        except (NotABill, Refused) as error:
            wrong["usage" if one.named else "rejected"].append(f"{one.path}: {error}")
        except OSError as error:
            wrong["file"].append(f"{one.path}: {error.strerror or error}")
    for cause, faults in wrong.items():
        if faults:
            raise GovernError(cause, faults)
    return staged, empty


def _known_exports(how: Reading, found: Sequence[Found]) -> None:
    unknown = [path for path in how.exported_at if path not in {one.path for one in found}]
    if unknown:
        raise GovernError("usage", [f"--exported-at {path}: not a file of this bill" for path in unknown])


def _one_kind_of_amount(staged: Sequence[Staged]) -> None:
    """Payable amounts and amounts before coupons are different money: never in one sum."""
    fallback = [one for one in staged if not one.columns.payable]
    if fallback and len(fallback) < len(staged):
        names = ", ".join(f"{one.name} ({one.columns.billed_cost_column})" for one in fallback)
        raise GovernError(
            "usage",
            f"{names}: has no payable amount while other files have; judge them in separate runs",
        )


def _linked(staged: Staged, folder: str, number: int) -> Staged:
    """The same table under a name that the engine can't take for a pattern."""
    link = os.path.join(folder, f"table-{number}.csv")
    try:
        os.symlink(os.path.abspath(staged.table.path), link)
    except (OSError, NotImplementedError):
        shutil.copyfile(staged.table.path, link)
    return replace(staged, table=replace(staged.table, path=link))


def _reduce(
    connection: duckdb.DuckDBPyConnection, number: int, staged: Staged, folder: str, how: Reading
) -> BillFile:
    """Reduce one file, and reconcile the rows read with a count made without the engine."""
    how.progress(f"reading {staged.name}")
    with ThreadPoolExecutor(max_workers=1) as second:
        counting = second.submit(_survey, staged)
        read_rows = _try_reduce(connection, number, staged)
        counted = counting.result()
    if not counted.careful and read_rows == counted.records:
        return _file(number, staged, read_rows, how)
    connection.execute("DELETE FROM groups WHERE file = ?", [number])
    how.progress(f"reading {staged.name} again, slowly: it holds malformed rows")
    careful, written = clean(staged, os.path.join(folder, f"clean-{number}.csv"))
    read_rows = reduce.reduce(connection, number, careful)
    if read_rows != written:
        message = _MISCOUNT.format(name=staged.name, read=read_rows, counted=written)
        raise GovernError("bug", message)
    return _file(number, careful, written + len(careful.rejects), how)


def _file(number: int, staged: Staged, rows: int, how: Reading) -> BillFile:
    columns = staged.columns
    told = how.exported_at.get(staged.path) or how.exported_at.get(staged.name)
    return BillFile(
        number=number,
        name=staged.name,
        shape=columns.shape.name,
        export=export_of(staged.path, staged.name),
        billed_cost_column=columns.billed_cost_column,
        payable=columns.payable,
        fields=frozenset(columns.positions),
        rows=rows,
        exported_at=told.on(how.clock) if told else by_name(staged.name),
        rejects=staged.rejects,
        fatal=staged.fatal,
        staged=staged,
    )


def _survey(staged: Staged) -> records.Survey:
    with open(staged.text, "rb") as stream:
        stream.seek(staged.offset)
        return records.survey(stream)


def _try_reduce(
    connection: duckdb.DuckDBPyConnection, number: int, staged: Staged
) -> int | None:
    import duckdb

    try:
        return reduce.reduce(connection, number, staged)
    except duckdb.InvalidInputException:
        return None
