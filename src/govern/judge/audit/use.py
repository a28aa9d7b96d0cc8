"""What silence is about: uses, and the stop after which there should be none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from govern.model.clock import known_at
from govern.model.money import add, plain

#: Services whose charges go on until the job ends, whatever happens to the key.
JOBS = ("batch", "training", "deployment")


@dataclass(frozen=True)
class Use:
    """Usage charges that lie together: from ``first`` to ``last``, and over before ``end``.

    ``width``: how exactly their times are known. ``perhaps``: too little is told of them to say
    whose they are. ``unparsed``: of no known Instance ID layout. ``group``: where the ledger holds
    them.
    """

    first: datetime
    last: datetime
    end: datetime
    width: str = "second"
    service: str = "inference"
    currency: str = "CNY"
    billed_cost: Decimal = Decimal(0)
    charges: int = 1
    group: int = 0
    unparsed: bool = False
    perhaps: bool = False

    @property
    def coarse(self) -> bool:
        """Known to the day or the month only."""
        return self.width in ("day", "month")

    @property
    def began(self) -> str:
        """When, as exactly as it is known: ``on 2026-09-05``."""
        return known_at(self.first, self.width)


@dataclass(frozen=True)
class Stop:
    """When use should have ended. ``after``: last seen alive, where it is known as an interval."""

    at: datetime
    source: str
    after: datetime | None = None


def in_currencies(uses: Sequence[Use]) -> list[list[Use]]:
    """The uses of each currency, the currencies in their order."""
    currencies = sorted({use.currency for use in uses})
    return [[use for use in uses if use.currency == currency] for currency in currencies]


def residual_text(uses: Sequence[Use]) -> str:
    """The residual charges with their sum: a proof names what it doesn't count as a leak."""
    if not uses:
        return ""
    count = sum(use.charges for use in uses)
    sums = [
        f"{plain(add([use.billed_cost for use in own]))} {own[0].currency}"
        for own in in_currencies(uses)
    ]
    many = "1 residual charge" if count == 1 else f"{count} residual charges"
    return f"; after the stop, {many}: {', '.join(sums)}"
