"""What one policy asks of a ledger: which charges surely match, which could, and how to group.

What is unknown (charges whose Instance ID fits no layout, charges whose time straddles ``from`` or
``before``, keys that an incomplete inventory doesn't know) is kept apart from what surely matches.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from govern.model.finding import Subject
from govern.model.policy import Policy
from govern.model.words import MONEY_MEASURES

PERIOD = {
    "month": "month",
    "day": "strftime(first, '%Y-%m-%d')",
    "week": "strftime(date_trunc('week', first), '%Y-%m-%d')",
    "total": "''",
}

#: The values a group is grouped by, its period, and its unit (a currency for money).
Key = tuple[tuple[str | None, ...], str, str]


class Asked:
    """A policy's charges as clauses. ``certain`` match; ``straddling`` and ``unparsed`` could.

    A straddling charge has its own subject; an unparsed one may be any subject's.
    """

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
            clause &= Clause("unit = ?", (self.policy.limits[0].unit,))
        return clause

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
