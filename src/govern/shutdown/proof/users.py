"""Keys that a checklist doesn't know, and that were used since it was made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from govern.ledger import query
from govern.ledger.clauses import CHARGES, USAGE, filled
from govern.ledger.ledger import Ledger
from govern.model.checklist import Checklist
from govern.shutdown.plan.wish import wish_of


@dataclass(frozen=True)
class User:
    """A key as a payer's bill shows it. ``last`` is the latest instant at which it may have been
    used; a charge known to the minute or day only may lie at the end of that."""

    account_id: str | None
    workspace_id: str | None
    api_key_id: str
    last: datetime


def users_of(ledger: Ledger) -> list[User]:
    """The keys that the bill shows in use."""
    rows = query.ask(
        ledger,
        ("billing_account_id", "workspace_id", "api_key_id"),
        [query.last_moment()],
        CHARGES & USAGE & filled("api_key_id"),
    )
    return [User(*row) for row in rows]


def unknown_users(checklist: Checklist, users: Iterable[User], clock: tzinfo) -> list[str]:
    """Keys that a wish covers, that have no step, and that were used after what the inputs showed.

    Of a payer whose bill was no input, nothing was known at all.
    """
    known = {
        (step.subject.workspace_id, step.subject.id)
        for step in checklist.steps
        if step.subject.kind == "api_key"
    }
    wishes = [wish_of(text) for text in checklist.wishes]
    reaches = {reach.account_id: reach.reaches.on(clock) for reach in checklist.reaches}
    return sorted(
        {
            f"{user.workspace_id or 'no workspace'}/{user.api_key_id}"
            for user in users
            if user.last > reaches.get(user.account_id, datetime.min)
            and (user.workspace_id, user.api_key_id) not in known
            and any(wish.covers(user.workspace_id, user.api_key_id) for wish in wishes)
        }
    )
