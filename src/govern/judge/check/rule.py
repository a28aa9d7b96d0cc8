"""One policy against the ledger: the groups that surely break it.

``observed`` are the charges that surely match; what could change the verdict is asked apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from govern.judge.bill.matching import FREE, Clause, Values, same
from govern.judge.check.asked import PERIOD, Asked, Key
from govern.judge.check.undecided import undecided
from govern.ledger.ledger import Ledger
from govern.model.clock import coarsest, period_bounds
from govern.model.finding import Subject
from govern.model.policy import Limit, Policy


@dataclass(frozen=True)
class Breach:
    """A subject in a period whose measure is strictly above its limit.

    ``key`` names its group.
    ``first_charge`` and ``last_charge`` are naive, and known to ``width``. ``playground``: all its
    charges are the console Playground's. ``free`` of its ``charges`` cost nothing.
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
    width: str
    playground: bool
    free: int = 0


@dataclass(frozen=True)
class Verdict:
    """What one policy found. ``undecided`` says why the policy couldn't be decided, if so.

    ``free`` of the ``matched`` charges cost nothing.
    """

    matched: int
    free: int
    breaches: tuple[Breach, ...]
    undecided: str | None


@dataclass(frozen=True)
class _Group:
    """The sums behind one key. ``shared``: workspace, region and account where there is one."""

    observed: Decimal
    charges: int
    costs: tuple[tuple[str, Decimal], ...]
    first: datetime
    last: datetime
    width: str
    playground: bool
    free: int
    shared: tuple[str | None, str | None, str | None]


class Rule:
    """One policy over one ledger."""

    def __init__(self, ledger: Ledger, policy: Policy, values: Values) -> None:
        self.ledger = ledger
        self.policy = policy
        self.asked = Asked(ledger, policy, values)

    def verdict(self) -> Verdict:
        """Apply the policy to the whole bill."""
        groups = self._groups()
        observed = {key: group.observed for key, group in groups.items()}
        return Verdict(
            self.asked.count(self.asked.certain),
            self.asked.count(self.asked.certain & Clause(FREE)),
            tuple(self._breaches(groups)),
            undecided(self.asked, observed),
        )

    def earliest(self, most: int) -> dict[Key, list[tuple[int, int]]]:
        """The ledger groups where each subject's charges begin, at most ``most`` of each.

        Each comes with its number of charges.
        """
        key = f"{self.asked.keys()}{PERIOD[self.policy.every]}, {self.asked.unit()}"
        order = "first, file, billed_cost DESC, id"
        clause = self.asked.certain & self.asked.measurable()
        rows = self.ledger.query(
            f"SELECT {key}, id, charges FROM ledger WHERE {clause.sql} "
            f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) <= ? "
            f"ORDER BY {order}",
            (*clause.parameters, most),
        )
        found: dict[Key, list[tuple[int, int]]] = {}
        for row in rows:
            found.setdefault(self.asked.key(row), []).append((row[-2], row[-1]))
        return found

    def _groups(self) -> dict[Key, _Group]:
        """The sums of each subject in each period, per unit."""
        clause = self.asked.certain & self.asked.measurable()
        rows = self.ledger.query(
            f"""
            SELECT {self.asked.keys()}period, unit_key, coalesce(sum(observed), 0),
                   sum(charges)::BIGINT, min(first), max(last),
                   list(billing_currency ORDER BY billing_currency),
                   list(cost ORDER BY billing_currency), flatten(list(widths)),
                   bool_and(playground), sum(free)::BIGINT,
                   {", ".join(f"list(DISTINCT one_{column})" for column in _SHARED)}
            FROM (
                SELECT {self.asked.keys()}{PERIOD[self.policy.every]} AS period,
                       {self.asked.unit()} AS unit_key, billing_currency,
                       sum({self.policy.measure}) AS observed, sum(billed_cost) AS cost,
                       sum(charges) AS charges, min(first) AS first, max(last) AS last,
                       list(DISTINCT width) AS widths,
                       bool_and(channel IS NOT DISTINCT FROM 'bmp') AS playground,
                       sum(CASE WHEN {FREE} THEN charges ELSE 0 END) AS free,
                       {", ".join(f"{_one(column)} AS one_{column}" for column in _SHARED)}
                FROM ledger WHERE {clause.sql} GROUP BY ALL
            )
            GROUP BY {self.asked.by_key()}
            """,
            clause.parameters,
        )
        return {self.asked.key(row): self._group(row) for row in rows}

    def _group(self, row: Sequence[Any]) -> _Group:
        observed, charges, first, last, currencies, costs, widths, playground, free, *shared = row[
            len(self.policy.columns) + 2 :
        ]
        workspace, region, account = map(_only, shared)
        return _Group(
            observed=Decimal(observed),
            charges=charges,
            costs=tuple(zip(currencies, costs, strict=True)),
            first=first,
            last=last,
            width=coarsest(widths),
            playground=playground,
            free=free,
            shared=(workspace, region, account),
        )

    def _breaches(self, groups: dict[Key, _Group]) -> Iterable[Breach]:
        for key, group in groups.items():
            subject = self.asked.subject(key[0], group.shared)
            limit = self.policy.limit_of(subject.id, key[2])
            if limit is None or group.observed <= limit.amount:
                continue
            start, end = self._bounds(key[1])
            yield Breach(
                key=key,
                subject=subject,
                start=start,
                end=end,
                observed=group.observed,
                limit=limit,
                charges=group.charges,
                other_units=self._other_units(key),
                costs=group.costs,
                first_charge=group.first,
                last_charge=group.last,
                width=group.width,
                playground=group.playground,
                free=group.free,
            )

    def _bounds(self, period: str) -> tuple[datetime, datetime]:
        if self.policy.every != "total":
            return period_bounds(self.policy.every, period)
        rows = self.ledger.query("SELECT min(first), max(last) FROM ledger WHERE kind = 'charge'")
        first, last = rows[0]
        day_after = last.date() + timedelta(days=1)
        return datetime.combine(first.date(), time()), datetime.combine(day_after, time())

    def _other_units(self, key: Key) -> int:
        """How many matching charges of a usage finding's subject are in another unit."""
        if self.policy.measure != "usage":
            return 0
        clause = self.asked.certain & Clause("unit IS NOT NULL AND unit <> ?", (key[2],))
        for column, value in zip(self.policy.columns, key[0], strict=True):
            clause &= same(column, value)
        return self.asked.count(clause & same(PERIOD[self.policy.every], key[1]))


_SHARED = ("workspace_id", "region_id", "sub_account_id")


def _one(column: str) -> str:
    """The value in a list if all rows share it, else an empty list."""
    return (
        f"CASE WHEN count({column}) = 0 THEN [NULL::VARCHAR] "
        f"WHEN count({column}) = count(*) AND min({column}) = max({column}) "
        f"THEN [min({column})] ELSE []::VARCHAR[] END"
    )


def _only(values: list[list[str | None]]) -> str | None:
    """The one value that all currencies of a group share; each entry is [value] or []."""
    if len(values) != 1 or not values[0]:
        return None
    return values[0][0]
