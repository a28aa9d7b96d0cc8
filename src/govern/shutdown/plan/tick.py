"""A person's word on steps of a checklist: done, kept on purpose, approved, or open again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from govern.model.checklist import Checklist, Step
from govern.model.clock import Moment, wall_text
from govern.shutdown.plan.make import with_due
from govern.shutdown.plan.named import named
from govern.shutdown.plan.order import holds_up, with_states
from govern.shutdown.plan.steps import KINDS, OWN
from govern.shutdown.plan.steps.final_bill import NAME as FINAL


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
    return with_word(checklist, named(checklist.steps, names), word)


def with_word(
    checklist: Checklist,
    chosen: Collection[str],
    word: Word,
    done: Mapping[str, Moment] | None = None,
) -> tuple[Checklist, list[Step]]:
    """As :func:`tick`, of these ids. ``done``: when steps were done by the journal."""
    steps = [_said(step, word) if step.id in chosen else step for step in checklist.steps]
    ticked = checklist.with_steps(with_due(with_states(steps), done))
    return ticked, [step for step in ticked.steps if step.id in chosen]


def doubts(
    ticked: Checklist,
    said: Sequence[Step],
    word: Word,
    now: datetime,
    clock: tzinfo,
    done: Collection[str] = (),
) -> list[str]:
    """What is odd about a word that was just said; it is kept all the same.

    ``now``: naive, on ``clock``. ``done``: steps that the journal did.
    """
    until = word.until.on(clock) if word.until else None
    if word.state == "kept" and until and until <= now:
        return [f"kept until {wall_text(until)}, which is over: it is open again"]
    if word.state != "done":
        return []
    found = []
    at = word.at.on(clock)
    if at > now:
        found.append(f"{wall_text(at)} lies in the future")
    states = {step.id: step.state for step in ticked.steps} | dict.fromkeys(done, "done")
    for step in said:
        before = [id for id in step.needs if holds_up(step, states.get(id, "done"))]
        if before:
            found.append(f"{step.id}: done before {before[0]}, which it needs")
        due = step.due.on(clock) if step.due else None
        if due and KINDS.get(step.kind, OWN).deadline and at > due:
            found.append(f"{step.id}: done after it was due, at {step.due_text(clock)}")
        elif due and not KINDS.get(step.kind, OWN).deadline and at < due:
            found.append(f"{step.id}: done sooner than {wall_text(due)}, {_why_later(step)}")
    return found


def _why_later(step: Step) -> str:
    return "before its bill is final" if step.kind == FINAL else "in its quiet time"


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
