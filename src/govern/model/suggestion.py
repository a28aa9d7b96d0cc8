"""Limits as the months at hand suggest them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

#: A history of fewer months than these says little of what is usual.
ENOUGH = 3


@dataclass(frozen=True)
class Suggested:
    """A limit in one currency, and how many findings it would have made in each month.

    ``subject`` is a subject's id, None where it has none. ``dearest`` is what it cost in ``month``,
    its dearest; ``months`` is in how many it has charges.
    """

    subject: str | None
    currency: str
    limit: Decimal
    dearest: Decimal
    month: str
    months: int
    findings: tuple[int, ...]


@dataclass(frozen=True)
class General:
    """The limit for whoever isn't listed, and the findings that it would have made of all."""

    currency: str
    limit: Decimal
    findings: tuple[int, ...]


@dataclass(frozen=True)
class Suggestion:
    """Limits for every subject. ``per`` as a policy has it. ``remarks``: why they are doubtful."""

    per: str | tuple[str, ...]
    months: tuple[str, ...]
    general: tuple[General, ...]
    subjects: tuple[Suggested, ...]
    remarks: tuple[str, ...] = ()
