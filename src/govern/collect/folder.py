"""A folder of collected bills: its manifest, its files, and the lock that one run holds."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from govern.model import manifest
from govern.model.errors import GovernError, usage
from govern.model.manifest import DayFile, Manifest

try:
    import fcntl
except ImportError:  # A system without such locks: one run at a time is up to its user.
    fcntl = None  # type: ignore[assignment]

_LOCK = ".lock"
_PART = ".part-"


@dataclass(frozen=True)
class Folder:
    """Readable by its owner only; every file is replaced whole or not at all."""

    path: str

    def manifest(self, account_id: str) -> Manifest:
        """What was collected before. Raises wrong usage for another account's folder."""
        place = os.path.join(self.path, manifest.NAME)
        try:
            with open(place, encoding="utf-8") as file:
                kept = manifest.read(json.load(file))
        except FileNotFoundError:
            return Manifest(account_id)
        except OSError as error:
            raise GovernError("file", f"{place}: {error.strerror}") from None
        except (ValueError, RecursionError) as error:
            raise usage(f"{place}: {error}; remove it to collect anew") from None
        if kept.account_id != account_id:
            raise usage(
                f"{self.path} holds bills of account {kept.account_id}, the credentials are of "
                f"{account_id}: name another folder"
            )
        return kept

    def keep(self, kept: Manifest) -> None:
        text = json.dumps(kept.document(), ensure_ascii=False, indent=1)
        self.write(manifest.NAME, (text + "\n").encode())

    def holds(self, file: DayFile) -> bool:
        """Whether the file is here, byte for byte as it was written."""
        try:
            with open(os.path.join(self.path, file.path), "rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
        except OSError:
            return False

    def write(self, name: str, data: bytes) -> None:
        """A link is written through. Raises ``file``; then what was there before is still there."""
        place = os.path.join(self.path, name)
        target = os.path.realpath(place)
        part = None
        try:
            handle, part = tempfile.mkstemp(dir=os.path.dirname(target), prefix=_PART)
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(part, target)
        except BaseException as error:
            if part:
                with suppress(OSError):
                    os.unlink(part)
            if isinstance(error, OSError):
                raise GovernError("file", f"{place}: {error.strerror or error}") from None
            raise

    def tidy(self) -> None:
        """Remove what a run that was killed had begun to write."""
        for name in os.listdir(self.path):
            if name.startswith(_PART):
                with suppress(OSError):
                    os.unlink(os.path.join(self.path, name))


@contextmanager
def held(path: str) -> Iterator[Folder]:
    """The folder, made if it isn't there, for one run alone. Raises ``not_finished`` where another
    run holds it; the lock dies with its process."""
    try:
        _make(path)
        lock = os.open(os.path.join(path, _LOCK), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise GovernError("file", f"{path}: {error.strerror}") from None
    try:
        try:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GovernError(
                "not_finished", f"{path}: another run collects into this folder; wait for it"
            ) from None
        folder = Folder(path)
        folder.tidy()
        yield folder
    finally:
        os.close(lock)


def _make(path: str) -> None:
    """With whatever leads to it, readable by its owner only; what is there stays as it is."""
    above = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(above):
        _make(above)
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)
