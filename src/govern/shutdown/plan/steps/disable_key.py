"""Disable an API key: reversible, and the first thing that stops its charges."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from govern.ledger.clauses import USAGE, same
from govern.model.act import Act
from govern.model.audit import Audited
from govern.model.checklist import Step, Target
from govern.model.clock import known_text
from govern.model.console import key_pages
from govern.model.directory import Directory
from govern.shutdown.plan.kind import Kind, Seen, seen, step_id
from govern.shutdown.plan.planned import Planned
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.scope import Scope, of_workspace, perhaps_of
from govern.shutdown.plan.spend import shares

NAME = "disable_key"


def key_steps(scene: Scene, stops: tuple[str, ...]) -> Iterable[tuple[Audited, str]]:
    """The keys to stop, each with why; one that the inventory knows to be gone is over."""
    for aim in scene.aims():
        one = aim.subject
        known = scene.directory.key(one.workspace_id, one.api_key_id)
        if not one.api_key_id or aim.stop not in stops or (known and known.gone_at):
            continue
        yield one, aim.why


def target_of(one: Audited) -> Target:
    return Target("api_key", one.api_key_id, one.api_key_name, one.workspace_id, one.sub_account_id)


def key_of(one: Audited) -> str:
    """The key as the console knows it."""
    within = f" of workspace {one.workspace_id}" if one.workspace_id else ""
    return f"the key with ID {one.api_key_id}{within}"


def where(region_id: str | None) -> str:
    """The console page of API keys, in a sentence."""
    choose = (
        f"choose {region_id}" if region_id else "look in each region: the bill names no single one"
    )
    return f"Page: {key_pages(region_id)}; at the top right {choose}."


def _plan(scene: Scene) -> Iterable[Step]:
    for one, why in key_steps(scene, ("disable_key", "delete_key")):
        known = scene.directory.key(one.workspace_id, one.api_key_id)
        if known and known.disabled:
            continue
        owner = f" Its owner is {one.owner}." if one.owner else ""
        last = (
            f" Last used {known_text(one.last_charge, one.last_width)}." if one.last_charge else ""
        )
        yield Step(
            id=step_id(NAME, one.workspace_id, one.api_key_id),
            kind=NAME,
            region_id=one.region_id,
            subject=target_of(one),
            why=why + "." + owner + last,
            how=(
                f"Disable {key_of(one)} on the API key page or by OpenAPI DisableApiKey. "
                f"{where(one.region_id)} Not listed? A RAM user may see only its own keys; else it "
                "is in another region, or deleted already. If something important breaks, enable "
                "it again."
            ),
            reversible=True,
            proof="bill",
            owner=one.owner,
            shares=shares(scene.spends_of(one)),
        )


def of_key(step: Step) -> Scope:
    """The use of the step's key."""
    own = USAGE & of_workspace(step) & same("api_key_id", step.subject.id)
    return Scope(own, perhaps_of(step, calls=True))


def _seen(step: Step, directory: Directory, clock: tzinfo) -> Seen | None:
    found = directory.keys.get(
        (step.subject.workspace_id, str(step.subject.id))
    ) or directory.keys.get((None, str(step.subject.id)))
    if found is None:
        return None
    key, inventory = found
    looked_at = seen(key, inventory, clock)
    ends = [one.on(clock) for one in (key.disabled_at, key.gone_at) if one]
    if key.disabled or key.gone_at:
        how = "gone" if key.gone_at and not key.disabled else "disabled"
        at = min(ends) if ends else looked_at
        return Seen(True, f"the inventory {inventory.path} says it is {how}", at, looked_at)
    if key.disabled is None:
        return None
    return Seen(False, f"the inventory {inventory.path} says it is enabled", None, looked_at)


def _after(step: Step, planned: Planned) -> Iterable[Step]:
    workspace_id = step.subject.workspace_id
    for kind in ("tell_owners", "ask_owner"):
        yield from planned.of_the_workspace(kind, workspace_id)


#: Documented, as is that it can be taken back.
ACT = Act(
    "DisableApiKey",
    "api_key",
    made_in=frozenset({"enabled"}),
    proved_in=frozenset({"disabled"}),
    undo=Act(
        "EnableApiKey",
        "api_key",
        made_in=frozenset({"disabled"}),
        proved_in=frozenset({"enabled"}),
    ),
)

KIND = Kind(
    NAME,
    _plan,
    "Disable {}",
    after=_after,
    scope=of_key,
    seen=_seen,
    ended_by="delete_key",
    act=ACT,
)
