"""Bill lines behind an audit, found in one pass over the files concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Search, time_of
from govern.model.bill import Evidence

#: A line, its time, and how exactly that is known.
Line = tuple[Evidence, datetime, str]

#: A ledger group → whose lines it holds (a number), and whether the earliest are wanted.
Wanted = Mapping[int, Sequence[tuple[int, bool]]]


def gather(ledger: Ledger, wanted: Wanted, most: int) -> dict[int, list[Line]]:
    """Up to ``most`` lines of each: the earliest, or the latest with the last one first."""
    found: dict[int, list[Line]] = {}
    for row in Search(ledger, wanted).rows():
        time, width = time_of(row.cells, row.staged, ledger.clock)
        line = Evidence(
            row.path, row.line, row.cell("instance_id") or "", row.amount("billed_cost")
        )
        for subject, earliest in wanted[row.group]:
            lines = found.setdefault(subject, [])
            lines.append((line, time, width))
            if len(lines) > 50 + most:
                found[subject] = _best(lines, most, earliest=earliest)
    kinds = {subject: earliest for subjects in wanted.values() for subject, earliest in subjects}
    return {
        subject: _best(lines, most, earliest=kinds[subject]) for subject, lines in found.items()
    }


def _best(lines: list[Line], most: int, *, earliest: bool) -> list[Line]:
    return sorted(lines, key=lambda line: line[1], reverse=not earliest)[:most]
