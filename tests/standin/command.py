"""govern against the stand-in account, in this process, from its command line, without waiting.

What a run would have waited (the pace of a service, the back-off of a call) is noted instead. That
it does wait is tested in cloud/test_waiting.py.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import commandline
import keyring
from keyring.backend import KeyringBackend
from keyring.backends.null import Keyring as NoKeyring

from govern.cli import main
from govern.cloud import keyring_store
from govern.cloud.transport import Transport
from standin.server import StandIn


def month_ago(count: int) -> str:
    """The month that was so long ago, on the bill clock."""
    now = datetime.now(UTC) + timedelta(hours=8)
    number = now.year * 12 + now.month - 1 - count
    return f"{number // 12}-{number % 12 + 1:02}"


#: Final whatever day it is: its successor's 3rd is over.
MONTH = month_ago(2)


@dataclass(frozen=True)
class Ran:
    """How a run ended, and what it said. ``trace``: what a traceback of its end would show."""

    code: int
    out: str
    err: str
    waited: list[float] = field(default_factory=list)
    trace: str = ""

    @property
    def told(self) -> Any:
        return json.loads(self.out)


def environment(standin: StandIn | None, home: Path) -> dict[str, str]:
    """Nothing of this machine: no profile, no keyring, no settings."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "GOVERN_NO_CACHE": "1",
        **(standin.environment() if standin else {}),
    }


def endpoints(standin: StandIn) -> dict[str, str]:
    """Where the account is, without its credentials."""
    told = standin.environment()
    return {name: text for name, text in told.items() if name.startswith("GOVERN_")}


def govern(
    standin: StandIn,
    home: Path,
    *words: str,
    patience: float | None = None,
    folder: Path | None = None,
    **more: str,
) -> Ran:
    """``patience``: an answer has so many seconds, whatever ``--timeout`` says."""
    return alone({**environment(standin, home), **more}, folder or home, *words, patience=patience)


def alone(
    told: Mapping[str, str],
    folder: Path,
    *words: str,
    patience: float | None = None,
    backend: KeyringBackend | None = None,
) -> Ran:
    """A run with exactly this environment, and this keyring."""
    ends: list[BaseException] = []
    ended = main._ended

    def noted(error: BaseException) -> int:
        ends.append(error)
        return ended(error)

    with (
        _logging(),
        mock.patch.dict(os.environ, told, clear=True),
        mock.patch.object(main, "_ended", noted),
        _keyring(backend or NoKeyring()),
        hurried(patience) as waited,
    ):
        done = commandline.govern(folder, *words)
    trace = "".join("".join(traceback.format_exception(one)) + repr(one) for one in ends)
    return Ran(done.returncode, done.stdout, done.stderr, waited, trace)


@contextmanager
def _logging() -> Iterator[None]:
    """A run may have turned it off for the rest of its process."""
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def _keyring(backend: KeyringBackend) -> Iterator[None]:
    """The one of this run only: a run asks for it once."""
    keyring.set_keyring(backend)
    keyring_store.opened.cache_clear()
    yield
    keyring_store.opened.cache_clear()


@contextmanager
def hurried(patience: float | None = None) -> Iterator[list[float]]:
    """Nobody waits between calls; gives what would have been waited."""
    made, pause = Transport.__init__, Transport.pause
    waited: list[float] = []

    def make(self: Transport, timeout: float, concurrency: int) -> None:
        made(self, timeout if patience is None else patience, concurrency)

    def note(self: Transport, seconds: float) -> None:
        waited.append(seconds)
        pause(self, 0)

    with (
        mock.patch.object(Transport, "__init__", make),
        mock.patch.object(Transport, "pause", note),
    ):
        yield waited


if __name__ == "__main__":
    # A process of its own, which is killed or watched: python -m standin.command collect bills …
    with hurried():
        main.main()
