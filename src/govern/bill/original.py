"""A given file as it is read: what it held is what is judged, and what is named by its digest."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from govern.bill.discovery import STDIN
from govern.model.errors import GovernError

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Original:
    """``given`` is printed; ``path`` is where the bytes are, a copy of what is read only once.

    ``state`` changes with the file. ``sha256`` is None where no digest was asked for.
    """

    given: str
    path: str
    state: tuple[int, ...]
    sha256: str | None = None


def original(given: str, folder: str, *, digest: bool) -> Original:
    """The file as it is now; standard input and pipes are copied into ``folder``. Raises OSError.

    The state is taken before the first byte is read: what changes later shows.
    """
    path = given
    if given == STDIN or not stat.S_ISREG(os.stat(given).st_mode):
        path = os.path.join(folder, "once")
        with open(path, "wb") as copy:
            if given == STDIN:
                shutil.copyfileobj(sys.stdin.buffer, copy, _BLOCK)
            else:
                with open(given, "rb") as once:
                    shutil.copyfileobj(once, copy, _BLOCK)
    state = _state(path)
    return Original(given, path, state, sha256_of(path) if digest else None)


def sha256_of(path: str) -> str:
    """The file's SHA-256. Raises OSError."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unchanged(originals: Iterable[Original]) -> None:
    """Raises ``file`` with every file that isn't any more what was read."""
    faults = [f"{one.given}: {told}" for one in originals if (told := _changed(one))]
    if faults:
        raise GovernError("file", faults)


def _changed(one: Original) -> str | None:
    try:
        state = _state(one.path)
        if state == one.state:
            return None
        # Only the time of its last change of any kind differs: a second name, or new bytes under
        # the old date. The digest knows.
        if state[:-1] == one.state[:-1] and one.sha256 and sha256_of(one.path) == one.sha256:
            return None
    except FileNotFoundError:
        return "it was deleted while it was read: run this again"
    except OSError as error:
        return f"{error.strerror or error}, while it was read"
    return "it was changed while it was read: run this again"


def _state(path: str) -> tuple[int, ...]:
    told = os.stat(path)
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns, told.st_ctime_ns
