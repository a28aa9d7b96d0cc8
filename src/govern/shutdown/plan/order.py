"""The plan: every step of every kind, in the order in which to do them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from govern.model.checklist import Step
from govern.model.clock import BILL_CLOCK
from govern.shutdown.plan.planned import Planned
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.stakes import joined, urgency
from govern.shutdown.plan.steps import KINDS, OWN

_RANK = {name: rank for rank, name in enumerate(KINDS)}

#: States in which a step no longer holds up the steps that need it.
OVER = ("done", "waiting", "proved", "kept")


def steps_of(scene: Scene) -> list[Step]:
    """All steps of the scene, each with what it needs; one subject has one step of a kind."""
    found: dict[str, Step] = {}
    for kind in KINDS.values():
        for step in kind.plan(scene):
            known = found.get(step.id)
            found[step.id] = _one(known, step) if known else step
    return with_needs(found.values())


def _one(known: Step, other: Step) -> Step:
    """Two steps with one name: the same thing, asked for by two."""
    if other.why in known.why:
        return replace(known, shares=joined(known.shares, other.shares))
    return replace(known, why=f"{known.why} {other.why}", shares=joined(known.shares, other.shares))


def with_needs(steps: Iterable[Step]) -> list[Step]:
    """The steps, each with the ids of those that come before it, and those people added."""
    planned = Planned(steps)
    ids = {step.id for step in planned.steps}
    found = []
    for step in planned.steps:
        before = KINDS.get(step.kind, OWN).after(step, planned)
        needs = {other.id for other in before if other is not step}
        needs |= set(step.needs) & ids
        found.append(replace(step, needs=tuple(sorted(needs))))
    return found


def in_order(steps: Sequence[Step]) -> list[Step]:
    """By dependency; then what must be done by a date, the first date first; then looking; then
    by what a day costs until it is done; then by kind and id.

    A step that others wait for counts with the most urgent of them.
    """
    known = {step.id: step for step in steps}
    urgent = _urgencies(known)

    def priority(id: str) -> tuple[Urgency, int, str]:
        return urgent[id], _RANK.get(known[id].kind, len(_RANK)), id

    needs = {id: [need for need in step.needs if need in known] for id, step in known.items()}
    return [known[id] for id in by_need(needs, priority)]


def by_need(
    needs: Mapping[str, Collection[str]], priority: Callable[[str], tuple[Any, ...]]
) -> list[str]:
    """The ids of steps, each behind those that it needs; of those that may come next, the first by
    ``priority``. ``needs``: by id, ids of the same mapping, without a circle."""
    waits = {id: len(set(before)) for id, before in needs.items()}
    behind: dict[str, list[str]] = {id: [] for id in needs}
    for id, before in needs.items():
        for need in set(before):
            behind[need].append(id)
    ready = [(priority(id), id) for id, count in waits.items() if not count]
    heapq.heapify(ready)
    ordered = []
    while ready:
        _, id = heapq.heappop(ready)
        ordered.append(id)
        for other in behind[id]:
            waits[other] -= 1
            if not waits[other]:
                heapq.heappush(ready, (priority(other), other))
    return ordered


#: What comes first is least: whether it has a date, looks, or costs; the date; the cost.
Urgency = tuple[int, datetime, Decimal]


def _urgency(step: Step) -> Urgency:
    kind = KINDS.get(step.kind, OWN)
    cost = -urgency(step)
    if kind.deadline and step.due:
        return 0, step.due.on(BILL_CLOCK), cost
    if kind.phase in ("renewals", "look"):
        # A plan whose end isn't known may renew tomorrow.
        return 1 if kind.phase == "renewals" else 2, datetime.max, cost
    return 3, datetime.max, cost


def _urgencies(steps: Mapping[str, Step]) -> dict[str, Urgency]:
    """How urgent each step is, or the most urgent one behind it, whichever is more."""
    found = {id: _urgency(step) for id, step in steps.items()}
    changed = True
    while changed:
        changed = False
        for id, step in steps.items():
            for need in step.needs:
                if need in found and found[need] > found[id]:
                    found[need] = found[id]
                    changed = True
    return found


def holds_up(step: Step, state: str) -> bool:
    """Whether a step in ``state``, which comes before this one, holds it up.

    What is kept on purpose holds up what can't be undone: a kept key must not be deleted.
    """
    return state not in OVER or (state == "kept" and not step.reversible)


def is_overdue(step: Step, state: str, as_of: datetime, clock: tzinfo) -> bool:
    """Whether the step is open, and had to be done before ``as_of`` (naive, on ``clock``)."""
    if step.due is None or not KINDS.get(step.kind, OWN).deadline:
        return False
    return state in ("todo", "blocked") and step.due.on(clock) <= as_of


def with_states(steps: Sequence[Step]) -> list[Step]:
    """Open steps are ``blocked`` while something they need is open, else ``todo``."""
    states = {step.id: step.state for step in steps}
    found = []
    for step in steps:
        if step.state in ("todo", "blocked"):
            held_up = any(holds_up(step, states.get(need, "done")) for need in step.needs)
            step = replace(step, state="blocked" if held_up else "todo")
        found.append(step)
    return found
