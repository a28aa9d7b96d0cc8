"""Faults are data: where, what, and what to do. One line each, no traceback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from govern.model.text import printable


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one file. ``line`` and ``column`` count from 1; 0 means the whole file.

    ``excerpt`` is the source line the column points into, for a caret below it.
    """

    path: str
    line: int
    column: int
    message: str
    excerpt: str = ""

    def __str__(self) -> str:
        place = self.path
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        return printable(f"{place}: {self.message}")


class GovernError(Exception):
    """Ends the run with the exit ``cause`` (a key of ``exits.CODES``); every fault is shown."""

    def __init__(self, cause: str, faults: Iterable[Fault | str] | str) -> None:
        self.cause = cause
        self.faults: list[Fault | str] = [faults] if isinstance(faults, str) else list(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


def usage(message: str) -> GovernError:
    """A wrong argument, or a named file that is none of ours: exit 2."""
    return GovernError("usage", message)
