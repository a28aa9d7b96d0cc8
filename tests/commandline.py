"""govern's command line within this process: what a process of its own does, without its start.

Tests of starting, of signals and of real streams run processes.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

import typer.main

from govern.cli import main, signals

#: It says the same in every run of one process, and takes half of a short one's time to make.
_COMMAND = functools.cache(typer.main.get_command)


class Terminal(io.TextIOWrapper):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def on_terminal(
    folder: Path, *words: str, width: int = 80, env: Mapping[str, str] | None = None
) -> list[str]:
    """The lines that a person sees of ``govern words…`` on a terminal of ``width`` columns."""
    alone = {"COLUMNS": str(width), "NO_COLOR": "1", **(env or {})}
    return ran(folder, *words, env=alone, stream=Terminal).stdout.decode().splitlines()


def govern(
    folder: Path, *words: str, given: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """How ``govern words…`` ends in ``folder``. ``env``: put into the environment for it."""
    done = ran(folder, *words, given=given, env=env)
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def ran(
    folder: Path,
    *words: str,
    given: bytes = b"",
    env: Mapping[str, str] | None = None,
    stream: type[io.TextIOWrapper] = io.TextIOWrapper,
) -> subprocess.CompletedProcess[bytes]:
    """The same, with what it wrote as bytes. ``stream``: what standard output is."""
    out, err = io.BytesIO(), io.BytesIO()
    before = os.getcwd()
    os.chdir(folder)
    try:
        with (
            mock.patch.dict(os.environ, env or {}),
            mock.patch.object(sys, "argv", ["govern", *words]),
            mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(given))),
            mock.patch.object(typer.main, "get_command", _COMMAND),
            # The process of the tests keeps its own signals.
            mock.patch.object(signals, "listen"),
            mock.patch.object(signals, "deaf"),
            contextlib.redirect_stdout(stream(out)),
            contextlib.redirect_stderr(io.TextIOWrapper(err)),
        ):
            code = _code()
            sys.stdout.flush()
            sys.stderr.flush()
            told, said = out.getvalue(), err.getvalue()
    finally:
        os.chdir(before)
    assert b"Traceback" not in said, said.decode()
    return subprocess.CompletedProcess(words, code, told, said)


def _code() -> int:
    try:
        main.main()
    except SystemExit as ended:
        return int(ended.code or 0)
