"""A safety net for what nobody thought of: budgets, alarms and the free-quota switch."""

from __future__ import annotations

from collections.abc import Iterable

from govern.model.checklist import Step, Target
from govern.model.console import page
from govern.shutdown.plan.kind import Kind, step_id
from govern.shutdown.plan.scene import Scene

NAME = "safety_net"


def _plan(scene: Scene) -> Iterable[Step]:
    if not scene.wishes and not scene.findings:
        return
    yield Step(
        id=step_id(NAME),
        kind=NAME,
        region_id=None,
        subject=Target("account", None),
        why="What is on no list could go on costing money unseen.",
        how=(
            "Set a budget with an alert and automatic stop: Model Studio console, Cost and Usage > "
            "Budget Management. It covers pay-as-you-go calls only (no training, no PTU or MU), "
            f"stops late, and can't stop in Virginia. Set a spend alarm: {page('alarms')}. In "
            "Beijing and Singapore let models stop when their free quota is used up: "
            f"{page('free_quota')}. No documented API sets any of these."
        ),
        reversible=True,
        proof="person",
    )


KIND = Kind(NAME, _plan, "Set up a safety net", stops=False, phase="prove")
