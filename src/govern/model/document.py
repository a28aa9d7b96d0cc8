"""A result as formats see it: a payload for machines, sections for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from govern.model.exits import Exit


@dataclass(frozen=True)
class Section:
    """A heading with sentences and a table. Cells are text; an empty cell stays empty.

    ``right`` holds the numbers of columns that are aligned to the right. ``details`` are lines
    that belong to a row, shown below it.
    """

    heading: str
    sentences: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    details: Sequence[Sequence[str]] = ()
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Document:
    """What a command has to say. A format takes the payload or the sections, and knows no more."""

    payload: dict[str, Any]
    sections: Callable[[], Sequence[Section]]
    exit: Exit
