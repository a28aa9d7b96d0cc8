"""Delete an API key: final, so only after it was disabled and nobody missed it for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta, tzinfo

from govern.model.act import GONE, Act
from govern.model.checklist import Step
from govern.model.clock import Moment
from govern.model.directory import Directory
from govern.shutdown.plan.kind import Kind, Seen, seen, step_id
from govern.shutdown.plan.planned import Planned
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.spend import shares
from govern.shutdown.plan.steps import disable_key

NAME = "delete_key"

#: Between disabling and deleting, so that who needs the key has time to say so.
QUIET_DAYS = 7


def _plan(scene: Scene) -> Iterable[Step]:
    for one, why in disable_key.key_steps(scene, (NAME,)):
        yield Step(
            id=step_id(NAME, one.workspace_id, one.api_key_id),
            kind=NAME,
            region_id=one.region_id,
            subject=disable_key.target_of(one),
            why=f"{why}.",
            how=(
                f"{QUIET_DAYS} quiet days after it was disabled, delete "
                f"{disable_key.key_of(one)} on the API key page. "
                f"{disable_key.where(one.region_id)} This is final: a deleted key can't be "
                "restored."
            ),
            reversible=False,
            proof="bill",
            owner=one.owner,
            shares=shares(scene.spends_of(one)),
        )


def _after(step: Step, planned: Planned) -> Iterable[Step]:
    return planned.on(disable_key.NAME, step.subject)


def _seen(step: Step, directory: Directory, clock: tzinfo) -> Seen | None:
    """A key is gone if the inventory says so; if it is listed without that, it is there."""
    for place in ((step.subject.workspace_id, str(step.subject.id)), (None, str(step.subject.id))):
        if place in directory.keys:
            key, inventory = directory.keys[place]
            looked_at = seen(key, inventory, clock)
            if key.gone_at:
                told = f"the inventory {inventory.path} says it is gone"
                return Seen(True, told, key.gone_at.on(clock), looked_at)
            return Seen(False, f"the inventory {inventory.path} still lists it", None, looked_at)
    return None


def _due(step: Step, planned: Planned) -> Moment | None:
    """When the quiet time after disabling it is over."""
    done = [one.at for one in planned.on(disable_key.NAME, step.subject) if one.state != "kept"]
    at = next((at for at in reversed(done) if at), None)
    return replace(at, wall=at.wall + timedelta(days=QUIET_DAYS)) if at else None


#: Final (documented). Never made of a key that is enabled.
ACT = Act(
    "DeleteApiKey",
    "api_key",
    made_in=frozenset({"disabled"}),
    proved_in=frozenset({GONE}),
    ends=True,
)

KIND = Kind(
    NAME,
    _plan,
    "Delete {} (final)",
    after=_after,
    scope=disable_key.of_key,
    seen=_seen,
    due=_due,
    act=ACT,
    phase="delete",
)
