"""One policy against the ledger: what surely breaks it, and what could.

``observed`` are the charges that surely match. What is unknown (charges whose Instance ID fits no
layout, charges whose time straddles ``from`` or ``before``) is added to each subject only to ask
whether the verdict could change; if it could, the policy is undecided and ends in ``error``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from govern.judge.matching import (
    Clause,
    Values,
    needs_inventory,
    needs_parts,
    is_part,
    where_clause,
    window_of,
)
from govern.ledger.engine import quoted
from govern.ledger.reading import Ledger
from govern.model.clock import next_month, period_bounds
from govern.model.money import EXACT
from govern.model.policy import Limit, Policy
from govern.model.report import Subject
from govern.model.words import MONEY_MEASURES

_PERIOD = {
    "month": "month",
    "day": "strftime(first, '%Y-%m-%d')",
    "week": "strftime(date_trunc('week', first), '%Y-%m-%d')",
    "total": "''",
}


Key = tuple[tuple[str | None, ...], str, str | None]


@dataclass(frozen=True)
class Breach:
    """A subject in a period whose measure is strictly above its limit.

    ``key`` names its group: the values it is grouped by, the period, and for money the currency.
    ``first_charge`` and ``last_charge`` are naive.
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
    first_charge: datetime
    last_charge: datetime


@dataclass(frozen=True)
class Verdict:
    """What one policy found. ``undecided`` says why the policy couldn't be decided, if so."""

    matched: int
    breaches: tuple[Breach, ...]
    undecided: str | None


@dataclass(frozen=True)
class _Group:
    """The sums of one subject in one period; money measures also per currency (``unit``)."""

    values: tuple[str | None, ...]
    period: str
    unit: str | None
    observed: Decimal
    charges: int
    other_units: int
    costs: tuple[tuple[str, Decimal], ...]
    first: datetime
    last: datetime
    width: str
    shared: tuple[str | None, str | None, str | None]


