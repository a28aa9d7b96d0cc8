"""What the machine refused while a bill was read, as a sentence and exit ``file``.

No memory, no space, a file that goes away: the engine and Python each have their own errors for
these. None of them is a fault of the bill, and none may look like a bug of govern's.
"""

from __future__ import annotations

import errno
import os
import re

from govern.model.errors import GovernError
from govern.model.exits import TOO_LITTLE_MEMORY

_NO_SPACE = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EROFS)


def refusal(error: BaseException, folder: str) -> GovernError | None:
    """The error in our words; None for any other. ``folder`` is the run's working folder."""
    if isinstance(error, MemoryError) or "can't start new thread" in str(error):
        return GovernError("file", TOO_LITTLE_MEMORY)
    if isinstance(error, OSError):
        return _no_space(folder, error) if error.errno in _NO_SPACE else None
    import duckdb

    if isinstance(error, duckdb.OutOfMemoryException):
        # A full disk is told as want of memory, when what should be spilled finds no room.
        spilt = "failed to offload" in str(error)
        return _no_space(folder, error) if spilt else GovernError("file", TOO_LITTLE_MEMORY)
    if isinstance(error, duckdb.IOException):
        if "write" in str(error) or "space" in str(error):
            return _no_space(folder, error)
        return GovernError("file", f"a bill can't be read any further: {_words(error)}")
    return None


def _no_space(folder: str, error: Exception) -> GovernError:
    return GovernError(
        "file",
        f"{os.path.dirname(folder)}: {_words(error)} (what a run unpacks and sorts is kept in a "
        "folder there while it lasts; TMPDIR names another place)",
    )


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    # Some of the engine's errors carry the system's as JSON.
    number = re.search(r'"errno":"(\d+)"', str(error))
    if number:
        return os.strerror(int(number[1]))
    return str(error).split("\n")[0].partition("Error: ")[2][:300]
