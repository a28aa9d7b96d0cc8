"""The order of acts: the checklist's, what a step needs before it, and a workspace's jobs before
the keys that can end them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from govern.model.checklist import Step
from govern.shutdown.act.rules import Rules, act_of
from govern.shutdown.plan.order import by_need
from govern.shutdown.plan.steps import disable_key


def in_order(steps: Sequence[Step], rules: Rules) -> list[Step]:
    """The steps as they are acted on. A wish of ours gives way to what people said comes first."""
    places = {step.id: place for place, step in enumerate(steps)}
    needs = {step.id: set(step.needs) for step in steps}
    by_key: dict[str | None, list[Step]] = {}
    for step in steps:
        act = act_of(step, rules)
        if act and act.by_key:
            by_key.setdefault(step.subject.workspace_id, []).append(step)
    for step in steps:
        if step.kind != disable_key.NAME:
            continue
        for job in by_key.get(step.subject.workspace_id, ()):
            if not _is_behind(job.id, step.id, needs):
                needs[step.id].add(job.id)
    return [steps[places[id]] for id in by_need(needs, lambda id: (places[id],))]


def _is_behind(id: str, other: str, needs: Mapping[str, set[str]]) -> bool:
    """Whether a step comes behind another one, through whatever lies between them."""
    reached: set[str] = set()
    waiting = [id]
    while waiting:
        for need in needs[waiting.pop()] - reached:
            reached.add(need)
            waiting.append(need)
    return other in reached
