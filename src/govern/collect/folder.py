"""A folder of collected bills: its manifest, its files, and the lock that one run holds."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from govern.model import manifest
from govern.model.errors import GovernError, usage
from govern.model.manifest import DayFile, Manifest


@dataclass(frozen=True)
class Folder:
    """Readable by its owner only; every file is replaced whole or not at all."""

    path: str

    def manifest(self, account_id: str) -> Manifest:
        """What was collected before. Raises wrong usage for another account's folder."""
        place = os.path.join(self.path, manifest.NAME)
        try:
            with open(place, encoding="utf-8") as file:
                found = manifest.read(json.load(file))
        except FileNotFoundError:
            return Manifest(account_id)
        except OSError as error:
            raise GovernError("file", f"{place}: {error.strerror}") from None
        except (ValueError, RecursionError) as error:
            raise usage(f"{place}: {error}; remove it to collect anew") from None
        if found.account_id != account_id:
            raise usage(
                f"{self.path} holds bills of account {found.account_id}, the credentials are of "
                f"{account_id}: name another folder"
            )
        return found

    def keep(self, found: Manifest) -> None:
        text = json.dumps(found.document(), ensure_ascii=False, indent=1)
        self.write(manifest.NAME, (text + "\n").encode())

    def holds(self, file: DayFile) -> bool:
        """Whether the file is here, byte for byte as it was written."""
        found = hashlib.sha256()
        try:
            with open(os.path.join(self.path, file.path), "rb") as stream:
                while part := stream.read(1 << 20):
                    found.update(part)
        except OSError:
            return False
        return found.hexdigest() == file.sha256

    def write(self, name: str, data: bytes) -> None:
        """Raises ``file``; then what was there before is still there."""
        target = os.path.join(self.path, name)
        part = None
        try:
            handle, part = tempfile.mkstemp(dir=self.path, prefix=".part-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(part, target)
        except OSError as error:
            if part and os.path.lexists(part):
                os.unlink(part)
            raise GovernError("file", f"{target}: {error.strerror}") from None


@contextmanager
def held(path: str) -> Iterator[Folder]:
    """The folder, made if it isn't there, for one run alone. Raises ``not_finished`` where another
    run holds it; the lock dies with its process."""
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        lock = os.open(os.path.join(path, ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise GovernError("file", f"{path}: {error.strerror}") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GovernError(
                "not_finished", f"{path}: another run collects into this folder; wait for it"
            ) from None
        yield Folder(path)
    finally:
        os.close(lock)
