"""A policy: one rule, as it was written, with the place it was written at."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from govern.model.clock import Moment
from govern.model.measure import PERCENT, Measure
from govern.model.money import plain


@dataclass(frozen=True)
class Pattern:
    """A text to match case-sensitively; ``*`` and ``?`` are wildcards, everything else is itself.

    ``text`` None is the word ``none``: a value that the charge's layout doesn't carry.
    ``""`` matches a field that is there and empty. A wildcard matches neither of the two.
    """

    text: str | None

    @property
    def wild(self) -> bool:
        return self.text is not None and ("*" in self.text or "?" in self.text)

    def matches(self, value: str | None) -> bool:
        if not self.wild:
            return value == self.text
        assert self.text is not None
        return bool(value) and _glob(self.text, value or "")

    @property
    def exactness(self) -> tuple[bool, int, int]:
        """Sorts the most exact pattern first: literals, then the longest fixed text."""
        text = self.text or ""
        stars = text.count("*")
        return (self.wild, stars + text.count("?") - len(text), stars)


def _glob(pattern: str, value: str) -> bool:
    """Wildcard match that goes back to the last ``*`` only, so no pattern can be made slow."""
    at = 0
    here = 0
    star = -1
    resume = 0
    while here < len(value):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, here
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", value[here]):
            at += 1
            here += 1
        elif star >= 0:
            resume += 1
            at, here = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


@dataclass(frozen=True)
class Condition:
    """One line of ``where``: the column's value matches any of the patterns.

    ``excludes``: it matches none of them, which a charge without a value there fulfils too.
    """

    column: str
    patterns: tuple[Pattern, ...]
    excludes: bool = False

    def matches(self, value: str | None) -> bool:
        """Whether a charge with this value fulfils the line."""
        return any(pattern.matches(value) for pattern in self.patterns) != self.excludes


@dataclass(frozen=True)
class Limit:
    """A finding arises when the measure is strictly greater than ``amount``.

    ``unit`` is a currency for money, a normalised unit for usage, ``charges`` for counts, ``%`` for
    what is held against something else.
    """

    amount: Decimal
    unit: str

    @property
    def text(self) -> str:
        """``500 CNY``, ``50%``: as it is written."""
        return quantity(self.amount, self.unit)


def quantity(amount: Decimal, unit: str) -> str:
    """An amount with its unit, as limits are written."""
    return f"{plain(amount)}{unit}" if unit == PERCENT else f"{plain(amount)} {unit}"


@dataclass(frozen=True)
class Policy:
    """One rule. ``columns`` is what it groups by; ``subject_kind`` the word used, or ``columns``.

    ``limit_for`` holds other limits for single subjects, the most exact pattern first.
    ``start`` and ``end`` are ``from`` (included) and ``before`` (excluded). ``floor``: what a limit
    in percent is a part of counts as at least this, per currency. ``file_sha256`` is the digest of
    the bytes of ``file`` that were read.
    """

    id: str
    title: str
    subject_kind: str
    columns: tuple[str, ...]
    measure: Measure
    limits: tuple[Limit, ...]
    file: str
    line: int
    where: tuple[Condition, ...] = ()
    description: str | None = None
    severity: str = "medium"
    owner: str | None = None
    enabled: bool = True
    every: str = "month"
    start: Moment | None = None
    end: Moment | None = None
    limit_for: tuple[tuple[Pattern, tuple[Limit, ...]], ...] = ()
    stop: str = "ask"
    floor: tuple[Limit, ...] = ()
    file_sha256: str | None = field(default=None, compare=False)

    @property
    def digest(self) -> str:
        """Of what it asks and allows: the same wherever it stands, whatever it is called."""
        rule = {one.name: _written(getattr(self, one.name)) for one in fields(self)}
        asked = {name: value for name, value in rule.items() if name not in _TOLD}
        text = json.dumps(asked, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def limit_of(self, subject_id: str | None, unit: str | None) -> Limit | None:
        """The limit for one subject in one unit: the most exact of ``limit_for`` comes first.

        There, the word ``none`` stands for a subject without a value, as in ``where``.
        """
        unit = self._limited(unit)
        for pattern, limits in self.limit_for:
            wanted = "none" if subject_id is None and pattern.text == "none" else subject_id
            limit = in_unit(limits, unit) if pattern.matches(wanted) else None
            if limit:
                return limit
        return in_unit(self.limits, unit)

    def lowest_limit(self, unit: str | None) -> Limit | None:
        """What a subject that isn't known yet could be held to, in one unit."""
        unit = self._limited(unit)
        every = [self.limits, *(limits for _, limits in self.limit_for)]
        possible = [limit for limits in every if (limit := in_unit(limits, unit))]
        return min(possible, key=lambda limit: limit.amount) if possible else None

    def _limited(self, unit: str | None) -> str | None:
        """The unit of the limit for sums in ``unit``: percent of what they are held against."""
        return PERCENT if self.measure.against else unit


def in_unit(limits: tuple[Limit, ...], unit: str | None) -> Limit | None:
    return next((limit for limit in limits if limit.unit == unit), None)


#: What a policy says, and is judged by nothing of.
_TOLD = frozenset("id title description severity owner enabled stop file line file_sha256".split())


def _written(value: Any) -> Any:
    """A field of a policy as JSON; a measure is known by its name."""
    if isinstance(value, Measure):
        return value.name
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tzinfo):
        return str(value)
    if is_dataclass(value):
        return {one.name: _written(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    return value
