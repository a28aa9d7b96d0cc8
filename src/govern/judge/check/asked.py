"""What one policy asks of a ledger: which charges surely match, which could, and how to group.

What is unknown (charges whose Instance ID fits no layout or whose service nothing tells, charges
whose time straddles ``from`` or ``before``, keys and workspaces that nobody listed where nobody saw
everything) is kept apart from what surely matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from govern.judge.bill.matching import (
    Values,
    inventory_columns,
    possible_clause,
    unknown_clause,
    where_clause,
    window_of,
)
from govern.ledger import query
from govern.ledger.clauses import EVERYTHING, MONTHLY, Clause, Column, same, unnamed
from govern.ledger.ledger import Ledger
from govern.model.directory import Directory
from govern.model.finding import Subject
from govern.model.policy import Condition, Policy
from govern.model.words import INVENTORY_COLUMNS

#: What a subject has besides the values it is grouped by, where all its charges share it.
SHARED = ("workspace_id", "region_id", "sub_account_id")

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
        self.measure = policy.measure
        self.values = values
        self.names = inventory_columns(policy)
        window = window_of(policy, ledger)
        around = window.inside | window.straddling
        untold = values.occurring(unknown_clause(policy))
        told = ~untold
        possible = _perhaps(policy.where, values) & around
        self.untold = possible & untold
        listed = where_clause(policy.where, values) & told & ~unnamed(self.names)
        self.certain = listed & window.inside
        self.straddling = listed & window.straddling
        unlisted = possible & told & unnamed(self.names)
        subject = [column for column in self.names if column in policy.columns]
        self.unlisted = unlisted & ~unnamed(subject)
        self.nameless = unlisted & unnamed(subject)

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

    @property
    def period(self) -> Column:
        return query.PERIODS[self.policy.every]

    @property
    def unit(self) -> Column:
        if self.measure.counted:
            return query.constant(self.measure.units[0])
        return query.column(self.measure.unit_column)

    @property
    def keys(self) -> Sequence[str | Column]:
        """What tells the policy's groups apart."""
        return *self.policy.columns, self.period, self.unit

    def key(self, row: Sequence[Any]) -> Key:
        count = len(self.policy.columns)
        return tuple(row[:count]), row[count], row[count + 1]

    def measurable(self) -> Clause:
        """Charges that have the policy's measure, and a place in its periods."""
        clause = EVERYTHING
        if self.by_day:
            clause &= ~MONTHLY
        if self.measure.of_one_unit:
            clause &= same(self.unit, self.policy.limits[0].unit)
        return clause

    @property
    def by_day(self) -> bool:
        """Whether a charge that is known to its month only can't be placed."""
        return self.policy.every in ("day", "week") or self.measure.by_day

    def named(self, period: str) -> str:
        """A period in words."""
        words = {"total": "the bill", "week": f"the week of {period}"}
        return words.get(self.policy.every, period)

    def count(self, clause: Clause) -> int:
        return query.count(self.ledger, clause)

    def subject(
        self, values: tuple[str | None, ...], shared: tuple[str | None, ...] | None = None
    ) -> Subject:
        """``shared``: workspace, region and account of all its charges; else what its own values
        tell of them."""
        told = dict(zip(self.policy.columns, values, strict=False))
        workspace, region, account = shared or (told.get(column) for column in SHARED)
        return Subject(
            kind=self.policy.subject_kind,
            values=tuple(told.items()),
            workspace_id=workspace,
            region_id=region,
            sub_account_id=account,
        )


def matched(ledger: Ledger, policies: Iterable[Policy], directory: Directory) -> dict[str, Clause]:
    """By policy: the charges that surely match it, whenever they were made.

    The ledger must have been judged by these policies, so that it has the names of the inventory.
    """
    values = Values(ledger, directory.words if directory else None)
    return {
        policy.id: where_clause(policy.where, values)
        & ~unknown_clause(policy)
        & ~unnamed(inventory_columns(policy))
        for policy in policies
    }


def _perhaps(where: Iterable[Condition], values: Values) -> Clause:
    """``where``, and what could match it if the bill or the inventory told more."""
    clause = where_clause((), values)
    for condition in where:
        clause &= perhaps(condition, values)
    return clause


def perhaps(condition: Condition, values: Values) -> Clause:
    """What fulfils one line of ``where``, or could if the bill or the inventory told more."""
    clause = possible_clause(condition, values)
    if condition.column in INVENTORY_COLUMNS:
        clause |= unnamed([condition.column])
    return clause
