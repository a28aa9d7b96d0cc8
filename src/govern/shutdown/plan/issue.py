"""An issue with a checklist's tasks, read back: which of its boxes are ticked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: A task as ``report.markdown_format`` writes it: its box, and the id of its step at the end.
_TASK = re.compile(
    r"\s*[-*+] \[([ xX])\] .*\bid: (?:(?P<fence>`+) ?(?P<code>.+?) ?(?P=fence)|(?P<plain>\S+))\s*"
)


@dataclass(frozen=True)
class Task:
    """One box of an issue. ``line``: where it stands, from 1."""

    id: str
    ticked: bool
    line: int


def tasks_of(text: str) -> list[Task]:
    """Every task that names a step; other lines, and tasks of people's own, are left alone."""
    return list(_tasks(text))


def _tasks(text: str) -> Iterable[Task]:
    for number, line in enumerate(text.splitlines(), start=1):
        found = _TASK.fullmatch(line)
        if found:
            id = found["plain"] or found["code"].replace(r"\|", "|")
            yield Task(id, found[1] != " ", number)
