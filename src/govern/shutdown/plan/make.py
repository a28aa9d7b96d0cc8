"""A checklist from a judged bill; and made again, with everything that people wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from govern.model.audit import Audited
from govern.model.checklist import Checklist, Input, Reach, Region, Step
from govern.model.clock import Moment
from govern.model.directory import Directory
from govern.model.finding import Finding
from govern.model.meaning import REGIONS
from govern.model.seal import PEOPLES
from govern.shutdown.plan.fees import Fee
from govern.shutdown.plan.order import in_order, steps_of, with_needs, with_states
from govern.shutdown.plan.planned import Planned
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.spend import Spend, together
from govern.shutdown.plan.stakes import with_money
from govern.shutdown.plan.steps import KINDS, OWN
from govern.shutdown.plan.wish import Wish

#: How much of a region was seen, least first.
_SEEN = ("none", "partial", "full")


@dataclass(frozen=True)
class Basis:
    """What a checklist is made from. ``as_of`` is naive, on ``clock``, the bill's clock."""

    as_of: datetime
    clock: tzinfo
    keys: Sequence[Audited]
    spends: Sequence[Spend]
    findings: Sequence[Finding]
    wishes: Sequence[Wish]
    directory: Directory
    account_ids: Sequence[str]
    inputs: Sequence[Input]
    reaches: Sequence[Reach] = ()
    fees: Sequence[Fee] = ()
    notes: Sequence[str] = ()


def make(
    basis: Basis, old: Checklist | None = None, done: Mapping[str, Moment] | None = None
) -> Checklist:
    """The plan for ``basis``. Of ``old`` every step stays, and all that people wrote in it.

    ``done``: when steps were done by the journal, which is believed before people's ticks.
    """
    regions = regions_of(basis.directory, basis.spends)
    scene = Scene(
        as_of=basis.as_of,
        keys=basis.keys,
        spends=basis.spends,
        findings=basis.findings,
        wishes=basis.wishes,
        directory=basis.directory,
        regions=regions,
        fees=basis.fees,
        clock=basis.clock,
    )
    planned = steps_of(scene)
    steps = _kept(planned, old.steps) if old else planned
    steps = in_order(with_money(with_needs(steps)))
    steps = with_due(with_states(steps), done)
    accounts = {*basis.account_ids, *(old.account_ids if old else ())}
    # Of a payer whose bill isn't among the inputs this time, the old ones are the last word.
    reaches = {one.account_id: one for one in (*(old.reaches if old else ()), *basis.reaches)}
    return Checklist(
        as_of=Moment(basis.as_of, basis.clock),
        account_ids=tuple(sorted(accounts)),
        regions=tuple(regions),
        inputs=tuple(basis.inputs),
        reaches=tuple(sorted(reaches.values(), key=lambda one: one.account_id or "")),
        wishes=tuple(wish.text for wish in basis.wishes),
        saves_per_day=together(step.saves_per_day for step in steps if step.state in _OPEN),
        steps=tuple(steps),
        notes=(*_notes(scene, regions), *basis.notes),
    )


_OPEN = ("todo", "blocked", "failed")


def _kept(planned: Sequence[Step], old: Sequence[Step]) -> list[Step]:
    """The plan with what people wrote. A step that nothing asks for any more stays as it was."""
    known = {step.id: step for step in old}
    found = [
        replace(step, **{name: getattr(known[step.id], name) for name in PEOPLES})
        if step.id in known
        else step
        for step in planned
    ]
    ids = {step.id for step in planned}
    return found + [_unasked(step) for step in old if step.id not in ids]


def _unasked(step: Step) -> Step:
    """A step that nothing asks for any more: what it costs is counted elsewhere, if anywhere."""
    return replace(step, saves_per_day=()) if step.kind in KINDS else step


def with_due(steps: Iterable[Step], done: Mapping[str, Moment] | None = None) -> list[Step]:
    """The steps, due when others of them say so; ``done``: as for :func:`make`."""
    instants = done or {}
    known = list(steps)
    planned = Planned(
        replace(step, at=instants[step.id])
        if step.id in instants and step.state != "kept"
        else step
        for step in known
    )
    return [
        replace(step, due=KINDS.get(step.kind, OWN).due(step, planned) or step.due)
        for step in known
    ]


def regions_of(directory: Directory, spends: Iterable[Spend]) -> list[Region]:
    """Every region of Model Studio, and any other one of the bill or an inventory."""
    charged = {spend.region_id for spend in spends if spend.region_id}
    looked: dict[str, str] = {}
    for inventory in directory.inventories:
        for region in inventory.regions:
            seen = region.looked_at
            if seen == "full" and not inventory.complete:
                # Whoever looked may not see everything: a RAM user sees only a part.
                seen = "partial"
            known = looked.get(region.region_id, "none")
            looked[region.region_id] = max(known, seen, key=_SEEN.index)
    ids = [*REGIONS, *sorted({*charged, *looked} - set(REGIONS))]
    return [Region(id, looked.get(id, "none"), id in charged) for id in ids]


def _notes(scene: Scene, regions: Sequence[Region]) -> Iterable[str]:
    unseen = [one.region_id for one in regions if one.charges and one.looked_at != "full"]
    if unseen and (scene.wishes or scene.findings):
        yield f"Not complete: regions with charges that nobody looked at: {', '.join(unseen)}."
    nowhere = sum(one.charges for one in scene.spends if not one.region_id and one.usage)
    if nowhere:
        yield f"{nowhere} charges name no region."
    hidden = [one for one in scene.spends if one.workspace_id is None and one.usage]
    if hidden and not scene.everything and (scene.wishes or scene.findings):
        count = sum(one.charges for one in hidden)
        services = ", ".join(sorted({one.service for one in hidden}))
        yield f"{count} charges name no workspace ({services}): whose they are isn't known."


def places(
    keys: Sequence[Audited], directory: Directory
) -> tuple[set[tuple[str | None, str]], set[str]]:
    """The (workspace, key) pairs and the workspaces that a wish may name."""
    known = set(directory.keys)
    known |= {(one.workspace_id, one.api_key_id) for one in keys if one.api_key_id}
    workspaces = set(directory.workspaces)
    workspaces |= {one.workspace_id for one in keys if one.workspace_id}
    return known, workspaces
