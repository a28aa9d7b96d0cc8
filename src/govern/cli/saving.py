"""Files that people own, written whole or not at all: the one place where govern replaces a file.

Until the last moment the old content stands; what follows it is complete and on the disk. A link
is written through, and a file keeps its mode and owner; a new one gets what the umask says.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from govern.model.errors import GovernError


def save(path: str, text: str, *, private: bool = False) -> None:
    """Write ``text`` as the file's whole content. Raises ``file`` if that can't be done.

    ``private``: readable by its owner only, whatever the umask or the old file says.
    """
    with writing(path, private=private) as stream:
        # A lone surrogate, from a path that is no UTF-8, is written as its escape.
        stream.write(text.encode("utf-8", "backslashreplace"))


@contextmanager
def writing(path: str, *, private: bool = False) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file's content when the context ends without an error.

    What is no regular file (``/dev/stdout``, a pipe) is written to as it is. Raises ``file``.
    """
    try:
        there = _there(path)
        if there and not stat.S_ISREG(there.st_mode):
            with open(path, "wb") as stream:
                yield stream
            return
        with _replacing(os.path.realpath(path), there, private=private) as stream:
            yield stream
    except OSError as error:
        raise GovernError("file", f"{path}: {error.strerror or error}") from None


def _there(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


@contextmanager
def _replacing(target: str, old: os.stat_result | None, *, private: bool) -> Iterator[BinaryIO]:
    if old and not os.access(target, os.W_OK):
        # Replacing needs the folder's permission only; who locks a file means its content.
        raise PermissionError(13, "Permission denied")
    folder = os.path.dirname(target)
    part = os.path.join(folder, f".govern-{secrets.token_hex(8)}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        # Without an old file the system applies the umask; with one, nobody reads it too early.
        with open(os.open(part, flags, 0o600 if old or private else 0o666), "wb") as stream:
            yield stream
            stream.flush()
            if old and not private:
                _like(part, old)
            os.fsync(stream.fileno())
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise
    _settle(folder)


def _like(part: str, old: os.stat_result) -> None:
    if hasattr(os, "chown"):
        # Only root may give a file away; for anybody else the content counts more.
        with suppress(OSError):
            os.chown(part, old.st_uid, old.st_gid)
    os.chmod(part, stat.S_IMODE(old.st_mode))


def _settle(folder: str) -> None:
    """Have the folder remember the new file over a loss of power, where that can be asked for."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
