"""Divide groups at instants: where a policy's ``from`` falls inside a day, rows decide.

A ledger's group spans at most a day. Where an instant lies between a group's first and last
charge, the rows concerned are looked up in their files, in one scan for all instants, and the
group is replaced by one group on each side. Nothing changes where no group is cut.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from govern.ledger.interpret import fill
from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Search, time_of
from govern.ledger.reduce import DECIMAL, NUMBERS
from govern.model.errors import GovernError
from govern.model.meaning import unit_of
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
    if not cuts:
        return
    found = ledger.query(
        "SELECT id FROM ledger WHERE kind = 'charge' AND len(list_filter($1::TIMESTAMP[], "
        "lambda cut: first < cut AND cut <= last)) > 0",
        [cuts],
    )
    groups = [int(row[0]) for row in found]
    if not groups:
        return
    parts: dict[tuple[int, int], _Part] = {}
    for row in Search(ledger, groups).rows():
        start, _width = time_of(row.cells, row.staged, ledger.clock)
        amounts: dict[str, Decimal | None] = {name: row.amount(name) for name in NUMBERS}
        if amounts["usage"] is not None:
            factor = unit_of(row.cell("usage_unit") or "")[1]
            amounts["usage"] = EXACT.multiply(amounts["usage"], factor)
        side = bisect.bisect_right(cuts, start)
        part = parts.get((row.group, side))
        if part is None:
            parts[row.group, side] = _Part(start, start, 1, amounts)
            continue
        part.first, part.last = min(part.first, start), max(part.last, start)
        part.charges += 1
        for name, amount in amounts.items():
            part.sums[name] = _plus(part.sums[name], amount)
    _replace(ledger, groups, parts)


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    return EXACT.add(one, other)


def _replace(ledger: Ledger, groups: list[int], parts: dict[tuple[int, int], _Part]) -> None:
    connection = ledger.connection
    columns = (
        ("whole", "BIGINT"),
        ("first", "TIMESTAMP"),
        ("last", "TIMESTAMP"),
        ("charges", "BIGINT"),
        *((name, DECIMAL) for name in NUMBERS),
    )
    fill(
        connection,
        "parts",
        columns,
        (
            (group, part.first, part.last, part.charges, *(part.sums[name] for name in NUMBERS))
            for (group, _side), part in sorted(parts.items(), key=lambda item: item[0])
        ),
    )
    changed = "first, last, charges, " + ", ".join(NUMBERS)
    lost = ledger.query(
        "SELECT count(*) FROM (SELECT id, charges, billed_cost FROM ledger "
        "WHERE id IN (SELECT unnest($1::BIGINT[])) EXCEPT "
        "SELECT whole, sum(charges), sum(billed_cost) FROM parts GROUP BY whole)",
        [groups],
    )
    if lost[0][0]:
        raise GovernError("bug", "dividing a day lost a charge: please report this as a bug")
    connection.execute(
        f"""
        CREATE TABLE divided AS
            SELECT l.* REPLACE (
                true AS divided,
                (SELECT max(id) FROM ledger) + row_number() OVER (ORDER BY p.whole, p.first) AS id,
                {", ".join(f"p.{name} AS {name}" for name in changed.split(", "))})
            FROM ledger l JOIN parts p ON l.id = p.whole
        """
    )
    ledger.query("DELETE FROM ledger WHERE id IN (SELECT unnest($1::BIGINT[]))", [groups])
    connection.execute("INSERT INTO ledger SELECT * FROM divided")
    connection.execute("DROP TABLE divided")
    connection.execute("DROP TABLE parts")
