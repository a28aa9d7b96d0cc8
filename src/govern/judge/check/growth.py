"""``growth``: what a subject costs, against what it cost in the period before.

What it cost before counts as at least the policy's ``floor``, so that there is always something to
hold it against. The first period that a payer's bills show has none before it: it is only held
against.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from govern.judge.bill.horizon import Horizon, Span
from govern.judge.check.asked import Asked, Key
from govern.judge.check.figure import Excess, Figure, Figures, above, hundredfold, percent
from govern.judge.check.sight import Sight
from govern.judge.check.unknown import Slack, because, slack
from govern.ledger import query
from govern.model.clock import period_before, period_bounds, period_of
from govern.model.money import EXACT, add, plain
from govern.model.policy import in_unit

Values = tuple[str | None, ...]


def growths(asked: Asked, observed: Mapping[Key, Decimal], sight: Sight) -> Figures:
    """A figure for each group that has a period before it."""
    loose = slack(asked, asked.of_any_subject, by_subject=False)
    own = slack(asked, asked.of_its_subject, by_subject=True)
    earlier = Before(asked, sight)
    if not earlier.any:
        first = f"nothing after {', '.join(earlier.skipped)}" if earlier.skipped else "no charge"
        return Figures((), (f"needs a {asked.policy.every} before: the bill shows {first}",))
    figures = []
    nobody = {key for key, unknown in loose.items() if unknown.amount}
    for key in sorted({*observed, *own, *nobody}, key=str):
        values, period, unit = key
        floor = in_unit(asked.policy.floor, unit)
        if floor is None or earlier.is_first(values, period):
            continue
        before = values, period_before(asked.policy.every, period), unit
        hidden = earlier.hidden(values, period)
        sides = [
            _Side(
                asked.named(place[1]),
                observed.get(place, Decimal(0)),
                own.get(place, Slack()),
                loose.get(((), *place[1:]), Slack()),
            )
            for place in (key, before)
        ]
        figures.append(_figure(key, sides[0], sides[1], floor.amount, hidden))
    return Figures(tuple(figures), (), earlier.remark)


@dataclass(frozen=True)
class _Side:
    """One of the two periods: what a subject surely cost in it, and what could be added."""

    name: str
    cost: Decimal
    own: Slack
    anybody: Slack

    @property
    def most(self) -> Decimal:
        return add([self.cost, self.own.amount, self.anybody.amount])


def _figure(key: Key, now: _Side, before: _Side, floor: Decimal, hidden: str | None) -> Figure:
    """``hidden``: why the period before isn't shown whole; then it bounds nothing."""
    base = max(before.cost, floor)
    growth = percent(EXACT.subtract(now.cost, base), base)
    wording = f"cost {plain(now.cost)} {key[2]}, {plain(growth)}% more than "
    if base > before.cost:
        wording += f"the floor of {plain(base)} {key[2]} ({plain(before.cost)} in {before.name})"
    else:
        wording += f"{plain(base)} {key[2]} in {before.name}"
    unknown = because(now.anybody.plus(before.anybody), now.own.plus(before.own))
    if hidden:
        unknown = f"needs the whole of {before.name}: {hidden}"
    most_base = None if hidden else max(before.most, floor)
    return Figure(key, growth, wording, _excess(now.cost, now.most, base, most_base), unknown)


def _excess(now: Decimal, most_now: Decimal, base: Decimal, most_base: Decimal | None) -> Excess:
    """``most_base``: what it was held against at most; None where the bill doesn't show it."""

    def of(limit: Decimal) -> tuple[Decimal | None, Decimal]:
        allowed = EXACT.add(limit, Decimal(100))
        least = None if most_base is None else above(hundredfold(now), allowed, most_base)
        return least, above(hundredfold(most_now), allowed, base)

    return of


class Before:
    """Which periods have one before them, and whether the bill shows that whole."""

    def __init__(self, asked: Asked, sight: Sight) -> None:
        self._every = asked.policy.every
        self._horizons = sight.horizons
        self._payers = _payers(asked)
        firsts = {self._first(horizon) for horizon in self._horizons.values()}
        self.skipped = [asked.named(period_of(self._every, start)) for start, _ in sorted(firsts)]
        self.any = any(horizon.end > self._first(horizon)[1] for horizon in self._horizons.values())
        self.remark = f"held against, and not judged itself: {', '.join(self.skipped)}"

    def _first(self, horizon: Horizon) -> Span:
        """The first period that can be shown whole."""
        start, end = period_bounds(self._every, period_of(self._every, horizon.start))
        if start < horizon.start:
            return period_bounds(self._every, period_of(self._every, end))
        return start, end

    def _of(self, values: Values, period: str) -> list[Horizon]:
        """The bills of those who pay for a subject in a period."""
        payers = self._payers.get((values, period)) or self._horizons
        return [self._horizons[payer] for payer in payers]

    def is_first(self, values: Values, period: str) -> bool:
        """Whether nothing of the subject's payers could be there before this period."""
        start, _ = period_bounds(self._every, period)
        return all(start < self._first(bill)[1] for bill in self._of(values, period))

    def hidden(self, values: Values, period: str) -> str | None:
        """Why the period before isn't shown whole; None if it is."""
        span = period_bounds(self._every, period_before(self._every, period))
        return next(filter(None, (bill.hidden(*span) for bill in self._of(values, period))), None)


def _payers(asked: Asked) -> dict[tuple[Values, str], list[str | None]]:
    """Who pays for a subject in a period."""
    rows = query.ask(
        asked.ledger,
        (*asked.policy.columns, asked.period, "billing_account_id"),
        (),
        (asked.certain | asked.of_its_subject) & asked.measurable(),
    )
    payers: dict[tuple[Values, str], list[str | None]] = {}
    for *values, period, payer in rows:
        payers.setdefault((tuple(values), period), []).append(payer)
    return payers
