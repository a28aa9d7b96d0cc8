"""Each policy held against one ledger, for every command: before waivers and before any view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from govern.judge.bill.horizon import SETTLE
from govern.judge.bill.matching import Values, inventory_columns
from govern.judge.check.findings import finding_of
from govern.judge.check.rule import Rule, Verdict
from govern.judge.check.sight import Sight
from govern.ledger.divide import divide
from govern.ledger.ledger import Ledger
from govern.ledger.naming import name
from govern.model.directory import Directory
from govern.model.finding import Finding
from govern.model.policy import Policy


@dataclass(frozen=True)
class Judgement:
    """One policy's verdict. ``rule`` is None where it couldn't even be asked.

    ``unmatched`` are literals of its ``where`` that occur nowhere.
    """

    policy: Policy
    rule: Rule | None
    verdict: Verdict
    unmatched: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        if self.verdict.undecided:
            return "error"
        return "fail" if self.verdict.breaches else "pass"

    def findings(self, directory: Directory) -> list[Finding]:
        """Its breaches, named and told, without evidence."""
        return [finding_of(self.policy, breach, directory) for breach in self.verdict.breaches]


def seen(
    ledger: Ledger,
    policies: Sequence[Policy],
    as_of: datetime,
    directory: Directory,
    settle: timedelta = SETTLE,
) -> Sight:
    """What policies see, after the ledger was made ready for all that these ask of it."""
    name(ledger, directory)
    divide(ledger, _instants(policies, ledger))
    values = Values(ledger, directory.words if directory else None)
    return Sight(ledger, as_of, values, directory, settle)


def judge(ledger: Ledger, policy: Policy, sight: Sight) -> Judgement:
    """One policy over a ledger that was made ready for it."""
    names = _names(policy)
    if names and not sight.directory:
        needs = f"needs an inventory for {', '.join(names)}, and none was given (--inventory)"
        return Judgement(policy, None, Verdict(0, 0, (), needs))
    rule = Rule(ledger, policy, sight)
    return Judgement(policy, rule, rule.verdict(), sight.values.unmatched(policy.where))


def sure(ledger: Ledger, policy: Policy, sight: Sight) -> list[Finding]:
    """The findings alone, without evidence, and without asking what could not be decided."""
    if _names(policy) and not sight.directory:
        return []
    breaches = Rule(ledger, policy, sight).breaches()
    return [finding_of(policy, breach, sight.directory) for breach in breaches]


def _names(policy: Policy) -> list[str]:
    """What of the policy only an inventory can tell."""
    return inventory_columns(policy) or ([policy.measure.name] if policy.measure.listed else [])


def _instants(policies: Sequence[Policy], ledger: Ledger) -> Iterator[datetime]:
    """Where ``from`` and ``before`` cut the time line."""
    for policy in policies:
        for moment in (policy.start, policy.end):
            if moment is not None:
                yield moment.on(ledger.clock)
