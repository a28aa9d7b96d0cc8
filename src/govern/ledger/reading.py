"""From the words of a command line to a ledger whose rows are all accounted for."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from govern.bill import records
from govern.bill.collected import Manifests
from govern.bill.discovery import Found, discover
from govern.bill.exported import by_name, exports_of
from govern.bill.original import Original, unchanged
from govern.bill.shape import Shape
from govern.bill.shapes import SHAPES
from govern.bill.staging import Staged, clean
from govern.ledger import engine, interpret, overlap, parquet, reduce
from govern.ledger.batch import Batch, batches
from govern.ledger.cache import Cache
from govern.ledger.gather import gather
from govern.ledger.ledger import BillFile, Kept, Ledger
from govern.ledger.refusal import refusal
from govern.ledger.spoiled import refuse_spoiled
from govern.ledger.stand_in import tell_stand_ins
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.errors import GovernError
from govern.model.instance_id import taught
from govern.model.text import some

if TYPE_CHECKING:
    import duckdb

__all__ = ["BillFile", "Ledger", "Reading", "read"]

#: Rows on which the engine and our own count disagree even after a clean reading: a bug of ours.
_MISCOUNT = "{name}: read {read} rows where {counted} were counted: please report this as a bug"


_STRANGER = "{}: no bill, and not read"

_BILL_NOT_HERE = "{}: a ledger; the bill itself isn't here, so its lines can't be shown"


@dataclass(frozen=True)
class Reading:
    """How to read: the clock of cells without an offset, and what govern.yaml has taught.

    ``exported_at``: the export instants that the user gave, by path. ``digest``: whether each file
    gets the SHA-256 of the bytes that are read; a member of a zip or ledger has that of the whole.
    ``cache``: where the sums of large files are kept between runs, None to keep nothing.
    ``scratch``: the folder for what has to be unpacked or sorted, None for the system's usual one.
    """

    clock: tzinfo = BILL_CLOCK
    shapes: Sequence[Shape] = SHAPES
    instance_ids: Sequence[str] = ()
    exported_at: Mapping[str, Moment] = field(default_factory=dict)
    digest: bool = False
    progress: Callable[[str], None] = lambda message: None
    scratch: str | None = None
    cache: Cache | None = None


@contextmanager
def read(words: Sequence[str], how: Reading) -> Iterator[Ledger]:
    """The ledger of the given files; its working folder goes when the context ends.

    Raises GovernError: wrong usage for what is no bill, ``rejected`` for a stranger in a folder,
    ``file`` for what can't be read, for what changed while it was, also by a look-up, and where
    the machine has no memory or space for it.
    """
    # The order of words and of a folder's names decides nothing, not even which line is shown.
    found = sorted(discover(words), key=lambda one: one.path)
    originals: dict[str, Original] = {}
    with _working_folder(how.scratch) as folder:
        try:
            with _ledger(found, folder, how, originals) as ledger:
                unchanged(originals.values())
                yield ledger
        except Exception as error:
            # What went wrong may have gone wrong since the file changed.
            unchanged(originals.values())
            refused = refusal(error, folder)
            if refused:
                raise refused from None
            raise
        unchanged(originals.values())


@contextmanager
def _working_folder(scratch: str | None) -> Iterator[str]:
    """What is unpacked lies here, and goes however the run ends."""
    try:
        folder = os.path.realpath(tempfile.mkdtemp(prefix="govern-", dir=scratch))
    except OSError as error:
        where = scratch or "no temporary folder"
        raise GovernError(
            "file", f"{where}: {error.strerror} (TMPDIR names the folder for what is unpacked)"
        ) from None
    try:
        yield folder
    finally:
        try:
            shutil.rmtree(folder, ignore_errors=True)
        except BaseException:
            # A signal in the midst of it, after which no other comes.
            shutil.rmtree(folder, ignore_errors=True)
            raise


@contextmanager
def _ledger(
    found: Sequence[Found], folder: str, how: Reading, originals: dict[str, Original]
) -> Iterator[Ledger]:
    _known_exports(how, found)
    manifests = Manifests()
    gathered = gather(found, folder, how.shapes, originals, manifests, digest=how.digest)
    _no_instant_of(gathered.kept, how)
    if gathered.empty and not gathered.staged and not gathered.kept:
        raise GovernError("nothing", [f"{name}: an empty file" for name in gathered.empty])
    paths = [one.table.path for one in gathered.staged]
    connection = engine.connect(folder, [*paths, *(one.path for one in gathered.kept)])
    try:
        reduce.create(connection)
        files = [
            file
            for batch in batches(enumerate(gathered.staged))
            for file in _reduce_many(connection, batch, folder, how, originals)
        ]
        files.sort(key=lambda file: file.number)
        parts = exports_of([(one.path, one.name) for one in gathered.staged])
        digests = {one.given: one.sha256 if how.digest else None for one in originals.values()}
        files = [
            replace(
                file,
                export=part,
                sha256=digests[one.path],
                exported_at=file.exported_at or _collected(originals[one.path], manifests, how),
            )
            for file, part, one in zip(files, parts, gathered.staged, strict=True)
        ]
        undated = [file for file in files if file.exported_at is None]
        for kept in gathered.kept:
            told = parquet.read(connection, kept, folder, len(files), how.clock)
            files += [replace(one, sha256=digests[kept.given]) for one in told]
        interpret.interpret(connection, how.clock, taught(how.instance_ids))
        ledger = Ledger(connection, folder, how.clock, files, gathered.empty)
        ledger.make()
        ledger.notes += [_BILL_NOT_HERE.format(one.given) for one in gathered.kept]
        ledger.notes += [_STRANGER.format(name) for name in gathered.strangers]
        ledger.notes += _undated(undated, manifests)
        refuse_spoiled(ledger)
        tell_stand_ins(ledger)
        _held(ledger)
        ledger.clashes = overlap.count_once(ledger)
        yield ledger
    finally:
        connection.close()


def _collected(file: Original, manifests: Manifests, how: Reading) -> datetime | None:
    """When the file was collected, as the manifest beside it says, on the bill's clock."""
    found = manifests.instant(file.given, file.sha256)
    return found.on(how.clock) if found else None


