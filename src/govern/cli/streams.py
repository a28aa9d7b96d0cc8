"""Standard input, output and error as a run finds them: open, closed, full, or a broken pipe.

Results that can't be written end a run with ``file``; messages that nobody reads change nothing.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

from govern.cloud.secret import scrubbed
from govern.model.errors import GovernError
from govern.model.text import printable


def settle() -> None:
    """Make all three usable: the same bytes in every locale, and no file in a closed one's place.

    Without a stand-in the next file that is opened would become standard output. The stand-ins of
    input and output refuse reading and writing, as the closed ones do.
    """
    if sys.stdin is None:
        sys.stdin = open(_stand_in(0, os.O_WRONLY), encoding="utf-8", closefd=False)
    if sys.stdout is None:
        sys.stdout = open(_stand_in(1, os.O_RDONLY), "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = open(_stand_in(2, os.O_WRONLY), "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", newline="\n", errors="backslashreplace")


def _stand_in(number: int, flags: int) -> int:
    handle = os.open(os.devnull, flags)
    if handle != number:
        try:
            os.fstat(number)
        except OSError:
            os.dup2(handle, number)
            os.close(handle)
            return number
    return handle


def show(text: str) -> None:
    """A result. Raises ``file`` if it can't be written, BrokenPipeError if its reader is gone."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _drop(sys.stdout)
        raise GovernError("file", f"standard output: {error.strerror or error}") from None


def say(message: str) -> None:
    """A message on standard error."""
    whisper(f"govern: {printable(message)}\n")


def whisper(text: str) -> None:
    """Text on standard error as it is, but without any secret that the run was told or that
    somebody typed where none belongs."""
    try:
        sys.stderr.write(scrubbed(text))
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)


def close() -> OSError | None:
    """Write what is still held back; the error if results were lost."""
    lost = None
    try:
        sys.stdout.flush()
    except OSError as error:
        lost = error
        _drop(sys.stdout)
    try:
        sys.stderr.flush()
    except OSError:
        _drop(sys.stderr)
    return lost


def _drop(stream: TextIO) -> None:
    """What is left in the buffer would fail once more when Python ends, with a code of its own."""
    with suppress(OSError, ValueError):
        handle = os.open(os.devnull, os.O_WRONLY)
        os.dup2(handle, stream.fileno())
        os.close(handle)
        stream.flush()
