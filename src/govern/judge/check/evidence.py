"""Evidence: for each finding some bill lines, found in one pass over the files concerned."""

from __future__ import annotations

from collections.abc import Sequence

from govern.judge.check.rule import Breach, Rule
from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Search
from govern.model.bill import Evidence


def gather(
    ledger: Ledger, broken: Sequence[tuple[Rule, Sequence[Breach]]], most: int
) -> list[tuple[Evidence, ...]]:
    """Up to ``most`` lines per breach, its earliest charges first; breaches in their order."""
    quotas: dict[int, dict[int, int]] = {}
    count = 0
    for rule, breaches in broken:
        groups = rule.earliest(most) if breaches and most > 0 else {}
        for breach in breaches:
            for group, quota in _quotas(groups.get(breach.key, []), most).items():
                quotas.setdefault(group, {})[count] = quota
            count += 1
    found: list[list[Evidence]] = [[] for _ in range(count)]
    search = Search(ledger, quotas)
    for row in search.rows():
        wanted = quotas[row.group]
        line = Evidence(
            row.path, row.line, row.cell("instance_id") or "", row.amount("billed_cost")
        )
        for number in list(wanted):
            found[number].append(line)
            wanted[number] -= 1
            if not wanted[number]:
                del wanted[number]
        if not wanted:
            search.drop(row.group)
    return [tuple(lines) for lines in found]


def _quotas(groups: Sequence[tuple[int, int]], most: int) -> dict[int, int]:
    """How many lines of which groups: one of each, then more of the earliest."""
    quotas = {group: 1 for group, _ in groups}
    left = most - len(quotas)
    for group, charges in groups:
        more = min(left, charges - 1)
        quotas[group] += more
        left -= more
    return quotas
