"""Sums of large files, kept between runs in the user's own cache folder.

What is kept is the raw sums of one file: they depend on its bytes, its layout and the versions of
govern and the engine, and on nothing else, no clock, no policy, no taught Instance ID. A file is
known again by its identity and times with digests of samples, or by a digest of all of it. Nothing
here may fail a run: whatever is odd about an entry makes it one that isn't there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from govern import __version__
from govern.bill.original import Original, sha256_of
from govern.bill.staging import Staged
from govern.ledger.engine import quoted
from govern.ledger.groups import SUMS

if TYPE_CHECKING:
    import duckdb

#: Smaller files are read again as quickly.
WORTH = 1 << 20

#: More bytes than these aren't kept: what wasn't used for longest goes.
MOST = 1 << 30

#: A file that changed so shortly ago may change again within one tick of its time.
_YOUNG = 2_000_000_000

_SAMPLES = 16
_SAMPLE = 1 << 12
_FORMAT = "govern.cache/v1"
_LISTED = ", ".join(name for name in SUMS if name != "file")


@dataclass(frozen=True)
class Cache:
    """``now``: when this run began, in nanoseconds of the files' clock. ``by_content``: files are
    known by all of their bytes, where times say nothing, as after a checkout."""

    folder: str
    now: int
    by_content: bool = False

    def key(self, staged: Staged, original: Original) -> str | None:
        """The name of the file's entry; None where it isn't worth one, or can't be trusted."""
        try:
            identity = self._identity(staged, original)
        except OSError:
            return None
        if identity is None:
            return None
        told = [_FORMAT, __version__, _engine(), identity, _layout(staged)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def _identity(self, staged: Staged, original: Original) -> Any:
        if os.path.getsize(staged.text) < WORTH:
            return None
        if self.by_content:
            return sha256_of(staged.text)
        if self.now - max(original.state[-2:]) < _YOUNG:
            return None
        part = staged.name.removeprefix(staged.path)
        return [*original.state, part, _samples(staged.text)]

    def load(
        self, connection: duckdb.DuckDBPyConnection, file: int, key: str, folder: str
    ) -> int | None:
        """Add the kept groups to ``sums``; the file's rows, None where nothing usable is kept."""
        import duckdb

        copy = os.path.join(folder, f"kept-{file}.parquet")
        try:
            with open(self._place(key, "json"), encoding="utf-8") as about:
                told = json.load(about)
            if told.pop("seal") != _seal(told):
                return None
            # Nobody replaces a copy between the look at its bytes and the reading of them.
            shutil.copyfile(self._place(key, "parquet"), copy)
            if told["sha256"] != sha256_of(copy):
                return None
            codes = [(file, int(code), str(context)) for code, context in told["codes"]]
            connection.execute(
                f"INSERT INTO sums SELECT {file}, {_LISTED} FROM read_parquet({quoted(copy)})"
            )
            if codes:
                connection.executemany("INSERT INTO codes VALUES (?, ?, ?)", codes)
            rows = int(told["rows"])
            for kind in ("json", "parquet"):
                os.utime(self._place(key, kind))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        except duckdb.OperationalError:
            raise  # no memory, no space
        except duckdb.Error:
            return None
        ((summed,),) = connection.execute(
            "SELECT sum(charges)::BIGINT FROM sums WHERE file = ?", [file]
        ).fetchall()
        return rows if summed == rows else None

    def keep(
        self, connection: duckdb.DuckDBPyConnection, file: int, key: str, rows: int, folder: str
    ) -> None:
        """Keep the file's groups. A disk that is full or can't be written to changes nothing."""
        copy = os.path.join(folder, f"keep-{file}.parquet")
        connection.execute(
            f"COPY (SELECT {_LISTED} FROM sums WHERE file = {file}) TO {quoted(copy)} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        codes = connection.execute(
            "SELECT code, context FROM codes WHERE file = ? ORDER BY code", [file]
        ).fetchall()
        with suppress(OSError):
            told = {"rows": rows, "codes": codes, "sha256": sha256_of(copy)}
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            os.chmod(self.folder, 0o700)
            with self._replaced(key, "parquet") as target:
                shutil.copyfile(copy, target)
            # Last: without it there is no entry, and with it what it names is there, or is refused.
            with self._replaced(key, "json") as target, open(target, "w") as about:
                json.dump({**told, "seal": _seal(told)}, about)
            self._bound()
        with suppress(OSError):
            os.unlink(copy)

    def entries(self) -> list[tuple[str, int, float]]:
        """Name, bytes and time of the last use of each file that is kept, the oldest first."""
        found = []
        with suppress(OSError):
            for one in os.scandir(self.folder):
                if one.name.endswith((".json", ".parquet", _PART)):
                    with suppress(OSError):
                        told = one.stat(follow_symlinks=False)
                        found.append((one.name, told.st_size, told.st_mtime))
        return sorted(found, key=lambda entry: (entry[2], entry[0]))

    def clear(self) -> None:
        """Delete all that is kept. Raises OSError."""
        for name, _, _ in self.entries():
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(self.folder, name))

    def _bound(self) -> None:
        entries = self.entries()
        size = sum(size for _, size, _ in entries)
        for name, its_size, _ in entries:
            if size <= MOST:
                return
            with suppress(FileNotFoundError):
                os.unlink(os.path.join(self.folder, name))
            size -= its_size

    def _place(self, key: str, kind: str) -> str:
        return os.path.join(self.folder, f"{key}.{kind}")

    @contextmanager
    def _replaced(self, key: str, kind: str) -> Iterator[str]:
        """A file beside the entry that takes its name once it is complete, readable by its owner
        only."""
        handle, part = tempfile.mkstemp(dir=self.folder, suffix=_PART)
        os.close(handle)
        try:
            yield part
            os.replace(part, self._place(key, kind))
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise


_PART = ".part"


def _engine() -> str:
    import duckdb

    return str(duckdb.__version__)


def _seal(told: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _samples(path: str) -> str:
    """A digest of the file's head and tail and of blocks between."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        last = max(0, os.fstat(file.fileno()).st_size - _SAMPLE)
        for number in range(_SAMPLES + 1):
            file.seek(last * number // _SAMPLES)
            digest.update(file.read(_SAMPLE))
    return digest.hexdigest()


def _layout(staged: Staged) -> list[Any]:
    """All of the layout that the groups depend on."""
    columns, table = staged.columns, staged.table
    shape = columns.shape
    return [
        shape.name,
        list(shape.absent_words),
        list(columns.header),
        sorted(columns.positions.items()),
        list(columns.times),
        columns.end,
        columns.payable,
        table.skip,
        table.width,
        sorted(table.at.items()),
        staged.offset,
    ]
