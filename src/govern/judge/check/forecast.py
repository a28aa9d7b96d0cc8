"""``forecast_cost``: what a running month will have cost when it is over.

What it cost up to the last day that the bill shows whole, and for each day left the average of the
last seven whole days, so that each weekday counts once. If every day left were as cheap or as dear
as one of the seven, it would be the least or the most: that is the interval. A month that is over
costs what it cost, and none costs less than what is charged already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from govern.judge.check.figure import rounded
from govern.model.money import EXACT, add

#: The whole days that the rest of a month is estimated by.
DAYS = 7


@dataclass(frozen=True)
class Forecast:
    """One month. ``times_week``: seven times its cost, so that it is exact; ``known`` of it is
    charged already."""

    times_week: Decimal
    least: Decimal
    most: Decimal
    known: Decimal

    @property
    def shown(self) -> Decimal:
        return rounded(self.times_week, Decimal(DAYS))

    def plus(self, other: Forecast) -> Forecast:
        """With that of what another account pays, or of what may have to be added."""
        return Forecast(
            EXACT.add(self.times_week, other.times_week),
            EXACT.add(self.least, other.least),
            EXACT.add(self.most, other.most),
            EXACT.add(self.known, other.known),
        )


NOTHING = Forecast(Decimal(0), Decimal(0), Decimal(0), Decimal(0))


def forecast(known: Decimal, whole: Decimal, week: Sequence[Decimal], left: int) -> Forecast:
    """``known``: all that is charged. ``whole``: of it, up to the last day that is shown whole.
    ``week``: the cost of each of the seven days before that ends. ``left``: days after it."""
    days = Decimal(left)

    def at_least_known(per_day: Decimal) -> Decimal:
        return max(EXACT.add(whole, EXACT.multiply(per_day, days)), known)

    of_week = add([EXACT.multiply(whole, Decimal(DAYS)), EXACT.multiply(add([*week]), days)])
    return Forecast(
        max(of_week, EXACT.multiply(known, Decimal(DAYS))),
        at_least_known(min(week)),
        at_least_known(max(week)),
        known,
    )


def forecast_of(
    days: Mapping[int, Decimal], length: int, done: int, known: Decimal | None = None
) -> Forecast:
    """From the cost of each day, by its number in the month from 0, those of the month before below
    that. ``length`` of the month, ``done`` of its days are shown whole. ``known``: what is charged
    altogether, if that is more than those."""
    whole = add([cost for day, cost in days.items() if 0 <= day < done])
    week = [days.get(day, Decimal(0)) for day in range(done - DAYS, done)]
    return forecast(whole if known is None else known, whole, week, length - max(done, 0))
