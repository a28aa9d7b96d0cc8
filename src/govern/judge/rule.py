"""One policy against the ledger: what surely breaks it, and what could.

``observed`` are the charges that surely match. What is unknown (charges whose Instance ID fits no
layout, charges whose time straddles ``from`` or ``before``, keys that an incomplete inventory
doesn't know) is added to each subject only to ask
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
    inventory_columns,
    is_part,
    needs_parts,
    where_clause,
    window_of,
)
from govern.ledger.ledger import Ledger
from govern.model.clock import period_bounds
from govern.model.finding import Subject
from govern.model.money import EXACT
from govern.model.policy import Limit, Policy
from govern.model.words import MONEY_MEASURES

_PERIOD = {
    "month": "month",
    "day": "strftime(first, '%Y-%m-%d')",
    "week": "strftime(date_trunc('week', first), '%Y-%m-%d')",
    "total": "''",
}


#: The values a group is grouped by, its period, and its unit (a currency for money).
Key = tuple[tuple[str | None, ...], str, str]


@dataclass(frozen=True)
class Breach:
    """A subject in a period whose measure is strictly above its limit.

    ``key`` names its group.
    ``first_charge`` and ``last_charge`` are naive. ``playground``: all its charges are the
    console Playground's.
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
    playground: bool


