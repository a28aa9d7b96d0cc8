"""govern against the stand-in account, in this process, from its command line."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from standin.server import StandIn

from govern.cli import main, signals


def month_ago(count: int) -> str:
    """The month that was so long ago, on the bill clock."""
    now = datetime.now(UTC) + timedelta(hours=8)
    number = now.year * 12 + now.month - 1 - count
    return f"{number // 12}-{number % 12 + 1:02}"


#: Final whatever day it is: its successor's 3rd is over.
MONTH = month_ago(2)


@dataclass(frozen=True)
class Ran:
    """How a run ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> Any:
        return json.loads(self.out)


def environment(standin: StandIn, home: Path) -> dict[str, str]:
    """Nothing of this machine: no profile, no keyring, no settings."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "GOVERN_NO_CACHE": "1",
        **standin.environment(),
    }


def govern(standin: StandIn, home: Path, *words: str, **more: str) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    told = {**environment(standin, home), **more}
    with (
        mock.patch.dict(os.environ, told, clear=True),
        mock.patch.object(sys, "argv", ["govern", *words]),
        # A run that ends in an error hears no signal any more; these tests are to go on hearing.
        mock.patch.object(signals, "deaf"),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = main._run()
    return Ran(code, out.getvalue(), err.getvalue())
