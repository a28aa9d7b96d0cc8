"""A person's word on steps of a checklist: done, kept on purpose, approved, or open again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from govern.model.checklist import Checklist, Step
from govern.model.clock import Moment, wall_text
from govern.model.errors import GovernError
from govern.model.policy import Pattern
from govern.model.text import nearest, shorten
from govern.shutdown.plan.make import with_due
from govern.shutdown.plan.order import holds_up, with_states
from govern.shutdown.plan.steps import KINDS, OWN

#: So many steps are named.
_SHOWN = 3


@dataclass(frozen=True)
class Word:
    """What is said of a step, by whom and when. ``until`` keeps it on purpose until then.

    ``state`` is ``done``, ``kept``, ``approved`` or ``todo`` (open again).
    """

    state: str
    by: str
    at: Moment
    note: str | None = None
    reason: str | None = None
    until: Moment | None = None


def tick(checklist: Checklist, names: Sequence[str], word: Word) -> tuple[Checklist, list[Step]]:
    """The checklist with the word on these steps (ids or wildcards), and the steps it is on.

    Raises wrong usage, with every fault, for names that no step has.
    """
    chosen: set[str] = set()
    faults = []
    ids = [step.id for step in checklist.steps]
    for name in names:
        pattern = Pattern(name)
        matching = [id for id in ids if pattern.matches(id)]
        if not matching:
            faults.append(f"{shorten(name, 120)}: no step of this checklist{_meant(name, ids)}")
        chosen |= set(matching)
    if faults:
        raise GovernError("usage", faults)
    steps = [_said(step, word) if step.id in chosen else step for step in checklist.steps]
    ticked = replace(checklist, steps=tuple(with_due(with_states(steps))))
    return ticked, [step for step in ticked.steps if step.id in chosen]


def _meant(name: str, ids: Sequence[str]) -> str:
    """The steps of a key or workspace that was named by itself, else the nearest id."""
    if len(name) >= 120:
        return ""
    ending = [id for id in ids if id.endswith(f".{name}")]
    if ending:
        more = f", or one of {len(ending) - _SHOWN} more" if len(ending) > _SHOWN else ""
        return f"; did you mean {', '.join(ending[:_SHOWN])}{more}?"
    near = nearest(name, ids)
    return f"; did you mean {near}?" if near else ""


def doubts(
    ticked: Checklist, said: Sequence[Step], word: Word, now: datetime, clock: tzinfo
) -> list[str]:
    """What is odd about steps that were just called done; the word is kept all the same.

    ``now``: naive, on ``clock``.
    """
    if word.state != "done":
        return []
    found = []
    at = word.at.on(clock)
    if at > now:
        found.append(f"{wall_text(at)} lies in the future")
    states = {step.id: step.state for step in ticked.steps}
    for step in said:
        before = [id for id in step.needs if holds_up(step, states.get(id, "done"))]
        if before:
            found.append(f"{step.id}: done before {before[0]}, which it needs")
        due = step.due.on(clock) if step.due else None
        if due and KINDS.get(step.kind, OWN).deadline and at > due:
            found.append(f"{step.id}: done after it was due, at {wall_text(due)}")
    return found


def _said(step: Step, word: Word) -> Step:
    note = word.note if word.note is not None else step.note
    if word.state == "approved":
        return replace(step, approved_by=word.by, note=note)
    if word.state == "todo":
        return replace(step, state="todo", by=None, at=None, reason=None, until=None, note=note)
    return replace(
        step,
        state=word.state,
        by=word.by,
        at=word.at,
        note=note,
        reason=word.reason,
        until=word.until,
    )
