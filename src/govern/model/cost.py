"""What was spent and used: the document ``govern.cost/v1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from govern.model.bill import BillSummary
from govern.model.clock import iso
from govern.model.exits import Exit
from govern.model.money import EXACT, number, plain
from govern.model.policy import Condition

#: An effective price is rounded half up to this many significant digits; nothing else is rounded.
PRICE_DIGITS = 6

_PRICE = Context(prec=PRICE_DIGITS, rounding=ROUND_HALF_UP)

#: How many of a unit a price is for; one for every other unit.
PRICED_PER = {"tokens": Decimal(1_000_000), "characters": Decimal(10_000)}


@dataclass(frozen=True)
class UsageSum:
    """The usage in one unit, and what the charges with that usage cost."""

    unit: str | None
    quantity: Decimal
    billed_cost: Decimal

    @property
    def per(self) -> Decimal:
        """How many units the effective price is for."""
        return PRICED_PER.get(self.unit or "", Decimal(1))

    @property
    def price(self) -> Decimal | None:
        """Billed cost per :attr:`per` units, rounded to PRICE_DIGITS; None without usage."""
        if not self.quantity:
            return None
        return _PRICE.divide(EXACT.multiply(self.billed_cost, self.per), self.quantity)

    def document(self) -> dict[str, Any]:
        return {
            "unit": self.unit,
            "quantity": plain(self.quantity),
            "billed_cost": plain(self.billed_cost),
            "effective_price": number(self.price),
            "effective_price_per": plain(self.per),
        }


@dataclass(frozen=True)
class Change:
    """One group against the same group in another month: new, gone, grown, shrunk or same."""

    before: Decimal
    change: Decimal
    kind: str

    @classmethod
    def of(cls, before: Decimal, now: Decimal, *, was: bool, here: bool) -> Change:
        """``was`` and ``here``: whether the group has charges in the one month and in the other."""
        change = EXACT.subtract(now, before)
        if not was:
            kind = "new"
        elif not here:
            kind = "gone"
        else:
            kind = "grown" if change > 0 else "shrunk" if change < 0 else "same"
        return cls(before, change, kind)

    def document(self) -> dict[str, Any]:
        return {"before": plain(self.before), "change": plain(self.change), "kind": self.kind}


@dataclass(frozen=True)
class CostRow:
    """One group in one currency. ``values`` are those of the columns asked for, in order.

    ``list_cost`` is the sum over the charges that have one, None where none has; ``taken_off`` is
    what the same charges were billed less. ``rest`` is how many groups the row stands for where it
    is the rest below ``--top``, else 0. ``names`` come from the inventory. ``trend`` is the cost in
    each of the report's steps, for people.
    """

    values: tuple[tuple[str, str | None], ...]
    currency: str
    billed_cost: Decimal
    list_cost: Decimal | None
    charges: int
    usage: tuple[UsageSum, ...]
    taken_off: Decimal | None = None
    rest: int = 0
    compare: Change | None = None
    names: Mapping[str, str | None] = field(default_factory=dict)
    trend: tuple[Decimal, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            **dict(self.values),
            **self.names,
            "currency": self.currency,
            "billed_cost": plain(self.billed_cost),
            "list_cost": number(self.list_cost),
            "taken_off": number(self.taken_off),
            "charges": self.charges,
            "usage": [usage.document() for usage in self.usage],
            **({"rest": True, "groups": self.rest} if self.rest else {}),
            **({"compare": self.compare.document()} if self.compare else {}),
        }


@dataclass(frozen=True)
class Steps:
    """Equal steps of a trend: ``every`` day, week or month, each by its name in ``--by``."""

    every: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class CostReport:
    """The document ``govern.cost/v1``.

    ``totals`` are the sums of all rows, one for each currency. ``months`` are the one compared
    with and the one shown, if two are compared. ``steps`` are those of every row's trend.
    """

    version: str
    as_of: datetime
    bill: BillSummary
    by: tuple[str, ...]
    where: tuple[Condition, ...]
    rows: tuple[CostRow, ...]
    totals: tuple[CostRow, ...]
    exit: Exit
    months: tuple[str, str] | None = None
    notes: tuple[str, ...] = ()
    steps: Steps | None = None

    def document(self) -> dict[str, Any]:
        months = self.months
        return {
            "schema": "govern.cost/v1",
            "govern": self.version,
            "as_of": iso(self.as_of, self.bill.clock),
            "bill": self.bill.document(),
            "by": list(self.by),
            "where": [
                {
                    "column": term.column,
                    "values": [pattern.text for pattern in term.patterns],
                    "excludes": term.excludes,
                }
                for term in self.where
            ],
            "compare": {"month": months[0], "with": months[1]} if months else None,
            "rows": [row.document() for row in self.rows],
            "totals": [total.document() for total in self.totals],
            "notes": list(self.notes),
            "exit": {"code": self.exit.code, "cause": self.exit.cause, "reason": self.exit.reason},
        }
