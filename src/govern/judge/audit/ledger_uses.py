"""The charges of a ledger as uses, each subject's own and those that could be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from govern.judge.audit.facts import BY_CALL, IDENTITY, Facts
from govern.judge.audit.use import Use
from govern.ledger import query
from govern.ledger.clauses import (
    CHARGES,
    UNPARSED,
    USAGE,
    Clause,
    ends_after,
    is_one_of,
    perhaps_in,
    same,
)
from govern.ledger.ledger import Ledger

#: A use as the ledger has it, in the order of its fields.
_USE = (
    "first",
    "last",
    query.ENDS,
    "width",
    "service",
    "billing_currency",
    "billed_cost",
    "charges",
    "id",
    "unparsed",
)


def uses_in(ledger: Ledger, clause: Clause, *, perhaps: bool = False) -> list[Use]:
    """The charges of ``clause`` as uses; ``perhaps``: too little is told to say whose they are."""
    return uses_in_each(ledger, [clause], perhaps=perhaps)[0]


def uses_in_each(
    ledger: Ledger, clauses: Sequence[Clause], *, perhaps: bool = False
) -> list[list[Use]]:
    """As :func:`uses_in`, of each clause."""
    return [
        [Use(*row, *[perhaps]) for row in rows]
        for rows in query.rows_of_each(ledger, _USE, clauses)
    ]


def uses_after(ledger: Ledger, kind: str, facts: Facts, instant: datetime) -> list[Use]:
    """The subject's uses that end after ``instant``, and those that could be its own."""
    own = CHARGES & USAGE & ends_after(instant)
    unknown = own & UNPARSED
    for column, value in zip(IDENTITY[kind], facts.identity, strict=True):
        own &= same(column, value)
    uses = uses_in(ledger, own)
    if facts.place == (None, None):
        return uses
    unknown &= same("sub_account_id", facts.identity[0])
    if facts.region_id:
        unknown &= perhaps_in(facts.region_id)
    if kind == "api_key":
        unknown &= is_one_of("service", BY_CALL)
    return uses + uses_in(ledger, unknown, perhaps=True)
