"""The plan: every step of every kind, in the order in which to do them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from govern.model.checklist import Step
from govern.shutdown.plan.planned import Planned
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.spend import worth
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
        return known
    return replace(known, why=f"{known.why} {other.why}")


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
    """By dependency, then by what a day costs until then, then by kind and id.

    A step that others wait for counts with what the dearest of them saves.
    """
    known = {step.id: step for step in steps}
    dearest = _worths(known)

    def priority(id: str) -> tuple[Decimal, int, str]:
        return -dearest[id], _RANK.get(known[id].kind, len(_RANK)), id

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


def _worths(steps: Mapping[str, Step]) -> dict[str, Decimal]:
    """What each step saves a day, or the dearest step behind it, whichever is more."""
    found = {id: worth(step.saves_per_day) for id, step in steps.items()}
    changed = True
    while changed:
        changed = False
        for id, step in steps.items():
            for need in step.needs:
                if need in found and found[need] < found[id]:
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
