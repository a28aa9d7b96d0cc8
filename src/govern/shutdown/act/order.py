"""The order of acts: the checklist's, what a step needs before it, and a workspace's jobs before
the keys that can end them."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from govern.model.checklist import Step
from govern.shutdown.act.decide import Rules, act_of
from govern.shutdown.plan.steps import disable_key


def in_order(steps: Sequence[Step], rules: Rules) -> list[Step]:
    """The steps as they are acted on. A wish of ours gives way to what people said comes first."""
    places = {step.id: place for place, step in enumerate(steps)}
    behind: dict[str, set[str]] = {step.id: set() for step in steps}
    for step in steps:
        for need in step.needs:
            behind[need].add(step.id)
    by_key: dict[str | None, list[Step]] = {}
    for step in steps:
        act = act_of(step, rules)
        if act and act.by_key:
            by_key.setdefault(step.subject.workspace_id, []).append(step)
    for step in steps:
        if step.kind != disable_key.NAME:
            continue
        later = _all_behind(step.id, behind)
        for job in by_key.get(step.subject.workspace_id, ()):
            if job.id not in later:
                behind[job.id].add(step.id)
    return [steps[place] for place in _sorted(places, behind)]


def _all_behind(id: str, behind: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [id]
    while waiting:
        for other in behind[waiting.pop()] - found:
            found.add(other)
            waiting.append(other)
    return found


def _sorted(places: dict[str, int], behind: dict[str, set[str]]) -> list[int]:
    count = dict.fromkeys(places, 0)
    for ids in behind.values():
        for id in ids:
            count[id] += 1
    ready = [places[id] for id, waits in count.items() if not waits]
    heapq.heapify(ready)
    names = {place: id for id, place in places.items()}
    found = []
    while ready:
        place = heapq.heappop(ready)
        found.append(place)
        for id in behind[names[place]]:
            count[id] -= 1
            if not count[id]:
                heapq.heappush(ready, places[id])
    return found
