"""One change on trial: the tests that touch its line, the quickest first, until one fails."""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

#: A change that makes a loop endless is killed by the processor's time, which other processes don't
#: use up; one that waits for ever, by the clock.
SECONDS_OF_PROCESSOR, SECONDS = 120, 900


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Loads one module from a changed source."""

    def __init__(self, name: str, path: str, source: str) -> None:
        self._name, self._path, self._source = name, path, source

    def find_spec(
        self, name: str, path: object, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._path, loader=self)

    def get_filename(self, fullname: str) -> str:
        return self._path

    def get_data(self, path: str) -> bytes:
        return self._source.encode()

    def get_source(self, fullname: str) -> str:
        return self._source

    def path_stats(self, path: str) -> dict[str, int]:
        raise OSError


def survives(path: Path, source: str, tests: Sequence[str]) -> bool:
    """Whether all of ``tests`` pass with the changed source. Runs in a child process."""
    child = os.fork()
    if child == 0:
        os._exit(_run(path, source, tests))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _run(path: Path, source: str, tests: Sequence[str]) -> int:
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    signal.setitimer(signal.ITIMER_PROF, SECONDS_OF_PROCESSOR)
    signal.alarm(SECONDS)
    name = ".".join(path.with_suffix("").parts[1:])
    try:
        compile(source, str(path), "exec")
    except SyntaxError:
        return 0
    sys.meta_path.insert(0, _Changed(name, str(path), source))
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=1"]
    try:
        return int(pytest.main([*options, *tests]))
    except BaseException:
        return 1
