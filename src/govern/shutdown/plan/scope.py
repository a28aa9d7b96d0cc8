"""The charges that must stop with a step: for certain, and perhaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from govern.judge.audit.facts import BY_CALL
from govern.ledger.clauses import (
    PURCHASES,
    UNPARSED,
    UNTOLD_SERVICE,
    USAGE,
    Clause,
    is_one_of,
    perhaps_in,
    same,
)
from govern.model.checklist import Step


@dataclass(frozen=True)
class Scope:
    """The charges that a step ends for certain, and others that may be its own."""

    certain: Clause
    doubt: Clause | None = None

    def without(self, clauses: Iterable[Clause]) -> Scope:
        """The scope, but for charges that go on for a granted reason."""
        return replace(self, certain=self.certain & ~Clause.any(clauses))


def purchases_of(step: Step, services: Sequence[str]) -> Scope:
    """Purchases of these kinds of plans, by the step's account where that is known; one of which
    nothing tells what was bought may be one."""
    bought = PURCHASES
    if step.subject.sub_account_id:
        bought &= same("sub_account_id", step.subject.sub_account_id)
    return Scope(bought & is_one_of("service", services), bought & UNTOLD_SERVICE)


def of_workspace(step: Step) -> Clause:
    """The charges of the step's workspace, in its account where that is known."""
    clause = same("workspace_id", step.subject.workspace_id)
    if step.subject.sub_account_id:
        clause &= same("sub_account_id", step.subject.sub_account_id)
    return clause


def perhaps_of(step: Step, *, calls: bool) -> Clause:
    """Charges of no known Instance ID layout that may be the step's own; ``calls``: by a call."""
    clause = USAGE & UNPARSED
    if step.subject.sub_account_id:
        clause &= same("sub_account_id", step.subject.sub_account_id)
    if step.region_id:
        clause &= perhaps_in(step.region_id)
    if calls:
        clause &= is_one_of("service", BY_CALL)
    return clause
