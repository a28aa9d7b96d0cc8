"""Files that people own, changed by one run at a time: nobody's word is lost to another's."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from govern.cli.streams import say
from govern.model.errors import GovernError

try:
    import fcntl
except ImportError:  # A system without such locks: see _locked.
    fcntl = None  # type: ignore[assignment]

#: Others hold a file for moments only; who waits longer than this had better be told.
_PATIENCE = 60.0
_PAUSE = 0.02


@contextmanager
def held(path: str) -> Iterator[None]:
    """Whatever is read and then written in here, no other govern changes in between.

    The folder is locked, since the file itself is replaced and may not be there yet; the system
    lets go of the lock when the run ends, however it ends. Raises ``file`` after a minute.
    """
    try:
        handle = os.open(folder_of(path), os.O_RDONLY)
    except OSError:
        # Whoever reads or writes the file says what is wrong with its folder.
        yield
        return
    try:
        _locked(handle, path)
        yield
    finally:
        os.close(handle)


def folder_of(path: str) -> str:
    """The folder that is locked for the file: where it really is."""
    return os.path.dirname(os.path.realpath(path))


def _locked(handle: int, path: str) -> None:
    until = time.monotonic() + _PATIENCE
    while fcntl:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                holder = "another govern has been changing files of its folder for a minute"
                raise GovernError("file", f"{path}: {holder}; try again") from None
            time.sleep(_PAUSE)
        except OSError as error:
            # Some network file systems know no such locks.
            say(
                f"{path}: its folder can't be locked ({error.strerror}); don't change it in two "
                "places at once"
            )
            return
