"""Which charges: conditions on the ledger, to be combined with ``&``, ``|`` and ``~``.

With ``query.py`` the only place outside of which nothing speaks SQL: whoever judges says *which*
charges and *what* of them in the words of these two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

#: Where a charge's time ends at the latest; a cell with seconds is exact.
END = (
    "last + CASE width WHEN 'month' THEN INTERVAL 1 MONTH WHEN 'day' THEN INTERVAL 1 DAY "
    "WHEN 'hour' THEN INTERVAL 1 HOUR WHEN 'minute' THEN INTERVAL 1 MINUTE "
    "ELSE INTERVAL 1 MICROSECOND END"
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
        if NOTHING in (self, other):
            return NOTHING
        if EVERYTHING in (self, other):
            return other if self == EVERYTHING else self
        return Clause(f"{self.sql} AND {other.sql}", self.parameters + other.parameters)

    def __or__(self, other: Clause) -> Clause:
        if EVERYTHING in (self, other):
            return EVERYTHING
        if NOTHING in (self, other):
            return other if self == NOTHING else self
        return Clause(f"{self.sql} OR {other.sql}", self.parameters + other.parameters)

    def __invert__(self) -> Clause:
        if self in (NOTHING, EVERYTHING):
            return EVERYTHING if self == NOTHING else NOTHING
        return Clause(f"{self.sql} IS NOT TRUE", self.parameters)

    @staticmethod
    def any(clauses: Iterable[Clause]) -> Clause:
        """At least one of them, however many: no bracket inside another."""
        every = list(clauses)
        return Clause(
            " OR ".join(one.sql for one in every) or "false",
            tuple(value for one in every for value in one.parameters),
        )


@dataclass(frozen=True)
class Column:
    """A column of the ledger, or what is made of some, in the engine's words."""

    sql: str

    def __str__(self) -> str:
        return self.sql


EVERYTHING = Clause("true")
NOTHING = Clause("false")

#: Model Studio's rows; all that could be read; the others.
CHARGES = Clause("kind = 'charge'")
OF_ANY_PRODUCT = Clause("kind IN ('charge', 'other')")
OTHER_PRODUCTS = Clause("kind = 'other'")
REJECTED = Clause("kind = 'rejected'")
TOTALS_ROWS = Clause("kind = 'totals'")

#: Usage, which is what a stop ends; corrections and refunds may still come.
USAGE = Clause("charge_category = 'usage'")
PURCHASES = Clause("charge_category = 'purchase'")

#: Charges that cost nothing each: a group's sum has the sign of each of its rows.
FREE = Clause("coalesce(billed_cost, 0) = 0")

#: Charges whose Instance ID has no known layout.
UNPARSED = Clause("unparsed")

#: Charges of which nothing tells the service: they are ``other`` in every sum.
UNTOLD_SERVICE = Clause("service = 'other'")

#: Inference of which nothing tells the meter: it could be batch inference.
PERHAPS_BATCH = UNPARSED & Clause("service = 'inference'")

#: Charges known to their month, or their day, only.
MONTHLY = Clause("width = 'month'")
DAILY = Clause("width = 'day'")

#: Charges whose usage could be of any unit, since none stands beside it.
WITHOUT_UNIT = Clause("(unit IS NULL OR unit = '') AND usage IS NOT NULL AND usage > 0")

#: Groups of several charges at different times.
SPREAD = Clause("first < last")


def same(column: str | Column, value: object) -> Clause:
    """Whether a column has this very value; None stands for none."""
    return Clause(f"{column} IS NOT DISTINCT FROM ?", (value,))


def known(column: str) -> Clause:
    """Whether it has a value at all."""
    return Clause(f"{column} IS NOT NULL")


def filled(column: str) -> Clause:
    """Whether it has a value that isn't empty."""
    return Clause(f"coalesce({column}, '') <> ''")


def is_one_of(column: str, values: Sequence[str]) -> Clause:
    """Whether a column, where it has a value, has one of these."""
    return Clause(f"list_contains(?::VARCHAR[], {column})", (list(values),))


def of_files(numbers: Iterable[int]) -> Clause:
    """Charges of the files of these numbers."""
    return Clause("list_contains(?::INTEGER[], file)", (list(numbers),))


def fits(column: str, pattern: str) -> Clause:
    """Whether a column, where it has a value, is what a regular expression describes."""
    return Clause(f"regexp_full_match({column}, ?)", (pattern,))


def has_value(
    column: str | Column, values: Sequence[str], *, absent: bool, excludes: bool
) -> Clause:
    """Whether a column has one of ``values``, or, with ``absent``, no value; never NULL.

    Absence is asked for by itself: what the engine's list functions make of NULL or of an empty
    list has changed between its releases.
    """
    told = f"CASE WHEN ({column}) IS NULL THEN {str(absent).lower()} "
    told += f"ELSE list_contains(?::VARCHAR[], {column}) END"
    clause = Clause(told, (list(values),))
    return ~clause if excludes else clause


def another(column: str, value: str) -> Clause:
    """Whether a column has a value, and another one than this."""
    return Clause(f"{column} IS NOT NULL AND {column} <> ?", (value,))


def perhaps_in(region_id: str) -> Clause:
    """Charges of a region, and those of which no region is known."""
    return Clause("region_id IS NULL OR region_id IN ('', ?)", (region_id,))


def perhaps_of_service(service: str) -> Clause:
    """Charges that could be of a service, though nothing tells that they are; never NULL."""
    return UNTOLD_SERVICE | PERHAPS_BATCH if service == "batch" else UNTOLD_SERVICE


def unnamed(columns: Sequence[str]) -> Clause:
    """Charges for which an inventory with a fuller view could have one of these columns."""
    if not columns:
        return NOTHING
    return Clause("list_has_any(unnamed, ?::VARCHAR[])", (list(columns),))


def begins_before(instant: datetime) -> Clause:
    return Clause("first < ?", (instant,))


def ends_after(instant: datetime) -> Clause:
    """Charges that are over after the instant; of a coarse one, that may be."""
    return Clause(f"{END} > ?", (instant,))


def last_at(instant: datetime) -> Clause:
    """Groups of charges the last of which is at this instant."""
    return Clause("last = ?", (instant,))


def cut_by(instant: datetime) -> Clause:
    """A sum of charges before an instant and after it: a ledger whose rows aren't here keeps it."""
    return Clause("first < ? AND last >= ? AND width <> 'month'", (instant, instant))


def within(since: datetime, until: datetime) -> Clause:
    """Charges from an instant to before another; one known to its month only isn't told."""
    return Clause("first >= ? AND last < ? AND width <> 'month'", (since, until))


@dataclass(frozen=True)
class Window:
    """``from`` and ``before`` on the bill clock, as three clauses that exclude each other."""

    start: datetime | None
    end: datetime | None

    @property
    def inside(self) -> Clause:
        clause = EVERYTHING
        if self.start:
            clause &= Clause("first >= ?", (self.start,))
        if self.end:
            clause &= Clause(f"{END} <= ?", (self.end,))
        return clause

    @property
    def straddling(self) -> Clause:
        """Neither surely inside nor surely outside."""
        outside = NOTHING
        if self.start:
            outside |= Clause(f"{END} <= ?", (self.start,))
        if self.end:
            outside |= Clause("first >= ?", (self.end,))
        return ~self.inside & ~outside
