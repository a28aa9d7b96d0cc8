"""A file that one process alone holds: the lock dies with it."""

from __future__ import annotations

import os
from contextlib import suppress

from govern.model.errors import GovernError

try:
    import fcntl
except ImportError:  # A system without such locks: see _lock.
    fcntl = None  # type: ignore[assignment]


def open_locked(path: str) -> int:
    """Its handle; the file is made if it isn't there. Raises ``not_finished`` where another process
    holds it, ``file``."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
    try:
        while True:
            handle = os.open(path, flags, 0o600)
            try:
                _lock(handle, path)
                # Whoever replaced the file meanwhile left us a lock on nothing.
                if os.path.samestat(os.fstat(handle), os.stat(path)):
                    _settle(path)
                    return handle
            except FileNotFoundError:
                pass
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)
    except OSError as error:
        raise GovernError("file", f"{path}: {error.strerror or error}") from None


def _lock(handle: int, path: str) -> None:
    if fcntl is None:
        problem = "this system has no lock that dies with its process, and no act is made without"
        raise GovernError("file", f"{path}: {problem}")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        problem = "another govern apply holds this journal: wait for it; nothing was called"
        raise GovernError("not_finished", f"{path}: {problem}") from None
    except OSError as error:
        problem = f"it can't be locked ({error.strerror}), and no act is made without"
        raise GovernError("file", f"{path}: {problem}") from None


def _settle(path: str) -> None:
    """Have the folder remember a new file over a loss of power, where that can be asked for."""
    with suppress(OSError):
        folder = os.open(os.path.dirname(os.path.realpath(path)), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
