"""Months replayed: when each policy would have fired, and on whom: ``govern.backtest/v1``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from govern.model.bill import BillSummary
from govern.model.clock import iso
from govern.model.exits import Exit
from govern.model.finding import Subject
from govern.model.money import EXACT, plain
from govern.model.policy import Limit

SCHEMA = "govern.backtest/v1"

#: Amounts per currency.
Costs = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Firing:
    """One subject that broke a policy for the first time in a month.

    ``day`` is the day whose charges made it so, ``observed`` what it came to by the end of that
    day, rounded up where it is no plain sum. ``saved``: what the charges that the policy is about
    still cost from the next day on to the end of the month.
    """

    policy: str
    subject: Subject
    month: str
    day: date
    measure: str
    observed: Decimal
    limit: Limit
    saved: Costs

    def document(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "subject": self.subject.document(),
            "month": self.month,
            "day": self.day.isoformat(),
            "measure": self.measure,
            "observed": plain(self.observed),
            "limit": plain(self.limit.amount),
            "unit": self.limit.unit,
            "saved": costs(self.saved),
        }


@dataclass(frozen=True)
class Replayed:
    """One policy. ``lacking``: why the replay doesn't show all of it; None where it does."""

    id: str
    title: str
    lacking: str | None = None

    @property
    def outcome(self) -> str:
        return "error" if self.lacking else "replayed"


@dataclass(frozen=True)
class Backtest:
    """All policies over all ``months`` of a bill. ``as_of`` is naive, on the bill's clock."""

    version: str
    as_of: datetime
    bill: BillSummary
    months: tuple[str, ...]
    policies: tuple[Replayed, ...]
    firings: tuple[Firing, ...]
    exit: Exit

    def of(self, policy: str, month: str) -> list[Firing]:
        return [
            firing for firing in self.firings if (firing.policy, firing.month) == (policy, month)
        ]

    def document(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "govern": self.version,
            "as_of": iso(self.as_of, self.bill.clock),
            "bill": self.bill.document(),
            "policies": [
                {
                    "id": policy.id,
                    "outcome": policy.outcome,
                    "message": policy.lacking,
                    "months": [self._month(policy.id, month) for month in self.months],
                }
                for policy in self.policies
            ],
            "firings": [firing.document() for firing in self.firings],
            "exit": {"code": self.exit.code, "cause": self.exit.cause, "reason": self.exit.reason},
        }

    def _month(self, policy: str, month: str) -> dict[str, Any]:
        fired = self.of(policy, month)
        return {
            "month": month,
            "fired": len(fired),
            "saved": costs(total(firing.saved for firing in fired)),
        }


def total(parts: Any) -> Costs:
    """Costs added up, per currency."""
    sums: dict[str, Decimal] = {}
    for part in parts:
        for currency, cost in part:
            sums[currency] = EXACT.add(sums.get(currency, Decimal(0)), cost)
    return tuple(sorted(sums.items()))


def costs(amounts: Costs) -> list[dict[str, str]]:
    return [{"currency": currency, "billed_cost": plain(cost)} for currency, cost in amounts]
