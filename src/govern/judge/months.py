"""Two billing months side by side: what is new, gone, grown or shrunk."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from govern.judge.matching import Clause
from govern.ledger.ledger import Ledger
from govern.model.cost import Change, CostRow, CostTotal
from govern.model.errors import usage
from govern.model.money import EXACT

Key = TypeVar("Key", bound=Hashable)


def months_of(ledger: Ledger, month: str, clause: Clause) -> tuple[str, str]:
    """The month to compare with and the month to show: the last other one.

    Raises wrong usage where the bill's matching charges have no such two months.
    """
    known = [
        str(row[0])
        for row in ledger.query(
            f"SELECT DISTINCT month FROM ledger WHERE {clause.sql} ORDER BY 1",
            clause.parameters,
        )
    ]
    others = [other for other in known if other != month]
    if month not in known or not others:
        told = f"it has {', '.join(known)}" if known else "it has no such charge"
        raise usage(f"--compare {month}: the bill must hold it and another month; {told}")
    return month, others[-1]


def compared(rows: Mapping[Key, CostRow], before: Mapping[Key, CostRow]) -> dict[Key, CostRow]:
    """Every group of either month, with what it cost before; one that is gone costs nothing."""
    found = {}
    for key in {**rows, **before}:
        row, old = rows.get(key), before.get(key)
        cost_before = old.billed_cost if old else Decimal(0)
        if row is None:
            assert old is not None
            row = replace(old, billed_cost=Decimal(0), list_cost=None, charges=0, usage=())
            change = change_of(Decimal(0), cost_before, was=True, here=False)
        else:
            change = change_of(row.billed_cost, cost_before, was=old is not None, here=True)
        found[key] = replace(row, compare=change)
    return found


def compared_totals(totals: Sequence[CostTotal], before: Sequence[CostTotal]) -> list[CostTotal]:
    old = {total.currency: total for total in before}
    now = {total.currency: total for total in totals}
    found = []
    for currency in sorted({*old, *now}):
        total = now.get(currency) or CostTotal(currency, Decimal(0), None, 0)
        was = old[currency].billed_cost if currency in old else Decimal(0)
        change = change_of(total.billed_cost, was, was=currency in old, here=currency in now)
        found.append(replace(total, compare=change))
    return found


def change_of(now: Decimal, before: Decimal, *, was: bool, here: bool) -> Change:
    """``was`` and ``here``: whether the group has charges in the one month and in the other."""
    change = EXACT.subtract(now, before)
    if not was:
        kind = "new"
    elif not here:
        kind = "gone"
    else:
        kind = "grown" if change > 0 else "shrunk" if change < 0 else "same"
    return Change(before, change, kind)
