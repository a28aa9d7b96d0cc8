"""The quiet time before a key is deleted: how long nobody missed it, and by what bill that shows.

Deleting can't be undone, so each doubt keeps the key: no known instant, a bill that doesn't reach
far enough or misses a part of it, one that can't be trusted, an inventory that says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from govern.judge.audit.use import Use
from govern.model.checklist import Checklist, Step
from govern.model.clock import wall_text
from govern.model.directory import Directory
from govern.model.journal import Journal
from govern.shutdown.plan.order import OVER
from govern.shutdown.plan.steps import delete_key, disable_key
from govern.shutdown.proof.evidence import BillEvidence

#: Somebody's weekend must be in it; less than this is no quiet time.
SHORTEST = timedelta(days=1)
DEFAULT = "7d"


@dataclass(frozen=True)
class Disabled:
    """Since when a key is disabled, and who says so."""

    at: datetime
    source: str


@dataclass(frozen=True)
class Wait:
    """Why a key isn't deleted yet; ``until`` is None where no time alone helps."""

    reason: str
    until: datetime | None = None
    basis: str | None = None


@dataclass
class Quiet:
    """What is known of the silence of keys. ``bill`` is None where none was given; ``now`` and all
    instants are naive, on ``clock``."""

    checklist: Checklist
    journal: Journal | None
    directory: Directory
    bill: BillEvidence | None
    length: timedelta
    settle: timedelta
    grace: timedelta
    now: datetime
    clock: tzinfo
    _disabled: dict[str, Disabled] = field(default_factory=dict)
    _uses: Mapping[str, Sequence[Use]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """All keys are asked about at once: a bill is read once, not once for each."""
        steps = [step for step in self.checklist.steps if step.kind == delete_key.NAME]
        for step in steps:
            known = self.disabled(step)
            if known:
                self._disabled[step.id] = known
        dated = [step for step in steps if step.id in self._disabled]
        if self.bill and dated:
            self.bill.divide(sorted({self._disabled[step.id].at for step in dated}))
            scopes = [(disable_key.of_key(step), self._disabled[step.id].at) for step in dated]
            uses = self.bill.uses(scopes)
            self._uses = {step.id: own for step, own in zip(dated, uses, strict=True)}

    def disabled(self, step: Step) -> Disabled | None:
        """By the journal, else by a tick, else by an inventory."""
        subject = step.subject
        place = subject.id, subject.workspace_id
        for stop in self.journal.stops if self.journal else ():
            there = stop.workspace_id in (None, subject.workspace_id)
            if stop.act == disable_key.ACT.name and stop.target == subject.id and there:
                return Disabled(stop.at.on(self.clock), "the journal")
        for other in self.checklist.steps:
            ticked = other.state in OVER and other.state != "kept" and other.at
            same = (other.subject.id, other.subject.workspace_id) == place
            if other.kind == disable_key.NAME and same and ticked:
                assert other.at is not None
                return Disabled(other.at.on(self.clock), f"{other.by}'s tick")
        key = self.directory.key(subject.workspace_id, subject.id)
        if key and key.disabled and key.disabled_at:
            return Disabled(key.disabled_at.on(self.clock), "an inventory")
        return None

    def wait(self, step: Step) -> Wait | None:
        """Why this key isn't deleted yet; None where a bill proves its quiet time."""
        known = self._disabled.get(step.id)
        if known is None:
            reason = "since when it is disabled isn't known: tick that step with --at"
            return Wait(reason)
        over = known.at + self.length
        since = f"disabled at {wall_text(known.at)} by {known.source}"
        contradicted = self._contradicted(step, known)
        if contradicted:
            return Wait(f"{since}, but {contradicted}")
        decided = max(over, known.at + self.grace + self.settle)
        if self.bill is None:
            reason = f"{since}; no bill was given that shows its quiet time until {wall_text(over)}"
            return Wait(reason, max(decided, self.now))
        state = self.bill.silence(self._uses[step.id], known.at)
        if state.word == "leaking":
            return Wait(f"used after it was disabled: {state.reason}", None, "bill")
        again = max(decided, self.now, state.look_again_at or self.now)
        if self.now < over:
            return Wait(f"{since}; its quiet time ends at {wall_text(over)}", again)
        if state.word != "stopped":
            return Wait(state.reason, again, "bill")
        shown = self.bill.shows(known.at)
        if shown < over:
            reason = f"the bill shows it silent up to {wall_text(shown)}"
            return Wait(f"{reason}; one that reaches {wall_text(over)} decides", again, "bill")
        return None

    def estimate(self) -> Wait:
        """For a key that this very run is going to disable."""
        over = self.now + max(self.length, self.grace + self.settle)
        return Wait(f"its quiet time begins when it is disabled: {wall_text(over)} at best", over)

    def _contradicted(self, step: Step, known: Disabled) -> str | None:
        seen = disable_key.KIND.seen(step, self.directory, self.clock)
        if seen and not seen.over and seen.looked_at and seen.looked_at > known.at:
            return seen.told
        return None
