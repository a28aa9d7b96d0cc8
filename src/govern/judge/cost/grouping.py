"""Charges picked and added up by any columns: exact, per currency, and usage per unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from govern.judge.bill.matching import Values, condition_clause
from govern.ledger import query
from govern.ledger.clauses import (
    CHARGES,
    NOTHING,
    UNPARSED,
    Clause,
    Column,
    has_value,
    known,
    unnamed,
)
from govern.ledger.ledger import Ledger
from govern.model.cost import Change, CostRow, UsageSum
from govern.model.money import EXACT
from govern.model.policy import Condition
from govern.model.words import INVENTORY_COLUMNS, PART_COLUMNS

#: Periods. A charge that is known to its month only has no day and no week.
TIMES = query.KNOWN_PERIODS

#: Columns that a ledger doesn't hold as they are shown.
_MADE = {**TIMES, "instance_id": query.INSTANCE_ID}

#: The values of a group, and its currency.
Key = tuple[tuple[str | None, ...], str]


def selected(ledger: Ledger, where: Sequence[Condition], values: Values) -> Clause:
    """The charges that surely match: what isn't known of a charge could match anything."""
    clause = CHARGES
    for condition in where:
        if condition.column in _MADE:
            clause &= _made_clause(ledger, condition)
        else:
            clause &= condition_clause(condition, values)
        clause &= ~unknown(condition.column)
    return clause


def unknown(column: str) -> Clause:
    """Charges of which the column can't be known: no layout, or no inventory, tells it."""
    if column in INVENTORY_COLUMNS:
        return UNPARSED | unnamed([column])
    return UNPARSED if column in PART_COLUMNS else NOTHING


def values_of(ledger: Ledger, column: str, clause: Clause | None = None) -> frozenset[str]:
    """What the charges have in a column as it is shown; without a clause those of all charges."""
    rows = query.ask(ledger, columns([column]), (), clause or CHARGES)
    return frozenset(str(row[0]) for row in rows if row[0] is not None)


def _made_clause(ledger: Ledger, condition: Condition) -> Clause:
    known = sorted(values_of(ledger, condition.column))
    wanted = [value for value in known if any(p.matches(value) for p in condition.patterns)]
    absent = any(pattern.text is None for pattern in condition.patterns)
    return has_value(_MADE[condition.column], wanted, absent=absent, excludes=condition.excludes)


def columns(by: Sequence[str]) -> list[str | Column]:
    """What the ledger is asked for, to group by these."""
    return [_MADE.get(column, column) for column in by]


def groups(ledger: Ledger, by: Sequence[str], clause: Clause) -> dict[Key, CostRow]:
    """One row per group and currency; usage is kept apart per unit. By nothing: the totals."""
    sums = query.ask(
        ledger,
        (*columns(by), "billing_currency", "unit"),
        (
            query.total("billed_cost"),
            query.total("list_cost"),
            query.total("billed_cost", known("list_cost")),
            query.charges(),
            query.total("usage"),
            query.total("billed_cost", known("usage")),
        ),
        clause,
    )
    rows: dict[Key, CostRow] = {}
    for *values, currency, unit, billed, listed, of_it, charges, quantity, cost_of_usage in sums:
        row = CostRow(
            values=tuple(zip(by, values, strict=True)),
            currency=currency,
            billed_cost=billed,
            list_cost=listed,
            charges=charges,
            usage=() if quantity is None else (UsageSum(unit, quantity, cost_of_usage),),
            taken_off=None if listed is None else EXACT.subtract(listed, of_it),
        )
        key = tuple(values), currency
        rows[key] = plus(rows[key], row) if key in rows else row
    return rows


def plus(row: CostRow, other: CostRow) -> CostRow:
    """Two rows as one, with the first one's values."""
    used: dict[str | None, UsageSum] = {}
    for part in (*row.usage, *other.usage):
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
        row,
        billed_cost=EXACT.add(row.billed_cost, other.billed_cost),
        list_cost=add_known(row.list_cost, other.list_cost),
        taken_off=add_known(row.taken_off, other.taken_off),
        charges=row.charges + other.charges,
        usage=tuple(used[unit] for unit in sorted(used, key=lambda unit: unit or "")),
        compare=_both(row, other),
    )


def _both(row: CostRow, other: CostRow) -> Change | None:
    if row.compare is None or other.compare is None:
        return None
    kinds = {row.compare.kind, other.compare.kind}
    return Change.of(
        EXACT.add(row.compare.before, other.compare.before),
        EXACT.add(row.billed_cost, other.billed_cost),
        was=kinds != {"new"},
        here=kinds != {"gone"},
    )


def add_known(amount: Decimal | None, other: Decimal | None) -> Decimal | None:
    if amount is None or other is None:
        return other if amount is None else amount
    return EXACT.add(amount, other)
