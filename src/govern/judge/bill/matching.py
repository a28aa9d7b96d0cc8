"""``where``, ``from`` and ``before`` as conditions on the ledger.

Patterns are matched in Python against the distinct values of a column, so that there is one
meaning of a wildcard; the engine only compares values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from govern.ledger.ledger import Ledger
from govern.model.policy import Condition, Policy
from govern.model.words import INVENTORY_COLUMNS, PART_COLUMNS

#: Where a charge's time ends at the latest; a cell with seconds is exact.
END = (
    "last + CASE width WHEN 'month' THEN INTERVAL 1 MONTH WHEN 'day' THEN INTERVAL 1 DAY "
    "WHEN 'hour' THEN INTERVAL 1 HOUR WHEN 'minute' THEN INTERVAL 1 MINUTE "
    "ELSE INTERVAL 1 MICROSECOND END"
)


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
            rows = self._ledger.query(
                f"SELECT DISTINCT {column} FROM ledger "
                f"WHERE kind = 'charge' AND {column} IS NOT NULL"
            )
            self._known[column] = frozenset(str(row[0]) for row in rows)
        return self._known[column]

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


@dataclass(frozen=True)
class Clause:
    """A condition in SQL with the values it compares; it stands in brackets of its own.

    ``~clause`` holds of exactly the charges that ``clause`` doesn't hold of, one of which it can't
    be told (NULL) among them.
    """

    sql: str
    parameters: tuple[object, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "sql", f"({self.sql})")

    def __and__(self, other: Clause) -> Clause:
        return Clause(f"{self.sql} AND {other.sql}", self.parameters + other.parameters)

    def __or__(self, other: Clause) -> Clause:
        return Clause(f"{self.sql} OR {other.sql}", self.parameters + other.parameters)

    def __invert__(self) -> Clause:
        return Clause(f"{self.sql} IS NOT TRUE", self.parameters)

    @staticmethod
    def any(clauses: Iterable[Clause]) -> Clause:
        """At least one of them, however many: no bracket inside another."""
        every = list(clauses)
        return Clause(
            " OR ".join(one.sql for one in every) or "false",
            tuple(value for one in every for value in one.parameters),
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
    return value_clause(column, matching, absent=absent, excludes=condition.excludes)


def value_clause(sql: str, values: Sequence[str], *, absent: bool, excludes: bool) -> Clause:
    """Whether an expression has one of ``values``, or, with ``absent``, no value; never NULL.

    Absence is asked for by itself: what the engine's list functions make of NULL or of an empty
    list has changed between its releases.
    """
    told = f"CASE WHEN ({sql}) IS NULL THEN {str(absent).lower()} "
    told += f"ELSE list_contains(?::VARCHAR[], {sql}) END"
    clause = Clause(told, (list(values),))
    return ~clause if excludes else clause


def same(column: str, value: object) -> Clause:
    """Whether a column has this very value; None stands for none."""
    return Clause(f"{column} IS NOT DISTINCT FROM ?", (value,))


def perhaps_in(region_id: str) -> Clause:
    """Charges of a region, and those of which no region is known."""
    return Clause("region_id IS NULL OR region_id IN ('', ?)", (region_id,))


def where_clause(conditions: Iterable[Condition], values: Values) -> Clause:
    clause = Clause("kind = 'charge'")
    for condition in conditions:
        clause &= condition_clause(condition, values)
    return clause


@dataclass(frozen=True)
class Window:
    """``from`` and ``before`` on the bill clock, as three clauses that exclude each other."""

    start: datetime | None
    end: datetime | None

    @property
    def inside(self) -> Clause:
        clause = Clause("true")
        if self.start:
            clause &= Clause("first >= ?", (self.start,))
        if self.end:
            clause &= Clause(f"{END} <= ?", (self.end,))
        return clause

    @property
    def straddling(self) -> Clause:
        """Neither surely inside nor surely outside."""
        outside = Clause("false")
        if self.start:
            outside |= Clause(f"{END} <= ?", (self.start,))
        if self.end:
            outside |= Clause("first >= ?", (self.end,))
        return ~self.inside & ~outside


def window_of(policy: Policy, ledger: Ledger) -> Window:
    return Window(
        policy.start.on(ledger.clock) if policy.start else None,
        policy.end.on(ledger.clock) if policy.end else None,
    )


def is_part(column: str) -> bool:
    """Whether the Instance ID tells the column or leads to it: unknown where its layout is."""
    return column in PART_COLUMNS or column in INVENTORY_COLUMNS


#: Charges that cost nothing each: a group's sum has the sign of each of its rows.
FREE = "coalesce(billed_cost, 0) = 0"

#: Charges of which nothing tells the service: they are ``other`` in every sum.
UNTOLD_SERVICE = "service = 'other'"

#: Inference of which nothing tells the meter: it could be batch inference.
PERHAPS_BATCH = "unparsed AND service = 'inference'"


def perhaps_of_service(service: str) -> Clause:
    """Charges that could be of a service, though nothing tells that they are; never NULL."""
    clause = Clause(UNTOLD_SERVICE)
    return clause | Clause(PERHAPS_BATCH) if service == "batch" else clause


def unknown_clause(policy: Policy) -> Clause:
    """Charges of which something that the policy asks for is told by nothing; never NULL.

    Inference without a known meter counts as inference, which its commodity says; it is unknown to
    a policy that asks for batches and not for it, or that tells services apart.
    """
    asked = {*policy.columns, *(condition.column for condition in policy.where)}
    unknown = Clause("unparsed" if any(map(is_part, asked)) else "false")
    if "service" in asked:
        unknown |= Clause(UNTOLD_SERVICE)
    if "service" in policy.columns or any(map(_only_batch, policy.where)):
        unknown |= Clause(PERHAPS_BATCH)
    return unknown


def possible_clause(condition: Condition, values: Values) -> Clause:
    """What fulfils one line of ``where``, or could where something of it is unknown; never NULL."""
    clause = condition_clause(condition, values)
    if is_part(condition.column):
        clause |= Clause("unparsed")
    if condition.column == "service":
        clause |= Clause(UNTOLD_SERVICE)
        if _only_batch(condition):
            clause |= Clause(PERHAPS_BATCH)
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
