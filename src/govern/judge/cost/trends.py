"""How cost went over time, in equal steps of a day, a week or a month: for people to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from govern.judge.cost.grouping import TIMES, Key, columns
from govern.ledger import query
from govern.ledger.clauses import MONTHLY, Clause
from govern.ledger.ledger import Ledger
from govern.model.clock import month_start, next_month
from govern.model.cost import CostRow, Steps

#: Up to so many days a step is a day, then a week, then a month.
_DAILY, _WEEKLY = 35, 250
#: Fewer steps are no trend; more groups are read by programs.
_FEWEST, _MOST_GROUPS = 3, 2000


def steps_of(ledger: Ledger, clause: Clause) -> Steps | None:
    """Steps from the first charge to the last; months where one is known to its month only."""
    first, last, monthly, month, last_month = query.ask_all(
        ledger,
        (
            query.least("first"),
            query.greatest("first"),
            query.some(MONTHLY),
            query.least("month"),
            query.greatest("month"),
        ),
        clause,
    )
    if first is None:
        return None
    days = (last.date() - first.date()).days
    if monthly or days > _WEEKLY:
        steps = Steps("month", tuple(_months(month, last_month)))
    elif days > _DAILY:
        monday = first.date() - timedelta(days=first.weekday())
        steps = Steps("week", tuple(_days(monday, last.date(), 7)))
    else:
        steps = Steps("day", tuple(_days(first.date(), last.date(), 1)))
    return steps if len(steps.names) >= _FEWEST else None


def with_trends(
    ledger: Ledger, by: Sequence[str], clause: Clause, steps: Steps, rows: Iterable[CostRow]
) -> list[CostRow]:
    """Each row with its cost in each step; a row that stands for others has none."""
    rows = list(rows)
    if len(rows) > _MOST_GROUPS:
        return rows
    at = {name: number for number, name in enumerate(steps.names)}
    trends: dict[Key, list[Decimal]] = {
        (tuple(value for _, value in row.values), row.currency): [Decimal(0)] * len(at)
        for row in rows
        if not row.rest
    }
    each = (*columns(by), "billing_currency", TIMES[steps.every])
    for *values, currency, step, billed in query.ask(
        ledger, each, [query.total("billed_cost")], clause
    ):
        trend = trends.get((tuple(values), currency))
        if trend is not None:
            trend[at[step]] = billed
    return [
        row
        if row.rest
        else replace(row, trend=tuple(trends[tuple(v for _, v in row.values), row.currency]))
        for row in rows
    ]


def _days(first: date, last: date, every: int) -> Iterable[str]:
    while first <= last:
        yield first.isoformat()
        first += timedelta(days=every)


def _months(first: str, last: str) -> Iterable[str]:
    start = month_start(first)
    while f"{start:%Y-%m}" <= last:
        yield f"{start:%Y-%m}"
        start = next_month(start)
