"""Evidence: for each finding some bill lines, found in one pass over the files concerned."""

from __future__ import annotations

from collections.abc import Sequence

from govern.judge.check.lines import Held, find
from govern.judge.check.rule import Breach, Rule
from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Row
from govern.model.bill import Evidence


def gather(
    ledger: Ledger, broken: Sequence[tuple[Rule, Sequence[Breach]]], most: int
) -> list[tuple[Evidence, ...]]:
    """Up to ``most`` lines per breach, its earliest charges first; breaches in their order."""
    wanted: list[tuple[Sequence[Held], int]] = []
    for rule, breaches in broken:
        groups = rule.earliest(most) if breaches and most > 0 else {}
        wanted += [(groups.get(breach.key, ()), most) for breach in breaches]
    return [tuple(map(_evidence, rows)) for rows in find(ledger, wanted)]


def _evidence(row: Row) -> Evidence:
    return Evidence(row.path, row.line, row.cell("instance_id") or "", row.amount("billed_cost"))
