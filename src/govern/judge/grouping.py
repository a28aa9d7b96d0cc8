"""Charges picked and added up by any columns: exact, per currency, and usage per unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from govern.judge.matching import Clause, Values, condition_clause
from govern.judge.months import change_of
from govern.ledger.ledger import Ledger
from govern.model.cost import CostRow, CostTotal, UsageSum
from govern.model.money import EXACT
from govern.model.policy import Condition
from govern.model.words import INVENTORY_COLUMNS, PART_COLUMNS

#: Periods as SQL. A charge that is known to its month only has no day and no week.
TIMES = {
    "day": "CASE WHEN width <> 'month' THEN strftime(first, '%Y-%m-%d') END",
    "week": "CASE WHEN width <> 'month' THEN strftime(date_trunc('week', first), '%Y-%m-%d') END",
    "month": "month",
}

#: The values of a group, and its currency.
Key = tuple[tuple[str | None, ...], str]


def selected(ledger: Ledger, where: Sequence[Condition], values: Values) -> Clause:
    """The charges that surely match: an unknown layout hides what it could match."""
    clause = Clause("kind = 'charge'")
    for condition in where:
        if condition.column in TIMES:
            clause &= _time_clause(ledger, condition)
        else:
            clause &= condition_clause(condition, values)
        if hidden(condition.column):
            clause &= Clause("NOT unparsed")
    return clause


def hidden(column: str) -> bool:
    """Whether an Instance ID of no known layout hides the column."""
    return column in PART_COLUMNS or column in INVENTORY_COLUMNS


def _time_clause(ledger: Ledger, condition: Condition) -> Clause:
    told = TIMES[condition.column]
    rows = ledger.query(f"SELECT DISTINCT {told} FROM ledger WHERE kind = 'charge'")
    known = sorted(str(row[0]) for row in rows if row[0] is not None)
    wanted = [one for one in known if any(p.matches(one) for p in condition.patterns)]
    absent = any(pattern.text is None for pattern in condition.patterns)
    sql = f"coalesce(list_contains(?::VARCHAR[], {told}), {'true' if absent else 'false'})"
    return Clause(f"NOT {sql}" if condition.excludes else sql, (wanted,))


def columns(by: Sequence[str]) -> str:
    return "".join(f"{TIMES.get(column, column)} AS by_{column}, " for column in by)


def groups(ledger: Ledger, by: Sequence[str], clause: Clause) -> dict[Key, CostRow]:
    """One row per group and currency; usage is kept apart per unit."""
    found = ledger.query(
        f"SELECT {columns(by)}billing_currency, unit, sum(billed_cost), sum(list_cost),"
        " sum(charges)::BIGINT, sum(usage), sum(billed_cost) FILTER (WHERE usage NOTNULL)"
        f" FROM ledger WHERE {clause.sql} GROUP BY ALL"
        f" ORDER BY {', '.join(str(at + 1) for at in range(len(by) + 2))}",
        clause.parameters,
    )
    rows: dict[Key, CostRow] = {}
    for *values, currency, unit, billed, listed, charges, quantity, cost_of_usage in found:
        key = tuple(values), currency
        used = () if quantity is None else (UsageSum(unit, quantity, cost_of_usage),)
        row = CostRow(tuple(zip(by, values, strict=True)), currency, billed, listed, charges, used)
        rows[key] = plus(rows[key], row) if key in rows else row
    return rows


def totals_of(ledger: Ledger, clause: Clause) -> list[CostTotal]:
    rows = ledger.query(
        "SELECT billing_currency, sum(billed_cost), sum(list_cost), sum(charges)::BIGINT "
        f"FROM ledger WHERE {clause.sql} GROUP BY 1 ORDER BY 1",
        clause.parameters,
    )
    return [CostTotal(*row) for row in rows]


def plus(one: CostRow, other: CostRow) -> CostRow:
    """Two rows as one, with the first one's values."""
    used: dict[str | None, UsageSum] = {}
    for part in (*one.usage, *other.usage):
        known = used.get(part.unit)
        used[part.unit] = (
            UsageSum(
                part.unit,
                EXACT.add(known.quantity, part.quantity),
                EXACT.add(known.billed_cost, part.billed_cost),
            )
            if known
            else part
        )
    return replace(
        one,
        billed_cost=EXACT.add(one.billed_cost, other.billed_cost),
        list_cost=add_known(one.list_cost, other.list_cost),
        charges=one.charges + other.charges,
        usage=tuple(used[unit] for unit in sorted(used, key=lambda unit: unit or "")),
        compare=change_of(
            EXACT.add(one.billed_cost, other.billed_cost),
            EXACT.add(one.compare.before, other.compare.before),
            was=one.compare.kind != "new" or other.compare.kind != "new",
            here=one.compare.kind != "gone" or other.compare.kind != "gone",
        )
        if one.compare and other.compare
        else None,
    )


def add_known(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    return EXACT.add(one, other)
