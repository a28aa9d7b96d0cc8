"""Delete a workspace once it is empty, so that nothing can be started in it again."""

from __future__ import annotations

from collections.abc import Iterable

from govern.ledger.clauses import USAGE
from govern.model.act import GONE, Act
from govern.model.checklist import Step, Target
from govern.model.console import page
from govern.shutdown.plan.kind import Kind, step_id
from govern.shutdown.plan.planned import Planned
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.scope import Scope, of_workspace, perhaps_of
from govern.shutdown.plan.spend import shares

NAME = "retire_workspace"


def _plan(scene: Scene) -> Iterable[Step]:
    for id, whys in scene.workspaces.items():
        workspace = scene.directory.workspace(id)
        accounts = {one.sub_account_id for one in scene.keys if one.workspace_id == id}
        regions = {one.region_id for one in scene.keys if one.workspace_id == id and one.region_id}
        region_id = workspace.region_id if workspace and workspace.region_id else None
        yield Step(
            id=step_id(NAME, id),
            kind=NAME,
            region_id=region_id or (next(iter(regions)) if len(regions) == 1 else None),
            subject=Target(
                "workspace",
                id,
                workspace.name if workspace else None,
                id,
                next(iter(accounts)) if len(accounts) == 1 else None,
            ),
            why=f"{'; '.join(whys)}.",
            how=(
                f"Delete workspace {id} once it has no keys, deployments or knowledge bases any "
                f"more: {page('workspaces')}; or OpenAPI DeleteWorkspace. The default workspace "
                "can't be deleted: leave it empty, and tick this."
            ),
            reversible=False,
            proof="bill",
            owner=scene.directory.owner(id, None),
            shares=shares(scene.spends_in(id)),
        )


def _after(step: Step, planned: Planned) -> Iterable[Step]:
    return (
        other
        for other in planned.of_workspace(step.subject.workspace_id)
        if other.kind not in (NAME, "closing_proof", "final_bill", "look_at_region")
    )


def _scope(step: Step) -> Scope:
    return Scope(USAGE & of_workspace(step), perhaps_of(step, calls=False))


#: Documented; the account refuses the default workspace, and one that holds anything.
ACT = Act(
    "DeleteWorkspace",
    "workspace",
    made_in=frozenset({"empty"}),
    proved_in=frozenset({GONE}),
    ends=True,
)

KIND = Kind(NAME, _plan, "Delete {} (final)", after=_after, scope=_scope, act=ACT, phase="delete")
