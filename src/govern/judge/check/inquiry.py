"""A checked bill, and what can be asked of it: who stands where, and how a verdict adds up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from govern import __version__
from govern.judge.bill.matching import Values, inventory_columns
from govern.judge.check.asked import Asked, Key
from govern.judge.check.check import Terms, check
from govern.judge.check.reckon import Reckoner
from govern.judge.check.sentence import sentence
from govern.judge.check.sight import Sight
from govern.judge.check.standings import Judged, nearness, standings
from govern.ledger.ledger import Ledger
from govern.model.exits import Exit
from govern.model.explanation import Explained, Explanation, Reckoning, Standing
from govern.model.policy import Policy
from govern.model.report import CheckReport, PolicyResult


@dataclass(frozen=True)
class Held:
    """A standing with the policy that it is held against, and the key of its group."""

    judged: Judged
    key: Key
    standing: Standing

    @property
    def policy(self) -> Policy:
        return self.judged.policy

    @property
    def counts(self) -> bool:
        """Whether something of it was held against the limit."""
        return bool(self.standing.charges or self.standing.told)

    @property
    def is_finding(self) -> bool:
        return self.standing.verdict in ("above", "waived")


class Inquiry:
    """``terms.evidence``: bill lines of each verdict that is added up."""

    def __init__(self, ledger: Ledger, policies: Sequence[Policy], terms: Terms) -> None:
        self._ledger = ledger
        self._policies = {policy.id: policy for policy in policies}
        self._terms = terms
        self.report: CheckReport = check(ledger, policies, replace(terms, evidence=0))
        self._values = Values(ledger, terms.directory.words if terms.directory else None)
        self._results = {result.id: result for result in self.report.policies}
        self.judged = [
            self._judged(result) for result in self._results.values() if self._can(result)
        ]
        self._reckoner = Reckoner(ledger, self._values, terms.waivers, terms.as_of, terms.evidence)

    def _can(self, result: PolicyResult) -> bool:
        policy = self._policies[result.id]
        needs_inventory = inventory_columns(policy) or policy.measure.listed
        return result.outcome != "skip" and (not needs_inventory or bool(self._terms.directory))

    def _judged(self, result: PolicyResult) -> Judged:
        terms = self._terms
        sight = Sight(self._ledger, terms.as_of, self._values, terms.directory, terms.settle)
        asked = Asked(self._ledger, self._policies[result.id], self._values)
        findings = [finding for finding in self.report.findings if finding.policy == result.id]
        by_fingerprint = {finding.fingerprint: finding for finding in findings}
        return Judged(asked, sight, result, by_fingerprint)

    @property
    def ids(self) -> list[str]:
        """Of the policies that were chosen; none where the bill's exports contradict each other."""
        return [id for id in self._results if self._terms.chosen(id)]

    @property
    def is_void(self) -> bool:
        """Whether there is nothing that could be explained: no policy, or no charge."""
        return not self.judged or self.report.exit.cause == "nothing"

    @property
    def unasked(self) -> list[str]:
        """Policies that nothing could be asked of."""
        judged = {judged.policy.id for judged in self.judged}
        broken = {id for id, result in self._results.items() if result.outcome == "error"}
        return [id for id in self.ids if id in broken - judged]

    @cached_property
    def held(self) -> list[Held]:
        """Every subject of every policy in every period."""
        if self.is_void:
            return []
        return [
            Held(judged, key, standing)
            for judged in self.judged
            for key, standing in standings(judged)
        ]

    def reckon(self, held: Held) -> Reckoning:
        return self._reckoner.reckon(held.judged, held.key, held.standing)

    def explanation(
        self,
        asked: str,
        ids: Sequence[str],
        shown: Sequence[Held] = (),
        reckoned: Iterable[Held] = (),
        omitted: int = 0,
    ) -> Explanation:
        """The policies ``ids`` with the standings ``shown``, and verdicts added up."""
        return Explanation(
            version=__version__,
            as_of=self._terms.as_of,
            clock=self._ledger.clock,
            asked=asked,
            exit=self._exit(ids),
            bill=self.report.bill,
            policies=[self._explained(id, of_policy(shown, id), omitted) for id in ids],
            verdicts=[self.reckon(held) for held in reckoned],
            notes=self.report.notes,
        )

    def _explained(self, id: str, shown: Sequence[Held], omitted: int) -> Explained:
        result = self._results[id]
        judged = next((judged for judged in self.judged if judged.policy.id == id), None)
        is_unsure = result.outcome == "error" and not result.of_run
        return Explained(
            id=id,
            title=result.title,
            sentence=sentence(self._policies[id]),
            where=self._policies[id].where,
            file=result.file,
            line=result.line,
            outcome=result.outcome,
            message=result.message,
            matched=result.matched,
            standings=tuple(held.standing for held in shown),
            omitted=omitted,
            doubts=self._reckoner.doubts(judged) if judged and is_unsure else (),
        )

    def _exit(self, ids: Sequence[str]) -> Exit:
        """Findings end no explanation badly; what can't be trusted or judged does."""
        end = self.report.exit
        if end.cause not in ("clean", "findings", "undecided"):
            return end
        undecided = [id for id in ids if self._results[id].outcome == "error"]
        if undecided:
            return Exit("undecided", f"could not be judged: {', '.join(undecided)}")
        return Exit("clean", "explained")


def of_policy(every: Iterable[Held], id: str) -> list[Held]:
    return [held for held in every if held.policy.id == id]


def nearest_first(every: Iterable[Held]) -> list[Held]:
    return sorted(every, key=lambda held: nearness(held.standing))
