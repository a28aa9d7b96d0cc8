"""Ctrl-C, and the signals by which a system ends a run: each ends it once, and in good order.

All of them are an interruption (exit code 130): what was unpacked is removed, no file is left half
written. The engine turns an exception that a signal raises into one of its own, so whether a signal
came is asked here, and not read from the exception that arrives.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Interrupted(BaseException):
    """No ``except Exception`` on the way may take it for a fault of what it was doing."""


_came: list[int] = []
_later = False
_listening = False


def listen() -> None:
    """From now on a signal ends the run; one that is ignored (``nohup``) stays ignored."""
    global _listening
    if _listening:
        return
    _listening = True
    for number in _numbers():
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    if os.name == "posix":
        # Without a watcher most of a run still ends at once, so it may do without.
        with suppress(RuntimeError, OSError):
            _watched()


def _watched() -> None:
    """Python hears of a signal only between two steps of its own; a query may take minutes."""
    import threading

    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reader,), daemon=True).start()


def _watch(reader: int) -> None:
    os.read(reader, 1)
    while True:
        engine = sys.modules.get("govern.ledger.engine")
        if engine:
            engine.interrupt()
        # Another query may just begin.
        time.sleep(0.1)


@contextmanager
def later() -> Iterator[None]:
    """What is in here is finished first; a signal that came meanwhile ends the run behind it."""
    global _later
    _later = True
    try:
        yield
    finally:
        _later = False
    if _came:
        raise Interrupted


def came() -> bool:
    """Whether the run was told to end."""
    return bool(_came)


def deaf() -> None:
    """Let nothing disturb the end: cleaning up, and the last words."""
    for number in _numbers():
        signal.signal(number, signal.SIG_IGN)


def _numbers() -> list[int]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _interrupt(number: int, frame: FrameType | None) -> None:
    deaf()
    _came.append(number)
    if not _later:
        raise Interrupted