@dataclass(frozen=True)
class Verdict:
    """What one policy found. ``undecided`` says why the policy couldn't be decided, if so."""

    matched: int
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
    playground: bool
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
        self.certain = everything & parsed & window.inside
        self.straddling = everything & parsed & window.straddling
        self.unparsed = context & unknown_layout & (window.inside | window.straddling)
        self.names = inventory_columns(policy)
        self.listed = values.inventory is not None
        if self.names and self.listed:
            self._leave_out_unnamed(values)

    def _leave_out_unnamed(self, values: Values) -> None:
        """What the inventory doesn't know may match; its own subject may be any, or known."""
        unnamed = Clause("list_has_any(unnamed, ?::VARCHAR[])", (self.names,))
        known = [c for c in self.policy.where if c.column not in self.names]
        window = window_of(self.policy, self.ledger)
        hidden = (
            where_clause(known, values)
            & Clause("NOT unparsed")
            & unnamed
            & (window.inside | window.straddling)
        )
        named = Clause(f"NOT coalesce({unnamed.sql}, false)", unnamed.parameters)
        self.certain &= named
        self.straddling &= named
        if set(self.names) & set(self.policy.columns):
            self.unparsed |= hidden
        else:
            self.straddling |= hidden

    def verdict(self) -> Verdict:
        """Apply the policy to the whole bill."""
        if self.names and not self.listed:
            return Verdict(0, (), "needs an inventory, and none was given")
        groups = self._groups()
        reasons = [*self._lacking(), *self._no_limit(), *self._undecided(groups)]
        matched = self._count(self.certain)
        return Verdict(matched, tuple(self._breaches(groups)), "; ".join(reasons) or None)

    def earliest(self, most: int) -> dict[Key, list[tuple[int, int]]]:
        """The ledger groups where each subject's charges begin, at most ``most`` of each.

        Each comes with its number of charges.
        """
        key = f"{self._keys()}{_PERIOD[self.policy.every]}, {self._unit()}"
        order = (
            "first, file, billed_cost DESC, instance_id, context_id, odd_numbers, odd_time, last"
        )
        clause = self.certain & self._measurable()
        rows = self.ledger.query(
            f"SELECT {key}, id, charges FROM ledger WHERE {clause.sql} "
            f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {order}) <= ? "
            f"ORDER BY {order}",
            (*clause.parameters, most),
        )
        found: dict[Key, list[tuple[int, int]]] = {}
        for row in rows:
            found.setdefault(self._key(row), []).append((row[-2], row[-1]))
        return found

    # -- SQL that every query of a policy shares --------------------------------------------------

    def _keys(self) -> str:
        return "".join(f"{column}, " for column in self.policy.columns)

    def _unit(self) -> str:
        return {"usage": "unit", "charges": "'charges'"}.get(
            self.policy.measure, "billing_currency"
        )

    def _key(self, row: Sequence[Any]) -> Key:
        count = len(self.policy.columns)
        return tuple(row[:count]), row[count], row[count + 1]

    def _by_key(self) -> str:
        return ", ".join(str(at + 1) for at in range(len(self.policy.columns) + 2))

    def _measurable(self) -> Clause:
        """Charges that have the policy's measure, and a place in its periods."""
        clause = Clause("true")
        if self.policy.every in ("day", "week"):
            clause &= Clause("width <> 'month'")
        if self.policy.measure == "usage":
            clause &= Clause("unit = ?", (self.policy.limits[0].unit,))
        return clause

    def _count(self, clause: Clause) -> int:
        rows = self.ledger.query(
            f"SELECT coalesce(sum(charges), 0)::BIGINT FROM ledger WHERE {clause.sql}",
            clause.parameters,
        )
        return int(rows[0][0])

    # -- what surely matches ----------------------------------------------------------------------

    def _groups(self) -> dict[Key, _Group]:
        """The sums of each subject in each period, per unit."""
        clause = self.certain & self._measurable()
        rows = self.ledger.query(
            f"""
            SELECT {self._keys()}period, unit_key, coalesce(sum(observed), 0),
                   sum(charges)::BIGINT, min(first), max(last),
                   list(billing_currency ORDER BY billing_currency),
                   list(cost ORDER BY billing_currency), bool_and(playground),
                   {", ".join(f"list(DISTINCT one_{column})" for column in _SHARED)}
            FROM (
                SELECT {self._keys()}{_PERIOD[self.policy.every]} AS period,
                       {self._unit()} AS unit_key, billing_currency,
                       sum({self.policy.measure}) AS observed, sum(billed_cost) AS cost,
                       sum(charges) AS charges, min(first) AS first, max(last) AS last,
                       bool_and(coalesce(channel, '') = 'bmp') AS playground,
                       {", ".join(f"{_one(column)} AS one_{column}" for column in _SHARED)}
                FROM ledger WHERE {clause.sql} GROUP BY ALL
            )
            GROUP BY {self._by_key()}
            """,
            clause.parameters,
        )
        return {self._key(row): self._group(row) for row in rows}

    def _group(self, row: Sequence[Any]) -> _Group:
        observed, charges, first, last, currencies, costs, playground, *shared = row[
            len(self.policy.columns) + 2 :
        ]
        workspace, region, account = map(_only, shared)
        return _Group(
            observed=Decimal(observed),
            charges=charges,
            costs=tuple(zip(currencies, costs, strict=True)),
            first=first,
            last=last,
            playground=playground,
            shared=(workspace, region, account),
        )

    def _breaches(self, groups: dict[Key, _Group]) -> Iterable[Breach]:
        for key, group in groups.items():
            subject = self._subject(key[0], group.shared)
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
                playground=group.playground,
            )

    def _subject(
        self, values: tuple[str | None, ...], shared: tuple[str | None, ...] = (None, None, None)
    ) -> Subject:
        return Subject(
            kind=self.policy.subject_kind,
            values=tuple(zip(self.policy.columns, values, strict=True)),
            workspace_id=shared[0],
            region_id=shared[1],
            sub_account_id=shared[2],
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
        clause = self.certain & Clause("unit <> ?", (key[2],))
        for column, value in zip(self.policy.columns, key[0], strict=True):
            clause &= Clause(f"{column} IS NOT DISTINCT FROM ?", (value,))
        return self._count(clause & Clause(f"{_PERIOD[self.policy.every]} = ?", (key[1],)))

    # -- what is unknown --------------------------------------------------------------------------

    def _lacking(self) -> Iterable[str]:
        """What the bill doesn't carry: days, usage, list cost."""
        possible = self.certain | self.straddling | self.unparsed
        if self.policy.every in ("day", "week"):
            monthly = self._count(possible & Clause("width = 'month'"))
            if monthly:
                yield f"needs charges by day; {_count(monthly)} known to the month only"
        if self.policy.measure in ("usage", "list_cost"):
            without = [
                file.number for file in self.ledger.files if self.policy.measure not in file.fields
            ]
            lacking = self._count(
                possible & Clause("list_contains(?::INTEGER[], file)", (without,))
            )
            if without and lacking:
                name = "usage" if self.policy.measure == "usage" else "list cost"
                yield (
                    f"needs the {name}, which the bill doesn't carry for {_count(lacking)[:-4]}"
                    " (export it by billable item)"
                )

    def _no_limit(self) -> Iterable[str]:
        """Currencies of charges that match, or could, and for which the policy has no limit."""
        if not self.money:
            return
        possible = self.certain | self.straddling | self.unparsed
        named = [limit.unit for limit in self.policy.limits]
        clause = possible & Clause("NOT list_contains(?::VARCHAR[], billing_currency)", (named,))
        rows = self.ledger.query(
            f"SELECT DISTINCT billing_currency FROM ledger WHERE {clause.sql} ORDER BY 1",
            clause.parameters,
        )
        if rows:
            names = ", ".join(str(row[0]) for row in rows)
            yield (
                f"matching charges in {names}, for which there is no limit: add one, "
                "or name billing_currency in where"
            )

    def _undecided(self, groups: dict[Key, _Group]) -> Iterable[str]:
        """Whether what is unknown could push a subject over its limit that is below it now."""
        loose = self._slack(self.unparsed, by_subject=False)
        own = self._slack(self.straddling, by_subject=True)
        if not loose and not own:
            return
        nothing = (Decimal(0), 0)
        known = {*groups, *own}
        for values, period, unit in sorted(known, key=str):
            floating, floating_count = loose.get(((), period, unit), nothing)
            mine, count = own.get((values, period, unit), nothing)
            group = groups.get((values, period, unit))
            limit = self.policy.limit_of(self._subject(values).id, unit)
            sure = group.observed if group else Decimal(0)
            if limit and sure <= limit.amount < EXACT.add(sure, EXACT.add(floating, mine)):
                yield self._because(floating_count, count)
                return
        for (_, period, unit), (floating, count) in sorted(loose.items(), key=str):
            if not self.policy.columns and ((), period, unit) in known:
                continue
            limit = (
                self.policy.lowest_limit(unit)
                if self.policy.columns
                else self.policy.limit_of("bill", unit)
            )
            if limit and floating > limit.amount:
                yield self._because(count, 0)
                return

    def _slack(self, unknown: Clause, *, by_subject: bool) -> dict[Key, tuple[Decimal, int]]:
        """Positive sums of the policy's own measure, and counts."""
        keys = self._keys() if by_subject else ""
        clause = unknown & self._measurable()
        rows = self.ledger.query(
            f"SELECT {keys}{_PERIOD[self.policy.every]}, {self._unit()}, "
            f"coalesce(sum(greatest({self.policy.measure}, 0)), 0), sum(charges)::BIGINT "
            f"FROM ledger WHERE {clause.sql} GROUP BY ALL",
            clause.parameters,
        )
        return {(tuple(row[:-4]), row[-4], row[-3]): (Decimal(row[-2]), row[-1]) for row in rows}

    def _because(self, unparsed: int, straddling: int) -> str:
        reasons = []
        names = f" or of which the inventory knows no {' or '.join(self.names)}"
        if unparsed:
            reasons.append(
                f"{unparsed} matching charge{'s have' if unparsed > 1 else ' has'} an Instance ID "
                "of no known layout (instance_ids: in govern.yaml can teach it)"
                + (names if self.names else "")
            )
        if straddling:
            reasons.append(
                f"{_count(straddling)} not known exactly enough to be before or after from/before"
                + (names if self.names else "")
            )
        return f"undecided: {' and '.join(reasons)}, which could break the limit"


def _count(charges: int) -> str:
    return f"{charges} {'charge is' if charges == 1 else 'charges are'}"


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
