"""Stop the console's Playground, which bills like any call and has no API key to delete."""

from __future__ import annotations

from collections.abc import Iterable

from govern.ledger.clauses import USAGE, same
from govern.model.checklist import Step, Target
from govern.shutdown.plan.kind import Kind, step_id
from govern.shutdown.plan.scene import Aim, Scene
from govern.shutdown.plan.scope import Scope, of_workspace, perhaps_of
from govern.shutdown.plan.spend import Spend, shares

NAME = "stop_playground"


def _plan(scene: Scene) -> Iterable[Step]:
    places: dict[str, list[tuple[Aim, list[Spend]]]] = {}
    for aim in scene.aims():
        played = [one for one in scene.spends_of(aim.subject) if one.playground and one.usage]
        if aim.subject.workspace_id is not None and played:
            places.setdefault(aim.subject.workspace_id, []).append((aim, played))
    for workspace_id, found in places.items():
        one = found[0][0].subject
        whys = dict.fromkeys(why for aim, _ in found for why in aim.whys)
        where = f" in {one.region_id}" if one.region_id else ""
        yield Step(
            id=step_id(NAME, workspace_id),
            kind=NAME,
            region_id=one.region_id,
            subject=Target(
                "workspace", workspace_id, one.workspace_name, workspace_id, one.sub_account_id
            ),
            why=f"{'; '.join(whys)}. The console's Playground was used (channel bmp).",
            how=(
                f"Ask the members of workspace {workspace_id} to stop trying models in the "
                f"console's Playground{where}. Disabling API keys doesn't stop it: who goes on "
                "must be taken out of the workspace."
            ),
            reversible=True,
            proof="bill",
            owner=scene.directory.owner(workspace_id, None),
            shares=shares(spend for _, played in found for spend in played),
        )


def _scope(step: Step) -> Scope:
    played = USAGE & of_workspace(step) & same("channel", "bmp")
    return Scope(played, perhaps_of(step, calls=True))


KIND = Kind(NAME, _plan, "Stop Playground use in {}", scope=_scope)
