"""Which steps of a checklist somebody wants to see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from govern.model.checklist import Step
from govern.model.policy import Pattern
from govern.shutdown.plan.letter import keys_told
from govern.shutdown.plan.standing import Standing
from govern.shutdown.plan.steps import tell_owners


@dataclass(frozen=True)
class Choice:
    """All that is given must hold; a list means any of its words, which may have wildcards.

    ``ids``: None for all steps. ``due_within``: open, and due by then; what is overdue, too.
    """

    ids: frozenset[str] | None = None
    open: bool = False
    regions: Sequence[str] = ()
    owners: Sequence[str] = ()
    kinds: Sequence[str] = ()
    due_within: timedelta | None = None

    def among(self, ids: Collection[str] | None) -> Choice:
        """Of these steps only; None for all."""
        return replace(self, ids=None if ids is None else frozenset(ids))

    def of(self, standing: Standing) -> list[Step]:
        """The chosen steps, in the order of the checklist."""
        return [step for step in standing.checklist.steps if self._takes(step, standing)]

    def _takes(self, step: Step, standing: Standing) -> bool:
        within = self.due_within
        return (
            (self.ids is None or step.id in self.ids)
            and (not self.open or standing.is_open(step))
            and _any(self.regions, step.region_id)
            and _any(self.kinds, step.kind)
            and (within is None or standing.is_due_before(step, standing.as_of + within))
            and (_any(self.owners, step.owner) or self._is_told(step, standing))
        )

    def _is_told(self, step: Step, standing: Standing) -> bool:
        """Whether one of the owners is told of a key by this step."""
        if step.kind != tell_owners.NAME:
            return False
        return any(_any(self.owners, key.owner) for key in keys_told(step, standing.checklist))


def _any(words: Sequence[str], value: str | None) -> bool:
    return not words or any(
        word == "none" if value is None else Pattern(word).matches(value) for word in words
    )
