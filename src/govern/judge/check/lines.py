"""Bill lines behind groups of the ledger, for several who ask at once: one scan of the files."""

from __future__ import annotations

from collections.abc import Sequence

from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Row, Search

#: A group of the ledger, and how many charges it holds.
Held = tuple[int, int]


def find(ledger: Ledger, wanted: Sequence[tuple[Sequence[Held], int]]) -> list[list[Row]]:
    """Of each list of groups so many rows: one of each group, then more of the earliest.

    No list has more groups than rows that are wanted of it.
    """
    quotas: dict[int, dict[int, int]] = {}
    for number, (groups, most) in enumerate(wanted):
        for group, quota in _quotas(groups, most).items():
            quotas.setdefault(group, {})[number] = quota
    rows_of: list[list[Row]] = [[] for _ in wanted]
    if not quotas:
        return [[] for _ in wanted]
    search = Search(ledger, quotas)
    for row in search.rows():
        left = quotas[row.group]
        for number in list(left):
            rows_of[number].append(row)
            left[number] -= 1
            if not left[number]:
                del left[number]
        if not left:
            search.drop(row.group)
    return rows_of


def _quotas(groups: Sequence[Held], most: int) -> dict[int, int]:
    quotas = {group: 1 for group, _ in groups}
    left = most - len(quotas)
    for group, charges in groups:
        more = min(left, charges - 1)
        quotas[group] += more
        left -= more
    return quotas
