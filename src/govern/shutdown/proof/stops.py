"""When each step was done, and which charges were to end with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from govern.ledger.clauses import Clause
from govern.model.checklist import Checklist, Step
from govern.shutdown.plan.scope import Scope
from govern.shutdown.plan.steps import KINDS, OWN
from govern.shutdown.plan.steps.closing_proof import NAME as CLOSING
from govern.shutdown.proof.case import Grounds
from govern.shutdown.proof.word import CLAIMED


class Stops:
    """``made``: when the checklist was; ``seen``: what an inventory says of each step's subject;
    ``at``: when each was done, None where it wasn't."""

    def __init__(self, checklist: Checklist, grounds: Grounds) -> None:
        self._clock, self._as_of = grounds.clock, grounds.as_of
        self._steps = checklist.steps
        self._places = {step.id: place for place, step in enumerate(self._steps)}
        self._alike = {(step.kind, step.subject): step for step in self._steps}
        self.made = checklist.as_of.on(grounds.clock)
        self.seen = {
            step.id: KINDS.get(step.kind, OWN).seen(step, grounds.directory, grounds.clock)
            for step in self._steps
        }
        self.at = {step.id: self._stop(step) for step in self._steps}

    def instants(self) -> list[datetime]:
        """Where the ledger must be divided."""
        return sorted({self.made, *(stop for stop in self.at.values() if stop)})

    def _stop(self, step: Step) -> datetime | None:
        """When it was done: by the person who ticked it, else by the inventory."""
        if step.state in CLAIMED and step.at:
            return step.at.on(self._clock)
        seen = self.seen[step.id]
        if seen and seen.over:
            return seen.at
        ended_by = KINDS.get(step.kind, OWN).ended_by
        if ended_by:
            # A deleted key needs no disabling any more.
            other = self._alike.get((ended_by, step.subject))
            return self._stop(other) if other else None
        if step.kind == CLOSING:
            return self._last_stop(step)
        return None

    def _last_stop(self, step: Step) -> datetime | None:
        """When the last of the steps that a closing proof needs was done, if all of them are."""
        stops = []
        for other in self.needed(step):
            stop = self._stop(other)
            seen = self.seen[other.id]
            if stop is None and other.state != "kept" and not (seen and seen.over):
                return None
            if stop and KINDS.get(other.kind, OWN).stops:
                stops.append(stop)
        return max(stops, default=None)

    def needed(self, step: Step) -> list[Step]:
        """In the order of the checklist."""
        places = {self._places[need] for need in step.needs if need in self._places}
        return [self._steps[place] for place in sorted(places)]

    def charges(self, step: Step) -> tuple[Scope, datetime] | None:
        """The charges that a bill is asked for, and from when on; None where there is no question.

        What goes on with a granted reason isn't held against the closing proof.
        """
        kind = KINDS.get(step.kind, OWN)
        scope = kind.scope(step)
        since = self.made if kind.buys else self.at[step.id]
        if scope is None or since is None or step.state == "kept":
            return None
        return scope.without(self._kept_scopes(step)) if step.kind == CLOSING else scope, since

    def is_kept(self, step: Step) -> bool:
        """Whether it is kept on purpose, and the time for that isn't over."""
        until = step.until.on(self._clock) if step.until else None
        return step.state == "kept" and until is not None and until > self._as_of

    def _kept_scopes(self, step: Step) -> Sequence[Clause]:
        """What is kept is a step's own subject: a key its use, a workspace none of its spend."""
        scopes = []
        for other in self.needed(step):
            if other.subject.kind == "api_key" and self.is_kept(other):
                scope = KINDS.get(other.kind, OWN).scope(other)
                if scope:
                    scopes.append(scope.certain)
        return scopes

    def ends_jobs(self, step: Step) -> bool:
        """Whether jobs were to end with the step, or with one that a closing proof needs."""
        steps = [step, *(self.needed(step) if step.kind == CLOSING else ())]
        return any(KINDS.get(each.kind, OWN).ends_jobs for each in steps)

    def state(self, id: str) -> str:
        """What the checklist itself says of a step; one that it doesn't have holds nothing up."""
        return self._steps[self._places[id]].state if id in self._places else "done"
