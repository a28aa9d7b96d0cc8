"""Divide groups at instants: where a policy's ``from`` falls inside a day, rows decide.

A ledger's group spans at most a day. Where an instant lies between a group's first and last
charge, the rows concerned are looked up in their files, in one scan for all instants, and one
group on each side is shown in place of the whole one; the ledger itself stays as it is. A group of
a kept ledger has no rows to be looked up: it stays whole, and whoever judges it takes the cautious
side.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from govern.ledger.groups import DECIMAL, NUMBERS
from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Search, time_of
from govern.ledger.table import fill
from govern.model.errors import GovernError
from govern.model.money import EXACT


@dataclass
class _Part:
    """One side of a divided group."""

    first: datetime
    last: datetime
    charges: int
    sums: dict[str, Decimal | None]


def divide(ledger: Ledger, instants: Iterable[datetime]) -> None:
    """Make every group lie on one side of each instant, as far as its rows' times are known."""
    cuts = sorted(set(instants))
    if cuts or ledger.is_divided:
        ledger.by_day()
        ledger.divided()
    groups = _cut(ledger, cuts)
    if not groups:
        return
    parts: dict[tuple[int, int], _Part] = {}
    for row in Search(ledger, groups).rows():
        start, _width = time_of(row.cells, row.staged, ledger.clock)
        amounts = {name: row.measured(name) for name in NUMBERS}
        side = bisect.bisect_right(cuts, start)
        part = parts.get((row.group, side))
        if part is None:
            parts[row.group, side] = _Part(start, start, 1, amounts)
            continue
        part.first, part.last = min(part.first, start), max(part.last, start)
        part.charges += 1
        for name, amount in amounts.items():
            part.sums[name] = _plus(part.sums[name], amount)
    _show(ledger, groups, parts)


def _cut(ledger: Ledger, cuts: Sequence[datetime]) -> list[int]:
    """The groups that an instant divides, and whose rows are here."""
    if not cuts:
        return []
    here = [file.number for file in ledger.files if file.staged]
    found = ledger.query(
        "SELECT id FROM reduced WHERE kind = 'charge' AND list_contains($2::INTEGER[], file) "
        "AND len(list_filter($1::TIMESTAMP[], lambda cut: first < cut AND cut <= last)) > 0",
        [cuts, here],
    )
    return [int(row[0]) for row in found]


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    return EXACT.add(one, other)


def _show(ledger: Ledger, groups: list[int], parts: dict[tuple[int, int], _Part]) -> None:
    connection = ledger.connection
    ((last_id,),) = ledger.query("SELECT max(id) FROM reduced")
    columns = (
        ("whole", "BIGINT"),
        ("id", "BIGINT"),
        ("first", "TIMESTAMP"),
        ("last", "TIMESTAMP"),
        ("charges", "BIGINT"),
        *((name, DECIMAL) for name in NUMBERS),
    )
    told = sorted(parts.items(), key=lambda item: item[0])
    fill(
        connection,
        "parts",
        columns,
        (
            (group, last_id + number, part.first, part.last, part.charges)
            + tuple(part.sums[name] for name in NUMBERS)
            for number, ((group, _side), part) in enumerate(told, start=1)
        ),
    )
    lost = ledger.query(
        "SELECT count(*) FROM (SELECT id, charges, billed_cost FROM reduced "
        "WHERE id IN (SELECT unnest($1::BIGINT[])) EXCEPT "
        "SELECT whole, sum(charges), sum(billed_cost) FROM parts GROUP BY whole)",
        [groups],
    )
    if lost[0][0]:
        raise GovernError("bug", "dividing a day lost a charge: please report this as a bug")
    own = ", ".join(f"p.{name} AS {name}" for name, _ in columns[1:])
    ledger.divided(
        f"""
            SELECT r.* FROM reduced r ANTI JOIN parts p ON r.id = p.whole
            UNION ALL
            SELECT r.* REPLACE (true AS divided, {own})
            FROM reduced r JOIN parts p ON r.id = p.whole
        """
    )