class Rule:
    """One policy over one ledger."""

    def __init__(self, ledger: Ledger, policy: Policy, values: Values) -> None:
        self.ledger = ledger
        self.policy = policy
        self.money = policy.measure in MONEY_MEASURES
        window = window_of(policy, ledger)
        everything = where_clause(policy.where, values)
        context = where_clause((c for c in policy.where if not is_part(c.column)), values)
        parsed = Clause("NOT unparsed") if needs_parts(policy) else Clause("true")
        unknown_layout = Clause("unparsed") if needs_parts(policy) else Clause("false")
        reachable = Clause(
            f"(({window.inside.sql}) OR ({window.straddling.sql}))",
            window.inside.parameters + window.straddling.parameters,
        )
        self.certain = everything & parsed & window.inside
        self.straddling = everything & parsed & window.straddling
        self.unparsed = context & unknown_layout & reachable

    def verdict(self) -> Verdict:
        """Apply the policy to the whole bill."""
        if needs_inventory(self.policy):
            return Verdict(0, (), "needs an inventory, and none was given")
        matched, widest_month = self._matched()
        if widest_month and self.policy.every in ("day", "week"):
            return Verdict(
                matched, (), f"needs charges by day, and {widest_month} are known to the month only"
            )
        lacking = self._lacking_measure(matched)
        if lacking:
            return Verdict(matched, (), lacking)
        groups = self._groups()
        breaches = tuple(self._breaches(groups))
        return Verdict(matched, breaches, self._no_limit(groups) or self._undecided(groups))

    # -- what surely matches ------------------------------------------------------------------

    def _matched(self) -> tuple[int, int]:
        either = f"(({self.certain.sql}) OR ({self.straddling.sql}) OR ({self.unparsed.sql}))"
        found: list[Any] = self.ledger.query(
            f"SELECT coalesce(sum(charges) FILTER (WHERE {self.certain.sql}), 0)::BIGINT, "
            f"coalesce(sum(charges) FILTER (WHERE width = 'month' AND {either}), 0)::BIGINT FROM ledger",
            (
                *self.certain.parameters,
                *self.certain.parameters,
                *self.straddling.parameters,
                *self.unparsed.parameters,
            ),
        )
        return found[0]

    def _lacking_measure(self, matched: int) -> str | None:
        measure = self.policy.measure
        if measure not in ("usage", "list_cost") or not matched:
            return None
        found: list[Any] = self.ledger.query(
            "SELECT coalesce(sum(charges), 0)::BIGINT FROM ledger "
            f"WHERE {self.certain.sql} AND {measure} IS NULL",
            self.certain.parameters,
        )
        if found[0][0] == matched:
            name = "usage" if measure == "usage" else "list cost"
            return f"needs the {name}, which this bill doesn't carry (export by billable item)"
        return None

    def _groups(self) -> list[_Group]:
        columns = ", ".join(f"{column}" for column in self.policy.columns)
        keys = f"{columns}, " if columns else ""
        numbered = ", ".join(str(at + 1) for at in range(len(self.policy.columns) + 2))
        outer = ", ".join(str(at + 1) for at in range(len(self.policy.columns) + 1))
        measure = f"coalesce(sum({self._measure()}), 0)"
        inner = f"""
            SELECT {keys}{_PERIOD[self.policy.every]} AS period, billing_currency,
                   {measure} AS observed, sum(billed_cost) AS cost,
                   sum(charges)::BIGINT AS charges,
                   {self._other_units()} AS other_units,
                   min(first) AS first, max(last) AS last, {_WIDEST} AS width,
                   {", ".join(f"{_one(column)} AS one_{column}" for column in _SHARED)}
            FROM ledger WHERE {self.certain.sql} GROUP BY {numbered}
        """
        if self.money:
            sql = f"""
                SELECT {keys}period, billing_currency, observed, charges, other_units,
                       [billing_currency], [cost], first, last, width,
                       {", ".join(f"[one_{column}]" for column in _SHARED)}
                FROM ({inner})
            """
        else:
            sql = f"""
                SELECT {keys}period, NULL, sum(observed), sum(charges)::BIGINT,
                       sum(other_units)::BIGINT,
                       list(billing_currency ORDER BY billing_currency),
                       list(cost ORDER BY billing_currency), min(first), max(last), max(width),
                       {", ".join(f"list(DISTINCT one_{column})" for column in _SHARED)}
                FROM ({inner}) GROUP BY {outer}
            """
        return [self._group(row) for row in self.ledger.query(sql, self.certain.parameters)]

    def _measure(self) -> str:
        """The policy's measure of one group; usage counts in the limit's own unit only."""
        if self.policy.measure == "usage":
            return f"CASE WHEN unit = {quoted(self.policy.limits[0].unit)} THEN usage END"
        return self.policy.measure

    def _other_units(self) -> str:
        if self.policy.measure != "usage":
            return "0"
        other = f"usage NOTNULL AND unit IS DISTINCT FROM {quoted(self.policy.limits[0].unit)}"
        return f"coalesce(sum(charges) FILTER (WHERE {other}), 0)::BIGINT"

    def _group(self, row: Sequence[Any]) -> _Group:
        count = len(self.policy.columns)
        period, unit, observed, charges, other, currencies, costs, first, last, width = row[
            count : count + 10
        ]
        shared = [self._only(values) for values in row[count + 10 :]]
        return _Group(
            values=tuple(row[:count]),
            period=period,
            unit=unit,
            observed=Decimal(observed),
            charges=charges,
            other_units=other,
            costs=tuple(zip(currencies, costs, strict=True)),
            first=first,
            last=last,
            width=_WIDTH_NAMES[width],
            shared=(shared[0], shared[1], shared[2]),
        )

    @staticmethod
    def _only(values: list[list[str | None]]) -> str | None:
        """The one value that all rows of a group share, or None. Each entry is [value] or []."""
        known = {tuple(value) if value is not None else () for value in values}
        if len(known) != 1:
            return None
        (only,) = known
        return only[0] if only else None

    # -- limits ---------------------------------------------------------------------------------

    def _limit(self, limits: Iterable[Limit], unit: str | None) -> Limit | None:
        return next((limit for limit in limits if not self.money or limit.unit == unit), None)

    def _subject_limit(self, group: _Group) -> Limit | None:
        return self._limit(self.policy.limits_of(self._subject(group).id), group.unit)

    def _lowest_limit(self, unit: str | None) -> Limit | None:
        """What a subject that isn't known yet could be held to."""
        every = [self.policy.limits, *(limits for _, limits in self.policy.limit_for)]
        found = [limit for limits in every if (limit := self._limit(limits, unit))]
        return min(found, key=lambda limit: limit.amount) if found else None

    def _subject(self, group: _Group) -> Subject:
        workspace, region, account = group.shared
        return Subject(
            kind=self.policy.subject_kind,
            values=tuple(zip(self.policy.columns, group.values, strict=True)),
            workspace_id=workspace,
            region_id=region,
            sub_account_id=account,
        )

    def _breaches(self, groups: Iterable[_Group]) -> Iterable[Breach]:
        for group in groups:
            limit = self._subject_limit(group)
            if limit is None or group.observed <= limit.amount:
                continue
            start, end = self._bounds(group)
            yield Breach(
                key=(group.values, group.period, group.unit),
                subject=self._subject(group),
                start=start,
                end=end,
                observed=group.observed,
                limit=limit,
                charges=group.charges,
                other_units=group.other_units,
                costs=group.costs,
                first_charge=group.first,
                last_charge=group.last,
            )

    def _bounds(self, group: _Group) -> tuple[datetime, datetime]:
        if self.policy.every != "total":
            return period_bounds(self.policy.every, group.period)
        start = datetime.combine(group.first.date(), time())
        if group.width == "month":
            return start, next_month(group.last)
        return start, datetime.combine(group.last.date() + timedelta(days=1), time())

    def earliest(self, most: int) -> dict[Key, list[tuple[int, int]]]:
        """The ledger groups where each subject's charges begin, at most ``most`` of each.

        Each comes with its number of charges.
        """
        columns = [*self.policy.columns, _PERIOD[self.policy.every]]
        columns.append("billing_currency" if self.money else "NULL::VARCHAR")
        rows: list[Any] = self.ledger.query(
            f"SELECT {', '.join(columns)}, id, charges FROM ledger WHERE {self.certain.sql} "
            f"QUALIFY row_number() OVER (PARTITION BY {', '.join(columns)} ORDER BY first, file, "
            "billed_cost DESC, instance_id, context, odd_numbers, odd_time, last) <= ? "
            "ORDER BY first, file, billed_cost DESC, instance_id, context, odd_numbers, odd_time",
            (*self.certain.parameters, most),
        )
        found: dict[Key, list[tuple[int, int]]] = {}
        count = len(self.policy.columns)
        for row in rows:
            key = tuple(row[:count]), row[count], row[count + 1]
            found.setdefault(key, []).append((row[count + 2], row[count + 3]))
        return found

    # -- what is unknown ------------------------------------------------------------------------

    def _no_limit(self, groups: Iterable[_Group]) -> str | None:
        """Matching charges in a currency for which the policy has no limit."""
        if not self.money:
            return None
        currencies = {group.unit for group in groups if self._subject_limit(group) is None}
        if not currencies:
            return None
        names = ", ".join(sorted(str(currency) for currency in currencies))
        return (
            f"matching charges in {names}, for which there is no limit: add one, "
            "or name billing_currency in where"
        )

    def _undecided(self, groups: Sequence[_Group]) -> str | None:
        unparsed = self._slack(self.unparsed, ())
        straddling = self._slack(self.straddling, self.policy.columns)
        if not unparsed and not straddling:
            return None
        observed = {(group.values, group.period, group.unit): group for group in groups}
        periods = {(period, unit) for _, period, unit in (*observed, *unparsed, *straddling)}
        for period, unit in sorted(periods, key=str):
            loose, loose_count = unparsed.get(((), period, unit), (Decimal(0), 0))
            here = {key[0] for key in (*observed, *straddling) if key[1:] == (period, unit)}
            for values in here:
                group = observed.get((values, period, unit))
                own, own_count = straddling.get((values, period, unit), (Decimal(0), 0))
                limit = self._limit(self._limits_for(values), unit)
                sure = group.observed if group else Decimal(0)
                if self._could(sure, EXACT.add(loose, own), loose_count + own_count, limit):
                    return _because(loose_count, own_count)
            if loose_count and self._could(Decimal(0), loose, loose_count, self._lowest_limit(unit)):
                return _because(loose_count, 0)
        return None

    def _limits_for(self, values: tuple[str | None, ...]) -> tuple[Limit, ...]:
        subject = Subject(
            self.policy.subject_kind, tuple(zip(self.policy.columns, values, strict=True))
        )
        return self.policy.limits_of(subject.id)

    def _could(self, sure: Decimal, more: Decimal, count: int, limit: Limit | None) -> bool:
        """Whether what is unknown could turn a subject that passes into one that doesn't."""
        if not count:
            return False
        if limit is None:
            return True
        return sure <= limit.amount < EXACT.add(sure, more)

    def _slack(
        self, unknown: Clause, columns: Sequence[str]
    ) -> dict[Key, tuple[Decimal, int]]:
        """Positive sums of the policy's own measure and counts, by subject, period and unit."""
        keys = "".join(f"{column}, " for column in columns)
        unit = "billing_currency" if self.money else "NULL::VARCHAR"
        numbered = ", ".join(str(at + 1) for at in range(len(columns) + 2))
        rows: list[Any] = self.ledger.query(
            f"SELECT {keys}{_PERIOD[self.policy.every]}, {unit}, "
            f"coalesce(sum(greatest({self._measure()}, 0)), 0), sum(charges)::BIGINT "
            f"FROM ledger WHERE {unknown.sql} GROUP BY {numbered}",
            unknown.parameters,
        )
        count = len(columns)
        return {
            (tuple(row[:count]), row[count], row[count + 1]): (
                Decimal(row[count + 2]),
                row[count + 3],
            )
            for row in rows
        }


def _because(unparsed: int, straddling: int) -> str:
    reasons = []
    if unparsed:
        reasons.append(
            f"{unparsed} matching charge{'s have' if unparsed > 1 else ' has'} an Instance ID "
            "of no known layout (instance_ids: in govern.yaml can teach it)"
        )
    if straddling:
        reasons.append(
            f"{straddling} charge{'s are' if straddling > 1 else ' is'} not known exactly enough "
            "to be before or after from/before"
        )
    return f"undecided: {' and '.join(reasons)}, which could break the limit"


_SHARED = ("workspace_id", "region_id", "sub_account_id")
_WIDTH_NAMES = ("second", "minute", "day", "month")
_WIDEST = "max(CASE width WHEN 'month' THEN 3 WHEN 'day' THEN 2 WHEN 'minute' THEN 1 ELSE 0 END)"


def _one(column: str) -> str:
    """The value as a list of one if all rows share it, else an empty list."""
    return (
        f"CASE WHEN count({column}) = 0 THEN [NULL::VARCHAR] "
        f"WHEN count({column}) = count(*) AND min({column}) = max({column}) THEN [min({column})] "
        "ELSE []::VARCHAR[] END"
    )


