"""Two billing months side by side: what is new, gone, grown or shrunk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from govern.judge.cost.grouping import Key, groups, values_of
from govern.ledger.clauses import Clause
from govern.ledger.ledger import Ledger
from govern.model.bill import BillSummary
from govern.model.clock import month_start, next_month
from govern.model.cost import Change, CostRow
from govern.model.errors import usage
from govern.model.money import plain


def months_of(ledger: Ledger, month: str, clause: Clause) -> tuple[str, str]:
    """The month to compare with and the month to show: the last other one.

    Raises wrong usage where the bill's matching charges have no such two months.
    """
    known = sorted(values_of(ledger, "month", clause))
    others = [other for other in known if other != month]
    if month not in known or not others:
        held = f"it has {', '.join(known)}" if known else "it has no such charge"
        raise usage(f"--compare {month}: the bill must hold it and another month; {held}")
    return month, others[-1]


def compared(rows: Mapping[Key, CostRow], before: Mapping[Key, CostRow]) -> dict[Key, CostRow]:
    """Every group of either month, with what it cost before; one that is gone costs nothing."""
    by_key = {}
    for key in sorted({*rows, *before}, key=str):
        row, old = rows.get(key), before.get(key)
        now = row or replace(
            before[key], billed_cost=Decimal(0), list_cost=None, taken_off=None, charges=0, usage=()
        )
        change = Change.of(
            old.billed_cost if old else Decimal(0),
            now.billed_cost,
            was=old is not None,
            here=row is not None,
        )
        by_key[key] = replace(now, compare=change)
    return by_key


def remarks(
    ledger: Ledger, bill: BillSummary, months: tuple[str, str], clause: Clause
) -> Iterable[str]:
    """Months that are left out, and months that the bill doesn't hold to their end."""
    for (values, currency), row in sorted(groups(ledger, ("month",), clause).items(), key=str):
        if values[0] not in months:
            yield f"Left out: {values[0]} ({plain(row.billed_cost)} {currency})."
    for month in months:
        if bill.reaches and bill.reaches < next_month(month_start(month)):
            yield (
                f"{month} isn't whole: the bill reaches {bill.reached}, so what is "
                "gone or shrunk may only be on its way."
            )
