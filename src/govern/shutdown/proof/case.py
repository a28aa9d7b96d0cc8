"""One step in the light of all that it is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from govern.judge.audit.silence import State
from govern.judge.audit.use import Use
from govern.judge.bill.horizon import SETTLE
from govern.model.checklist import Step
from govern.model.directory import Directory
from govern.model.verification import StepResult
from govern.shutdown.plan.kind import Seen
from govern.shutdown.plan.scope import Scope
from govern.shutdown.proof.evidence import BillEvidence


@dataclass(frozen=True)
class Grounds:
    """What a checklist is held against. ``bill`` is None where none was given.

    ``as_of`` is naive, on ``clock``. ``evidence`` is how many bill lines are shown per currency,
    ``settle`` how late a charge may arrive. ``began``: by step, when a stop that is known as an
    interval began.
    """

    as_of: datetime
    clock: tzinfo
    bill: BillEvidence | None = None
    directory: Directory = field(default_factory=lambda: Directory(()))
    evidence: int = 3
    settle: timedelta = SETTLE
    began: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A step with its ``stop``, what an inventory says of it, and its charges since.

    ``scope``: the charges that end with it; None where no charge tells. ``bare``: its result
    without state and reason.
    """

    step: Step
    bare: StepResult
    grounds: Grounds
    scope: Scope | None
    seen: Seen | None
    stop: datetime | None
    uses: Sequence[Use] = ()

    @property
    def over(self) -> bool:
        """Whether an inventory says that it is."""
        return bool(self.seen and self.seen.over)

    def stopped(self) -> Case:
        """The same, with the stop in its result."""
        return replace(self, bare=replace(self.bare, stopped_at=self.stop))

    def of_bill(self, state: State) -> StepResult:
        """What a bill shows of its silence."""
        words = {"settling": "waiting", "stopped": "proved"}
        return replace(
            self.bare,
            state=words[state.word],
            basis="bill",
            reason=state.reason,
            proved_until=state.proved_until,
            look_again_at=state.look_again_at,
        )
