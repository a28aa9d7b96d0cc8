"""How far a checklist is at an instant: what is open, what is due, and what it costs until then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property

from govern.model.checklist import Checklist, Saving, Step
from govern.model.clock import BILL_CLOCK
from govern.model.figures import EXACT, Figures
from govern.shutdown.plan.order import OVER, is_overdue
from govern.shutdown.plan.spend import together
from govern.shutdown.plan.steps import KINDS, OWN


@dataclass(frozen=True)
class Standing:
    """A checklist at ``as_of``, which is naive, on ``clock``. ``figures``: how amounts are told."""

    checklist: Checklist
    as_of: datetime
    clock: tzinfo
    figures: Figures = EXACT

    def state(self, step: Step) -> str:
        """Its state; what was kept until before now is open again."""
        if step.state == "kept" and step.until and step.until.on(self.clock) <= self.as_of:
            return "todo"
        return step.state

    def is_open(self, step: Step) -> bool:
        return self.state(step) not in OVER

    def is_overdue(self, step: Step) -> bool:
        return is_overdue(step, self.state(step), self.as_of, self.clock)

    def due(self, step: Step) -> datetime | None:
        """When it is due, on the clock."""
        return step.due.on(self.clock) if step.due else None

    def is_due_before(self, step: Step, instant: datetime) -> bool:
        """Whether it is open and due by then; what may not be done sooner, too."""
        due = self.due(step)
        return self.is_open(step) and due is not None and due <= instant

    def first_open_need(self, step: Step) -> str | None:
        """What comes before a step that is blocked."""
        if self.state(step) != "blocked":
            return None
        return next((id for id in step.needs if id in self._open_ids), None)

    @cached_property
    def _open_ids(self) -> frozenset[str]:
        return frozenset(step.id for step in self.open)

    @property
    def open(self) -> list[Step]:
        return [step for step in self.checklist.steps if self.is_open(step)]

    @property
    def overdue(self) -> list[Step]:
        return [step for step in self.checklist.steps if self.is_overdue(step)]

    @property
    def first_deadline(self) -> Step | None:
        """The open step that must be done first of all that must be done by a date."""
        dated = [step for step in self.open if step.due and KINDS.get(step.kind, OWN).deadline]
        return min(dated, key=lambda step: (self.due(step), step.id), default=None)

    def at_stake(self, steps: Iterable[Step]) -> tuple[Saving, ...]:
        """What the open ones of these steps cost a day; nothing is counted twice."""
        return together(step.saves_per_day for step in steps if self.is_open(step))


def as_made(checklist: Checklist, figures: Figures = EXACT) -> Standing:
    """A checklist at the instant for which it was made."""
    return Standing(checklist, checklist.as_of.wall, checklist.as_of.zone or BILL_CLOCK, figures)


def owners(steps: Sequence[Step]) -> list[tuple[str | None, int]]:
    """How many of the steps are whose, most first; what nobody is named for comes last."""
    found = Counter(step.owner for step in steps)
    return sorted(found.items(), key=lambda one: (one[0] is None, -one[1], one[0] or ""))
