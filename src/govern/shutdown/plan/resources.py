"""Steps for what runs by itself: jobs, batches, deployments, knowledge bases, web search.

Bills name none of them (no Instance ID layout is documented for most), so an inventory makes a
step for each, and a bill makes one for each workspace and region that pays for any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from urllib.parse import quote

from govern.judge.audit.use import JOBS
from govern.ledger.clauses import USAGE, known, perhaps_in, perhaps_of_service, same
from govern.model.act import Act
from govern.model.checklist import Step, Target
from govern.model.console import call_host
from govern.model.directory import Directory
from govern.model.inventory import Inventory, Resource
from govern.model.text import shorten, some
from govern.shutdown.plan.kind import Kind, Seen, collected, seen, step_id
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.scope import Scope
from govern.shutdown.plan.spend import Spend, last_of, shares

#: So many Instance IDs are told.
_SHOWN = 5

#: What a step says to do, given the place in words.
How = Callable[[str], str]


@dataclass(frozen=True)
class Wing:
    """What tells such kinds apart. ``over``: states in which nothing more is billed.

    ``listed`` is the inventory's list, ``target`` the subject word, ``stop`` the policy's.
    ``noun`` is one of them in words, ``thing`` what they all are on a bill. ``call`` ends one:
    the method and the path, as documented. ``spoken_for``: whether a region that was seen whole has
    none that isn't listed; for knowledge bases the account has no list.
    """

    name: str
    title: str
    service: str
    stop: str
    listed: str
    target: str
    noun: str
    thing: str
    over: frozenset[str]
    how: How
    reversible: bool
    proof: str = "bill"
    call: tuple[str, str] | None = None
    spoken_for: bool = True
    act: Act | None = None


def kind_of(wing: Wing) -> Kind:
    """The kind of step that stops this service."""

    def plan(scene: Scene) -> Iterable[Step]:
        found = list(_listed(wing, scene))
        yield from found
        yield from _billed(wing, scene, found)

    def scope(step: Step) -> Scope:
        return _scope(wing, step)

    def seen(step: Step, directory: Directory, clock: tzinfo) -> Seen | None:
        return _seen(wing, step, directory, clock)

    return Kind(
        wing.name,
        plan,
        wing.title,
        scope=scope,
        seen=seen,
        ends_jobs=wing.service in JOBS,
        act=wing.act,
    )


def _over(wing: Wing, resource: Resource) -> bool:
    return resource.ended_at is not None or (resource.status or "").upper() in wing.over


def _listed(wing: Wing, scene: Scene) -> Iterable[Step]:
    for inventory in scene.directory.inventories:
        for one in getattr(inventory, wing.listed) if wing.listed else ():
            if _over(wing, one) or not scene.wants(one.workspace_id, wing.stop):
                continue
            state = f" It is {one.status}." if one.status else ""
            prepaid = " It is prepaid." if one.prepaid else ""
            yield Step(
                id=step_id(wing.name, one.workspace_id, one.id),
                kind=wing.name,
                region_id=one.region_id,
                subject=Target(
                    wing.target, one.id, one.name, one.workspace_id, inventory.account_id
                ),
                why=f"{scene.why_of(one.workspace_id, wing.stop)}.{state}{prepaid}",
                how=wing.how(_place(wing, one.id, one.workspace_id, one.region_id)),
                command=_command(wing, one),
                reversible=wing.reversible,
                proof=wing.proof,
                owner=scene.directory.owner(one.workspace_id, None),
                shares=shares(_of_its_own(wing, scene, one.id)),
            )


def _of_its_own(wing: Wing, scene: Scene, id: str) -> list[Spend]:
    """The charges that name it; where none does, nothing is known of what it costs."""
    return [one for one in scene.spends if one.service == wing.service and one.instance_id == id]


def _billed(wing: Wing, scene: Scene, listed: Sequence[Step]) -> Iterable[Step]:
    covered = {step.subject.workspace_id for step in listed}
    ids = {step.subject.id for step in listed}
    for place, every in scene.services(wing.service, wing.stop).items():
        account, workspace_id, region_id = place
        spends = [spend for spend in every if spend.instance_id not in ids]
        if not spends or (
            workspace_id is not None
            and (workspace_id in covered or _all_over(wing, scene, workspace_id))
        ):
            continue
        count = sum(spend.charges for spend in spends)
        many = "1 charge" if count == 1 else f"{count} charges"
        yield Step(
            id=step_id(wing.name, workspace_id, region_id),
            kind=wing.name,
            region_id=region_id,
            subject=Target("service", wing.service, None, workspace_id, account),
            why=(
                f"{scene.why_of(workspace_id, wing.stop)}. The bill has {many} for "
                f"{wing.thing}, the last {last_of(spends)}"
                + (", and names no workspace" if workspace_id is None else "")
                + f"{_named(spends)}."
            ),
            how=wing.how(_place(wing, None, workspace_id, region_id)),
            reversible=wing.reversible,
            proof=wing.proof,
            owner=scene.directory.owner(workspace_id, None),
            shares=shares(spends),
        )


def _named(spends: Iterable[Spend]) -> str:
    """What the bill calls them; that it is their id is inferred."""
    ids = sorted({spend.instance_id for spend in spends if spend.instance_id})
    shown = some([shorten(id, 60) for id in ids], _SHOWN)
    return f"; Instance ID {shown}" if ids else ""


def _all_over(wing: Wing, scene: Scene, workspace_id: str) -> bool:
    """Whether the inventory knows what the workspace paid for, and nothing of it runs."""
    known = [
        one
        for inventory in scene.directory.inventories
        for one in (getattr(inventory, wing.listed) if wing.listed else ())
        if one.workspace_id == workspace_id
    ]
    return bool(known) and all(_over(wing, one) for one in known)


def _place(wing: Wing, id: str | None, workspace_id: str | None, region_id: str | None) -> str:
    """``batch b-1 of workspace llm-a in cn-beijing``; without an id, all that there may be."""
    words = [f"{wing.noun} {id}" if id else f"every {wing.noun}"]
    words.append(f"of workspace {workspace_id}" if workspace_id else "of every workspace")
    words.append(f"in {region_id}" if region_id else "in every region")
    return " ".join(words)


def _command(wing: Wing, one: Resource) -> str | None:
    """The documented call that ends it; the key must be one of its own workspace."""
    host = call_host(one.region_id)
    if wing.call is None or host is None:
        return None
    method, path = wing.call
    # Percent-encoded, an id has no character left that a shell would take for anything.
    url = f"https://{host}{path.format(id=quote(one.id, safe=''))}"
    return f'curl -X {method} "{url}" -H "Authorization: Bearer $DASHSCOPE_API_KEY"'


def _scope(wing: Wing, step: Step) -> Scope:
    """The charges of the service. They may be the step's own where they name no workspace, and
    so may those of which nothing tells the service."""
    around = USAGE
    if step.subject.sub_account_id:
        around &= same("sub_account_id", step.subject.sub_account_id)
    if step.region_id:
        around &= perhaps_in(step.region_id)
    own = around & same("service", wing.service)
    untold = around & perhaps_of_service(wing.service)
    if not step.subject.workspace_id:
        return Scope(own, untold)
    nowhere = ~known("workspace_id")
    here = same("workspace_id", step.subject.workspace_id)
    return Scope(own & here, own & nowhere | untold & (here | nowhere))


def _seen(wing: Wing, step: Step, directory: Directory, clock: tzinfo) -> Seen | None:
    if step.subject.kind != wing.target or not wing.listed:
        return None

    def is_meant(one: Resource) -> bool:
        return one.id == step.subject.id

    one, where = directory.latest(wing.listed, is_meant)
    for inventory in reversed(directory.inventories):
        if inventory is where:
            return _said(wing, one, inventory, clock)
        listed = any(map(is_meant, getattr(inventory, wing.listed)))
        if not listed and wing.spoken_for and _looked_at(inventory, step.region_id):
            told = f"the inventory {inventory.path} looked at all of {step.region_id}: it is gone"
            looked_at = collected(inventory, clock)
            return Seen(True, told, looked_at, looked_at)
    return None


def _said(wing: Wing, one: Resource, inventory: Inventory, clock: tzinfo) -> Seen | None:
    last = seen(one, inventory, clock)
    told = f"the inventory {inventory.path} says it is {one.status or 'there'}"
    if _over(wing, one):
        return Seen(True, told, one.ended_at.on(clock) if one.ended_at else last, last)
    return Seen(False, told, None, last) if one.status else None


def _looked_at(inventory: Inventory, region_id: str | None) -> bool:
    """Whether the inventory saw all of this region, so that what it doesn't list isn't there."""
    return inventory.complete and any(
        region.region_id == region_id and region.looked_at == "full" for region in inventory.regions
    )