def _undated(files: Sequence[BillFile], manifests: Manifests) -> Iterator[str]:
    """Which files a manifest beside them tells no export instant of, and why."""
    names: dict[str, list[str]] = {}
    for file in files:
        why = manifests.why_not(file.staged.path if file.staged else file.name)
        if why:
            names.setdefault(why, []).append(file.name)
    for why, found in names.items():
        yield f"{some(found, 1)}: {why}, so nothing tells when it was exported"


def _known_exports(how: Reading, found: Sequence[Found]) -> None:
    unknown = [path for path in how.exported_at if path not in {one.path for one in found}]
    if unknown:
        raise GovernError(
            "usage", [f"--exported-at {path}: not a file of this bill" for path in unknown]
        )


def _no_instant_of(kept: Sequence[Kept], how: Reading) -> None:
    """A ledger may hold many exports, and keeps the instant of each."""
    told = [one.given for one in kept if one.given in how.exported_at]
    if told:
        raise GovernError(
            "usage",
            [
                f"--exported-at {path}: a ledger keeps the export instants of its files; "
                "give them to bill reduce"
                for path in told
            ],
        )


def _reduce_many(
    connection: duckdb.DuckDBPyConnection,
    batch: Batch,
    folder: str,
    how: Reading,
    originals: Mapping[str, Original],
) -> Iterator[BillFile]:
    """Reduce files together; each about which anything is odd is reduced alone."""
    if len(batch.files) == 1:
        original = originals[batch.like.path]
        yield _kept_or_reduced(connection, batch.numbers[0], batch.like, folder, how, original)
        return
    how.progress(f"reading {batch.like.name} and {len(batch.files) - 1} more files")
    read_rows = _tried(lambda: reduce.reduce_many(connection, batch))
    if read_rows is None:
        for half in batch.halves():
            yield from _reduce_many(connection, half, folder, how, originals)
        return
    for number, staged in zip(batch.numbers, batch.files, strict=True):
        rows = read_rows[number]
        if rows is not None and rows == _counted(staged, records.lines):
            yield _file(number, staged, rows, how)
        else:
            reduce.forget(connection, [number])
            yield _reduce(connection, number, staged, folder, how)


def _kept_or_reduced(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    staged: Staged,
    folder: str,
    how: Reading,
    original: Original,
) -> BillFile:
    """The file's groups as an earlier run kept them, else reduced and kept."""
    key = how.cache.key(staged, original) if how.cache else None
    if how.cache and key:
        rows = how.cache.load(connection, number, key, folder)
        if rows is not None:
            return _file(number, staged, rows, how)
        reduce.forget(connection, [number])
    file = _reduce(connection, number, staged, folder, how)
    # What was read slowly has a copy and rejects of its own; it is read anew.
    if how.cache and key and file.staged is staged:
        unchanged([original])
        how.cache.keep(connection, number, key, file.rows, folder)
    return file


def _reduce(
    connection: duckdb.DuckDBPyConnection, number: int, staged: Staged, folder: str, how: Reading
) -> BillFile:
    """Reduce one file, and reconcile the rows read with a count made without the engine."""
    how.progress(f"reading {staged.name}")
    with _rows(staged) as stream, ThreadPoolExecutor(max_workers=1) as second:
        try:
            counting = second.submit(records.lines, stream)
            read_rows = _tried(lambda: reduce.reduce(connection, number, staged))
            lines = counting.result()
        except BaseException:
            # Nobody who interrupts a run waits for the rest of a count.
            stream.close()
            raise
    if read_rows is not None and lines is not None:
        if read_rows == lines or read_rows == _counted(staged, records.count):
            return _file(number, staged, read_rows, how)
    reduce.forget(connection, [number])
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
    told = told or by_name(staged.name)
    return BillFile(
        number=number,
        name=staged.name,
        shape=columns.shape.name,
        export=staged.name,
        billed_cost_column=columns.billed_cost_column,
        payable=columns.payable,
        fields=frozenset(columns.positions),
        rows=rows,
        exported_at=told.on(how.clock) if told else None,
        rejects=staged.rejects,
        fatal=staged.fatal,
        staged=staged,
    )


def _rows(staged: Staged) -> BinaryIO:
    """The bytes after a file's header."""
    stream = open(staged.text, "rb")
    stream.seek(staged.offset)
    return stream


def _counted(staged: Staged, how: Callable[[BinaryIO], int | None]) -> int | None:
    with _rows(staged) as stream:
        return how(stream)


Rows = TypeVar("Rows")


def _tried(reduced: Callable[[], Rows]) -> Rows | None:
    """What the engine read; None where it refuses a file, which is then read with more care."""
    import duckdb

    try:
        return reduced()
    except (duckdb.InvalidInputException, duckdb.NotImplementedException):
        return None  # the second: a line longer than what each of its threads reads at once


def _held(ledger: Ledger) -> None:
    """The table ``held``: each file's last row of each payer and month, as the files were given.

    A file whose rows another one holds too is a bill of its month all the same.
    """
    ledger.connection.execute(
        "CREATE TABLE held AS SELECT file, billing_account_id, month, max(last) AS last "
        "FROM months WHERE kind IN ('charge', 'other') GROUP BY 1, 2, 3"
    )
