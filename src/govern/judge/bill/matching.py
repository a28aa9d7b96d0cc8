"""``where``, ``from`` and ``before`` as conditions on the ledger.

Patterns are matched in Python against the distinct values of a column, so that there is one
meaning of a wildcard; the engine only compares values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from govern.ledger import query
from govern.ledger.clauses import (
    CHARGES,
    NOTHING,
    PERHAPS_BATCH,
    UNPARSED,
    UNTOLD_SERVICE,
    Clause,
    Window,
    has_value,
    known,
)
from govern.ledger.ledger import Ledger
from govern.model.policy import Condition, Policy
from govern.model.words import INVENTORY_COLUMNS, PART_COLUMNS


class Values:
    """The distinct values that the bill's charges have in a column.

    ``inventory``: the values that an inventory knows besides; None where there is none.
    """

    def __init__(
        self, ledger: Ledger, inventory: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        self._ledger = ledger
        self.inventory = inventory
        self._known: dict[str, frozenset[str]] = {}

    def of(self, column: str) -> frozenset[str]:
        if column not in self._known:
            rows = query.ask(self._ledger, [column], (), CHARGES & known(column))
            self._known[column] = frozenset(str(row[0]) for row in rows)
        return self._known[column]

    def occurring(self, clause: Clause) -> Clause:
        """The clause, or none where no charge of the bill meets it: nothing more is asked then."""
        return clause if query.is_any(self._ledger, CHARGES & clause) else NOTHING

    def unmatched(self, conditions: Iterable[Condition]) -> tuple[str, ...]:
        """Literals that occur neither in the bill nor in the inventory: a typo, or long gone."""
        listed = self.inventory or {}
        return tuple(
            dict.fromkeys(
                pattern.text
                for condition in conditions
                if self.inventory is not None or condition.column not in INVENTORY_COLUMNS
                for pattern in condition.patterns
                if pattern.text
                and not pattern.wild
                and pattern.text not in listed.get(condition.column, ())
                and pattern.text not in self.of(condition.column)
            )
        )


def condition_clause(condition: Condition, values: Values) -> Clause:
    """One line of ``where``; never NULL."""
    column = condition.column
    matching = sorted(
        value
        for value in values.of(column)
        if any(pattern.matches(value) for pattern in condition.patterns)
    )
    absent = any(pattern.text is None for pattern in condition.patterns)
    return has_value(column, matching, absent=absent, excludes=condition.excludes)


def where_clause(conditions: Iterable[Condition], values: Values) -> Clause:
    clause = CHARGES
    for condition in conditions:
        clause &= condition_clause(condition, values)
    return clause


def window_of(policy: Policy, ledger: Ledger) -> Window:
    return Window(
        policy.start.on(ledger.clock) if policy.start else None,
        policy.end.on(ledger.clock) if policy.end else None,
    )


def is_part(column: str) -> bool:
    """Whether the Instance ID tells the column or leads to it: unknown where its layout is."""
    return column in PART_COLUMNS or column in INVENTORY_COLUMNS


def unknown_clause(policy: Policy) -> Clause:
    """Charges of which something that the policy asks for is told by nothing; never NULL.

    Inference without a known meter counts as inference, which its commodity says; it is unknown to
    a policy that asks for batches and not for it, or that tells services apart.
    """
    columns = {*policy.columns, *(condition.column for condition in policy.where)}
    unknown = UNPARSED if any(map(is_part, columns)) else NOTHING
    if "service" in columns:
        unknown |= UNTOLD_SERVICE
    if "service" in policy.columns or any(map(_only_batch, policy.where)):
        unknown |= PERHAPS_BATCH
    return unknown


def possible_clause(condition: Condition, values: Values) -> Clause:
    """What fulfils one line of ``where``, or could where something of it is unknown; never NULL."""
    clause = condition_clause(condition, values)
    if is_part(condition.column):
        clause |= UNPARSED
    if condition.column == "service":
        clause |= UNTOLD_SERVICE
        if _only_batch(condition):
            clause |= PERHAPS_BATCH
    return clause


def _only_batch(condition: Condition) -> bool:
    """Whether a line is fulfilled by batch inference and not by other inference."""
    return (
        condition.column == "service"
        and condition.matches("batch")
        and not condition.matches("inference")
    )


def inventory_columns(policy: Policy) -> list[str]:
    """The columns of the policy that only an inventory can fill."""
    named = {*policy.columns, *(condition.column for condition in policy.where)}
    return [column for column in INVENTORY_COLUMNS if column in named]
