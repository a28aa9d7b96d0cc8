"""Ctrl-C, and the signals by which a system ends a run: each ends it once, and in good order.

All of them are an interruption (exit code 130): what was unpacked is removed, no file is left half
written. The engine turns an exception that a signal raises into one of its own, so whether a signal
came is asked here, and not read from the exception that arrives.
"""

from __future__ import annotations

import signal
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Interrupted(BaseException):
    """No ``except Exception`` on the way may take it for a fault of what it was doing."""


_came: list[int] = []


def listen() -> None:
    """From now on a signal ends the run; one that is ignored (``nohup``) stays ignored."""
    for number in _numbers():
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


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
    raise Interrupted
