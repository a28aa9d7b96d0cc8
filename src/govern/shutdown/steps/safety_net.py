"""A safety net for what nobody thought of: budgets, alarms and the free-quota switch."""

from __future__ import annotations

from collections.abc import Iterable

from govern.model.checklist import Step, Target
from govern.model.console import page
from govern.shutdown.kind import Kind, step_id
from govern.shutdown.scene import Scene

NAME = "safety_net"


def _plan(scene: Scene) -> Iterable[Step]:
    if not scene.wishes and not scene.findings:
        return
    yield Step(
        id=step_id(NAME),
        kind=NAME,
        region_id=None,
        subject=Target("account", None),
        why="A key or a job that is on no list would go on costing money unseen.",
        how=(
            "In the console set a budget under Budget Management (account, workspace or API key) "
            "with an alert and automatic stop, and the free-quota-only switch where it exists; set "
            f"a spend alarm at {page('alarms')}. A budget's automatic stop comes late, covers use "
            "by the call only (no training, no PTU), and isn't there in Virginia. No documented "
            "API sets any of these."
        ),
        reversible=True,
        proof="person",
    )


KIND = Kind(NAME, _plan, stops=False)
