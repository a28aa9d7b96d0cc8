"""What one policy asks of a ledger: which charges surely match, which could, and how to group.

What is unknown (charges whose Instance ID fits no layout or whose service nothing tells, charges
whose time straddles ``from`` or ``before``, keys and workspaces that nobody listed where nobody saw
everything) is kept apart from what surely matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from govern.judge.bill.matching import (
    Clause,
    Values,
    inventory_columns,
    possible_clause,
    same,
    unknown_clause,
    where_clause,
    window_of,
)
from govern.ledger.ledger import Ledger
from govern.model.finding import Subject
from govern.model.policy import Condition, Policy
from govern.model.words import INVENTORY_COLUMNS, MONEY_MEASURES

PERIOD = {
    "month": "month",
    "day": "strftime(first, '%Y-%m-%d')",
    "week": "strftime(date_trunc('week', first), '%Y-%m-%d')",
    "total": "''",
}

#: The values a group is grouped by, its period, and its unit (a currency for money).
Key = tuple[tuple[str | None, ...], str, str]


class Asked:
    """A policy's charges as clauses that exclude each other; only ``certain`` ones surely match.

    ``straddling`` and ``unlisted`` ones have a known subject; ``untold`` and ``nameless`` ones may
    be any subject's, since nothing tells their Instance ID's parts or their service, or nobody
    listed them in an inventory that doesn't show everything.
    """

    def __init__(self, ledger: Ledger, policy: Policy, values: Values) -> None:
        self.ledger = ledger
        self.policy = policy
        self.money = policy.measure in MONEY_MEASURES
        self.names = inventory_columns(policy)
        window = window_of(policy, ledger)
        around = window.inside | window.straddling
        untold = unknown_clause(policy)
        told = ~untold
        possible = _perhaps(policy.where, values) & around
        self.untold = possible & untold
        listed = where_clause(policy.where, values) & told & _none_of(self.names)
        self.certain = listed & window.inside
        self.straddling = listed & window.straddling
        unlisted = possible & told & _any_of(self.names)
        subject = [column for column in self.names if column in policy.columns]
        self.unlisted = unlisted & _none_of(subject)
        self.nameless = unlisted & _any_of(subject)

    @property
    def of_any_subject(self) -> Clause:
        return self.untold | self.nameless

    @property
    def of_its_subject(self) -> Clause:
        return self.straddling | self.unlisted

    @property
    def possible(self) -> Clause:
        """Everything that matches, or could."""
        return self.certain | self.of_its_subject | self.of_any_subject

    def keys(self) -> str:
        return "".join(f"{column}, " for column in self.policy.columns)

    def unit(self) -> str:
        return {"usage": "unit", "charges": "'charges'"}.get(
            self.policy.measure, "billing_currency"
        )

    def key(self, row: Sequence[Any]) -> Key:
        count = len(self.policy.columns)
        return tuple(row[:count]), row[count], row[count + 1]

    def by_key(self) -> str:
        return ", ".join(str(at + 1) for at in range(len(self.policy.columns) + 2))

    def measurable(self) -> Clause:
        """Charges that have the policy's measure, and a place in its periods."""
        clause = Clause("true")
        if self.policy.every in ("day", "week"):
            clause &= Clause("width <> 'month'")
        if self.policy.measure == "usage":
            clause &= same("unit", self.policy.limits[0].unit)
        return clause

    def without_unit(self) -> Clause:
        """Charges whose usage could be of any unit, since none stands beside it."""
        return Clause("(unit IS NULL OR unit = '') AND usage IS NOT NULL AND usage > 0")

    def count(self, clause: Clause) -> int:
        rows = self.ledger.query(
            f"SELECT coalesce(sum(charges), 0)::BIGINT FROM ledger WHERE {clause.sql}",
            clause.parameters,
        )
        return int(rows[0][0])

    def subject(
        self, values: tuple[str | None, ...], shared: tuple[str | None, ...] = (None, None, None)
    ) -> Subject:
        return Subject(
            kind=self.policy.subject_kind,
            values=tuple(zip(self.policy.columns, values, strict=True)),
            workspace_id=shared[0],
            region_id=shared[1],
            sub_account_id=shared[2],
        )


def _any_of(names: Sequence[str]) -> Clause:
    """Charges for which an inventory with a fuller view could have one of these columns."""
    if not names:
        return Clause("false")
    return Clause("list_has_any(unnamed, ?::VARCHAR[])", (list(names),))


def _none_of(names: Sequence[str]) -> Clause:
    return ~_any_of(names)


def _perhaps(where: Iterable[Condition], values: Values) -> Clause:
    """``where``, and what could match it if the bill or the inventory told more."""
    clause = where_clause((), values)
    for condition in where:
        known = possible_clause(condition, values)
        if condition.column in INVENTORY_COLUMNS:
            known |= _any_of([condition.column])
        clause &= known
    return clause
