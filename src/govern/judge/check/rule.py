"""One policy against the ledger: the groups that surely break it.

``observed`` are the charges that surely match; what could change the verdict is asked apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from govern.judge.check.asked import SHARED, Asked, Key
from govern.judge.check.figure import Figure, Figures
from govern.judge.check.figures import figures_of
from govern.judge.check.sight import Sight
from govern.judge.check.undecided import undecided
from govern.ledger import query
from govern.ledger.clauses import FREE, another, same
from govern.ledger.ledger import Ledger
from govern.model.clock import coarsest, period_bounds
from govern.model.finding import Subject
from govern.model.money import EXACT
from govern.model.policy import Limit, Policy


@dataclass(frozen=True)
class Breach:
    """A subject in a period whose measure is strictly above its limit.

    ``key`` names its group.
    ``first_charge`` and ``last_charge`` are naive, and known to ``width``. ``playground``: all its
    charges are the console Playground's. ``free`` of its ``charges`` cost nothing. ``wording``:
    what was observed in words, where that is no plain sum; ``observed`` is rounded up then. One
    without a charge in the period has neither first nor last. ``interval``: between what an
    estimate probably lies.
    """

    key: Key
    subject: Subject
    start: datetime
    end: datetime
    observed: Decimal
    limit: Limit
    charges: int
    other_units: int
    costs: tuple[tuple[str, Decimal], ...]
    first_charge: datetime | None
    last_charge: datetime | None
    width: str
    playground: bool
    free: int = 0
    wording: str = ""
    interval: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True)
class Verdict:
    """What one policy found. ``undecided`` says why the policy couldn't be decided, if so.

    ``free`` of the ``matched`` charges cost nothing. ``remark``: what was not asked.
    ``at_limit``: whether a subject is exactly at its limit, which it doesn't break.
    """

    matched: int
    free: int
    breaches: tuple[Breach, ...]
    undecided: str | None
    remark: str | None = None
    at_limit: bool = False


@dataclass(frozen=True)
class _Group:
    """The sums behind one key. ``shared``: workspace, region and account where there is one."""

    observed: Decimal
    charges: int
    costs: tuple[tuple[str, Decimal], ...]
    first: datetime | None
    last: datetime | None
    width: str
    playground: bool
    free: int
    shared: tuple[str | None, ...]

    def plus(self, other: _Group) -> _Group:
        """With what the same subject spent in another currency."""
        alike = zip(self.shared, other.shared, strict=True)
        return _Group(
            observed=EXACT.add(self.observed, other.observed),
            charges=self.charges + other.charges,
            costs=(*self.costs, *other.costs),
            first=min(filter(None, (self.first, other.first)), default=None),
            last=max(filter(None, (self.last, other.last)), default=None),
            width=coarsest([self.width, other.width]),
            playground=self.playground and other.playground,
            free=self.free + other.free,
            shared=tuple(one if one == another else None for one, another in alike),
        )


class Rule:
    """One policy over one ledger."""

    def __init__(self, ledger: Ledger, policy: Policy, sight: Sight) -> None:
        self.ledger = ledger
        self.policy = policy
        self.sight = sight
        self.asked = Asked(ledger, policy, sight.values)

    def verdict(self) -> Verdict:
        """Apply the policy to the whole bill."""
        groups = self._groups()
        observed = {key: group.observed for key, group in groups.items()}
        figures = figures_of(self.asked, observed, self.sight)
        wanted = [query.charges(), query.charges(FREE)]
        matched, free = query.ask_all(self.ledger, wanted, self.asked.certain)
        return Verdict(
            matched,
            free,
            tuple(self._above(groups, figures) if figures else self._breaches(groups)),
            undecided(self.asked, observed, figures),
            figures.remark if figures else None,
            self._at_limit(observed, figures),
        )

    def _at_limit(self, observed: Mapping[Key, Decimal], figures: Figures | None) -> bool:
        if figures is None:
            return any(
                limit and limit.amount == sure
                for key, sure in observed.items()
                for limit in [self._limit(key)]
            )
        return any(
            limit and set(figure.excess(limit.amount)) == {Decimal(0)}
            for figure in figures.figures
            # Nobody knows the subject of one without values.
            if len(figure.key[0]) == len(self.policy.columns)
            for limit in [self._limit(figure.key)]
        )

    def _limit(self, key: Key) -> Limit | None:
        return self.policy.limit_of(self.asked.subject(key[0]).id, key[2])

    def breaches(self) -> tuple[Breach, ...]:
        """The groups that surely break the policy, without the rest of the verdict."""
        groups = self._groups()
        observed = {key: group.observed for key, group in groups.items()}
        figures = figures_of(self.asked, observed, self.sight)
        return tuple(self._above(groups, figures) if figures else self._breaches(groups))

    def earliest(self, most: int) -> dict[Key, list[tuple[int, int]]]:
        """The ledger groups where each subject's charges begin, at most ``most`` of each.

        Each comes with its number of charges.
        """
        rows = query.first_of_each(
            self.ledger,
            self.asked.keys,
            ("id", "charges"),
            self.asked.certain & self.asked.measurable(),
            order=query.EARLIEST,
            most=most,
        )
        found: dict[Key, list[tuple[int, int]]] = {}
        for row in rows:
            found.setdefault(self.asked.key(row), []).append((row[-2], row[-1]))
        return found

    def _groups(self) -> dict[Key, _Group]:
        """The sums of each subject in each period, per unit."""
        rows = query.ask(
            self.ledger,
            (*self.asked.keys, "billing_currency"),
            (
                query.total(self.policy.measure.column),
                query.total("billed_cost"),
                query.charges(),
                query.least("first"),
                query.greatest("last"),
                query.texts("width"),
                query.every(same("channel", "bmp")),
                query.charges(FREE),
                *(query.shared(column) for column in SHARED),
            ),
            self.asked.certain & self.asked.measurable(),
        )
        found: dict[Key, _Group] = {}
        for row in rows:
            key = self.asked.key(row)
            group = _group(row[len(self.asked.keys) :])
            found[key] = found[key].plus(group) if key in found else group
        return found

    def _breaches(self, groups: dict[Key, _Group]) -> Iterable[Breach]:
        for key, group in groups.items():
            subject = self.asked.subject(key[0], group.shared)
            limit = self.policy.limit_of(subject.id, key[2])
            if limit and group.observed > limit.amount:
                yield self._breach(key, group, subject, limit)

    def _above(self, groups: dict[Key, _Group], figures: Figures) -> Iterable[Breach]:
        """Groups whose figure is above the limit, whatever is unknown."""
        for figure in figures.figures:
            if len(figure.key[0]) < len(self.policy.columns):
                continue
            group = groups.get(figure.key) or self._uncharged(figure.key)
            subject = self.asked.subject(figure.key[0], group.shared)
            limit = self.policy.limit_of(subject.id, figure.key[2])
            if limit and figure.above(limit.amount):
                yield self._breach(figure.key, group, subject, limit, figure)

    def _breach(
        self, key: Key, group: _Group, subject: Subject, limit: Limit, figure: Figure | None = None
    ) -> Breach:
        start, end = self._bounds(key[1])
        return Breach(
            key=key,
            subject=subject,
            start=start,
            end=end,
            observed=figure.shown if figure else group.observed,
            limit=limit,
            charges=group.charges,
            other_units=self._other_units(key),
            costs=group.costs,
            first_charge=group.first,
            last_charge=group.last,
            width=group.width,
            playground=group.playground,
            free=group.free,
            wording=figure.wording if figure else "",
            interval=figure.interval if figure else None,
        )

    def _uncharged(self, key: Key) -> _Group:
        """A subject without a charge in the period; what its own columns tell is shared."""
        subject = self.asked.subject(key[0])
        costs = ((key[2], Decimal(0)),) if self.policy.measure.money else ()
        shared = (subject.workspace_id, subject.region_id, subject.sub_account_id)
        zero = Decimal(0)
        return _Group(zero, 0, costs, None, None, "second", False, 0, shared)

    def _bounds(self, period: str) -> tuple[datetime, datetime]:
        if self.policy.every != "total":
            return period_bounds(self.policy.every, period)
        first, last = query.ask_all(self.ledger, [query.least("first"), query.greatest("last")])
        day_after = last.date() + timedelta(days=1)
        return datetime.combine(first.date(), time()), datetime.combine(day_after, time())

    def _other_units(self, key: Key) -> int:
        """How many matching charges of a finding's subject are in another unit than its own."""
        if not self.policy.measure.of_one_unit:
            return 0
        clause = self.asked.certain & another(self.policy.measure.unit_column, key[2])
        for column, value in zip(self.policy.columns, key[0], strict=True):
            clause &= same(column, value)
        return self.asked.count(clause & same(self.asked.period, key[1]))


def _group(row: Sequence[Any]) -> _Group:
    currency, observed, cost, charges, first, last, widths, playground, free, *shared = row
    workspace, region, account = shared
    return _Group(
        observed=Decimal(observed or 0),
        charges=charges,
        costs=((currency, cost),),
        first=first,
        last=last,
        width=coarsest(widths),
        playground=playground,
        free=free,
        shared=(workspace, region, account),
    )
