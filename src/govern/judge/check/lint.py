"""Policies that are valid and still do nothing: never fire, shadow each other, select nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govern.judge.bill.matching import Values, inventory_columns, where_clause
from govern.ledger import query
from govern.ledger.ledger import Ledger
from govern.model.errors import Fault
from govern.model.policy import Condition, Policy
from govern.model.words import CLOSED_COLUMNS


def warnings(policies: Sequence[Policy]) -> list[Fault]:
    """What can be told without a bill. Each names the policy's place."""
    return [*_never(policies), *_shadowed(policies)]


def selecting_nothing(policies: Sequence[Policy], ledger: Ledger) -> list[Fault]:
    """Policies whose ``where`` matches no charge of this bill, and literals that occur nowhere."""
    values = Values(ledger)
    found = []
    for policy in policies:
        if inventory_columns(policy):
            continue
        if not query.count(ledger, where_clause(policy.where, values)):
            found.append(_warning(policy, "selects no charge of this bill"))
        unmatched = values.unmatched(policy.where)
        if unmatched:
            words = ", ".join(unmatched)
            found.append(_warning(policy, f"not in this bill: {words}"))
    return found


def _warning(policy: Policy, message: str) -> Fault:
    return Fault(policy.file, policy.line, 0, f"{policy.id}: {message}")


def _never(policies: Iterable[Policy]) -> Iterable[Fault]:
    for policy in policies:
        if not policy.enabled:
            continue
        for condition in policy.where:
            if _contradicts(condition):
                yield _warning(
                    policy, f"can never fire: {condition.column} excludes every word there is"
                )
        seen = {c.column: c for c in policy.where}
        service = seen.get("service")
        measure = policy.measure
        if measure.none_of and service and _only(service, *measure.none_of):
            yield _warning(policy, f"can never fire: plans have no {measure.name} in a bill")


def _contradicts(condition: Condition) -> bool:
    words = CLOSED_COLUMNS.get(condition.column)
    if not words or not condition.excludes or condition.column == "free_quota_stop":
        return False
    return all(any(p.matches(word) for p in condition.patterns) for word in words)


def _only(condition: Condition, *words: str) -> bool:
    return not condition.excludes and all(p.text in words for p in condition.patterns)


def _shadowed(policies: Sequence[Policy]) -> Iterable[Fault]:
    """Two policies that ask the same, where the laxer one adds nothing but noise."""
    for at, one in enumerate(policies):
        for other in policies[:at]:
            if one.enabled and other.enabled and _question(one) == _question(other):
                yield _warning(one, f"asks the same as {other.id} ({other.file}:{other.line})")


def _question(policy: Policy) -> tuple[object, ...]:
    return (
        policy.columns,
        policy.measure,
        sorted(limit.unit for limit in policy.limits),
        policy.every,
        frozenset(policy.where),
        policy.start,
        policy.end,
        bool(policy.limit_for),
        policy.floor,
    )
