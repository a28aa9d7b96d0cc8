"""Unsubscribe prepaid deployments: taken offline, they are still paid for."""

from __future__ import annotations

from collections.abc import Iterable

from govern.model.checklist import Step, Target
from govern.model.console import page
from govern.shutdown.plan.kind import Kind, step_id
from govern.shutdown.plan.planned import Planned
from govern.shutdown.plan.scene import Scene

NAME = "unsubscribe"


def _plan(scene: Scene) -> Iterable[Step]:
    for inventory in scene.directory.inventories:
        for one in inventory.deployments:
            if one.prepaid and scene.wants(one.workspace_id, "take_offline"):
                yield Step(
                    id=step_id(NAME, one.workspace_id, one.id),
                    kind=NAME,
                    region_id=one.region_id,
                    subject=Target(
                        "deployment", one.id, one.name, one.workspace_id, inventory.account_id
                    ),
                    why=(
                        f"{scene.why_of(one.workspace_id, 'take_offline')}. It is prepaid: offline "
                        "it costs the same."
                    ),
                    how=(
                        f"Unsubscribe {one.id} after it was taken offline: {page('refunds')}. What "
                        "was used is kept, the rest is paid back; but provisioned throughput (PTU) "
                        "can't be ended early, and a model unit (MU) given back in its first month "
                        "costs 1.2 times as much a day."
                    ),
                    reversible=False,
                    proof="person",
                    owner=scene.directory.owner(one.workspace_id, None),
                )


def _after(step: Step, planned: Planned) -> Iterable[Step]:
    return planned.on("take_offline", step.subject)


KIND = Kind(NAME, _plan, "Unsubscribe {}", after=_after, stops=False, phase="delete")
