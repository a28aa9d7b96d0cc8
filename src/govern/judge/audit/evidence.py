"""Bill lines behind an audit, found in one pass over the files concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from govern.judge.audit.facts import IDENTITY, Identity, last_lines
from govern.judge.audit.use import Use
from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Search, time_of
from govern.model.audit import Audited
from govern.model.bill import Evidence

#: A line, its time, and how exactly that is known.
Line = tuple[Evidence, datetime, str]

#: A ledger group → whose lines it holds (a number), and whether the earliest are wanted.
Wanted = Mapping[int, Sequence[tuple[int, bool]]]


def gather(ledger: Ledger, wanted: Wanted, most: int) -> dict[int, list[Line]]:
    """Up to ``most`` lines of each: the earliest, or the latest with the last one first."""
    by_subject: dict[int, list[Line]] = {}
    for row in Search(ledger, wanted).rows():
        time, width = time_of(row.cells, row.staged, ledger.clock)
        line = Evidence(
            row.path, row.line, row.cell("instance_id") or "", row.amount("billed_cost")
        )
        for subject, earliest in wanted[row.group]:
            lines = by_subject.setdefault(subject, [])
            lines.append((line, time, width))
            if len(lines) > 50 + most:
                by_subject[subject] = _best(lines, most, earliest=earliest)
    kinds = {subject: earliest for subjects in wanted.values() for subject, earliest in subjects}
    return {
        subject: _best(lines, most, earliest=kinds[subject])
        for subject, lines in by_subject.items()
    }


def _best(lines: list[Line], most: int, *, earliest: bool) -> list[Line]:
    return sorted(lines, key=lambda line: line[1], reverse=not earliest)[:most]


def with_lines(
    ledger: Ledger,
    subjects: Sequence[Audited],
    leaks: Mapping[Identity, Sequence[Use]],
    most: int,
) -> list[Audited]:
    """The subjects with up to ``most`` bill lines each: of a leak its own, else the last ones."""
    wanted: dict[int, list[tuple[int, bool]]] = {}
    for kind in IDENTITY if most else ():
        numbers = {
            _identity(subject): at for at, subject in enumerate(subjects) if subject.kind == kind
        }
        for identity, at in numbers.items():
            for use in leaks.get(identity, ())[:most]:
                wanted.setdefault(use.group, []).append((at, True))
        others = [identity for identity in numbers if identity not in leaks]
        for group, identity in last_lines(ledger, kind, others, most).items():
            wanted.setdefault(group, []).append((numbers[identity], False))
    lines = gather(ledger, wanted, most) if wanted else {}
    return [
        replace(subject, evidence=tuple(lines.get(at, ()))) for at, subject in enumerate(subjects)
    ]


def _identity(subject: Audited) -> tuple[str | None, ...]:
    whole = (subject.sub_account_id, subject.workspace_id, subject.api_key_id)
    return whole if subject.kind == "api_key" else whole[:2]
