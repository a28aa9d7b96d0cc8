"""Months lived again day by day: what a measure had come to by the end of each day.

Pure: it knows rows of days, and no ledger. A day counts as a whole, as a nightly check sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from govern.judge.check.figure import hundredfold, rounded
from govern.judge.check.forecast import DAYS, forecast_of
from govern.model.clock import month_start, next_month, period_before
from govern.model.money import EXACT
from govern.model.policy import Limit, Policy, in_unit

Values = tuple[str | None, ...]

#: One subject in one period and unit.
Place = tuple[Values, str, str]

_ONE = Decimal(1)


@dataclass(frozen=True)
class Day:
    """What the charges of one place came to on one day, in the policy's own measure.

    ``listed``: their list cost, where that is what a measure is held against.
    """

    place: Place
    day: date
    amount: Decimal
    listed: Decimal = Decimal(0)


@dataclass(frozen=True)
class Reached:
    """What a measure had come to in one place by the end of a day: ``part`` of ``whole``."""

    place: Place
    day: date
    part: Decimal
    whole: Decimal = _ONE

    @property
    def shown(self) -> Decimal:
        """Exact where it is a plain sum, else rounded up."""
        return self.part if self.whole == _ONE else rounded(self.part, self.whole)

    def above(self, limit: Limit) -> bool:
        return self.whole > 0 and self.part > EXACT.multiply(limit.amount, self.whole)


def replayed(policy: Policy, days: Sequence[Day]) -> Iterator[Reached]:
    """Every day of every place, in the order of the days."""
    in_order = sorted(days, key=lambda day: (day.day, str(day.place)))
    if policy.measure.beyond == "ahead":
        return _ahead(in_order)
    against = {"": _sums, "list": _prices, "total": _shares, "before": _growths}
    return against[policy.measure.against](policy, in_order)


def _sums(policy: Policy, days: Iterable[Day]) -> Iterator[Reached]:
    del policy
    so_far: dict[Place, Decimal] = {}
    for day in days:
        so_far[day.place] = EXACT.add(so_far.get(day.place, Decimal(0)), day.amount)
        yield Reached(day.place, day.day, so_far[day.place])


def _prices(policy: Policy, days: Iterable[Day]) -> Iterator[Reached]:
    del policy
    so_far: dict[Place, tuple[Decimal, Decimal]] = {}
    for day in days:
        billed, listed = so_far.get(day.place, (Decimal(0), Decimal(0)))
        billed, listed = EXACT.add(billed, day.amount), EXACT.add(listed, day.listed)
        so_far[day.place] = billed, listed
        yield Reached(day.place, day.day, hundredfold(billed), listed)


def _shares(policy: Policy, days: Sequence[Day]) -> Iterator[Reached]:
    """The total is that of the same evening."""
    totals: dict[tuple[str, str, date], Decimal] = {}
    running: dict[tuple[str, str], Decimal] = {}
    for day in days:
        _, period, unit = day.place
        running[period, unit] = EXACT.add(running.get((period, unit), Decimal(0)), day.amount)
        totals[period, unit, day.day] = running[period, unit]
    for reached in _sums(policy, days):
        _, period, unit = reached.place
        floor = in_unit(policy.floor, unit)
        total = totals[period, unit, reached.day]
        whole = max(total, floor.amount) if floor else total
        yield Reached(reached.place, reached.day, hundredfold(reached.part), whole)


def _growths(policy: Policy, days: Sequence[Day]) -> Iterator[Reached]:
    """Against all of the period before, which is over by then."""
    whole: dict[Place, Decimal] = {}
    for day in days:
        whole[day.place] = EXACT.add(whole.get(day.place, Decimal(0)), day.amount)
    for reached in _sums(policy, days):
        values, period, unit = reached.place
        floor = in_unit(policy.floor, unit)
        if floor:
            earlier = values, period_before(policy.every, period), unit
            base = max(whole.get(earlier, Decimal(0)), floor.amount)
            grown = hundredfold(EXACT.subtract(reached.part, base))
            yield Reached(reached.place, reached.day, grown, base)


def _ahead(days: Sequence[Day]) -> Iterator[Reached]:
    """What was forecast each evening, from the first on that has seven whole days behind it."""
    costs: dict[tuple[Values, str], dict[date, Decimal]] = {}
    for day in days:
        values, _, unit = day.place
        of_subject = costs.setdefault((values, unit), {})
        of_subject[day.day] = EXACT.add(of_subject.get(day.day, Decimal(0)), day.amount)
    if not days:
        return
    evening, last = days[0].day + timedelta(days=DAYS - 1), days[-1].day
    while evening <= last:
        month = f"{evening:%Y-%m}"
        start = month_start(month).date()
        length = (next_month(month_start(month)).date() - start).days
        for (values, unit), by_day in sorted(costs.items(), key=str):
            known = {(day - start).days: cost for day, cost in by_day.items() if day <= evening}
            projected = forecast_of(known, length, (evening - start).days + 1)
            yield Reached((values, month, unit), evening, projected.times_week, Decimal(DAYS))
        evening += timedelta(days=1)
