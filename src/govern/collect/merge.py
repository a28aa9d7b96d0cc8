"""An inventory from what the account shows now and what the file before said. Pure.

What no list tells is kept; what a list no longer has is dated, never dropped; what could not be
seen stays as it was, with the instant at which it was last seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from govern.model.clock import Moment
from govern.model.inventory import ApiKey, Inventory, LookedAt, Plan, Resource, Unseen

#: Words of the services that mean that nothing runs (documented), in lower case.
OVER: Mapping[str, frozenset[str]] = {
    "training_jobs": frozenset({"succeeded", "failed", "canceled"}),
    "deployments": frozenset({"stopped", "failed"}),
    "batches": frozenset({"completed", "failed", "expired", "cancelled"}),
}


@dataclass(frozen=True)
class Seen:
    """What was read of one list. ``ended``: places whose list was read to its end, and when.

    A place is (region id, workspace id); the workspace is None for lists of a whole region,
    the region as well for lists of the account.
    """

    records: Sequence[Any] = ()
    ended: Mapping[tuple[str | None, str | None], Moment] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """The account as it was seen. ``at``: before the first list was asked for. ``everything``:
    the caller sees all of it."""

    at: Moment
    account_id: str
    everything: bool
    regions: tuple[LookedAt, ...]
    unseen: tuple[Unseen, ...]
    lists: Mapping[str, Seen]


def merged(before: Inventory | None, now: Account) -> Inventory:
    """The new inventory."""
    old = before or Inventory(None, None, False)
    return Inventory(
        collected_at=now.at,
        account_id=now.account_id,
        complete=now.everything,
        regions=now.regions,
        api_keys=_list(old, now, "api_keys", lambda one: (one.workspace_id, one.api_key_id), _key),
        workspaces=_list(old, now, "workspaces", lambda one: one.workspace_id, _owned),
        training_jobs=_list(old, now, "training_jobs", _id, _job("training_jobs")),
        deployments=_list(old, now, "deployments", _id, _job("deployments")),
        batches=_list(old, now, "batches", _id, _job("batches")),
        knowledge_bases=_list(old, now, "knowledge_bases", _id, _owned),
        plans=_list(old, now, "plans", lambda one: (one.kind, one.id), _owned),
        unseen=now.unseen,
    )


def _id(one: Resource) -> tuple[str | None, str]:
    return one.workspace_id, one.id


#: The record after: of what was there before (None: nothing), when that was last seen, what is
#: there now, and when its list had been read.
Change = Callable[[Any, Moment | None, Any, Moment | None], Any]


def _list(
    old: Inventory, now: Account, name: str, identity: Callable[[Any], Any], change: Change
) -> tuple[Any, ...]:
    seen = now.lists.get(name, Seen())
    before = {identity(one): one for one in getattr(old, name)}
    there = {identity(one): one for one in seen.records}
    found = []
    for id, one in there.items():
        known = before.get(id)
        found.append(change(known, _last_seen(known, old), one, _read_at(seen, one)))
    for id, known in before.items():
        if id in there:
            continue
        ended = _read_at(seen, known)
        if ended is None or not now.everything or isinstance(known, Plan):
            found.append(replace(known, seen_at=_last_seen(known, old)))
        else:
            found.append(_gone(known, _last_seen(known, old), ended))
    return tuple(sorted(found, key=lambda one: str(identity(one))))


def _last_seen(known: Any, old: Inventory) -> Moment | None:
    return None if known is None else known.seen_at or old.collected_at


def _read_at(seen: Seen, one: Any) -> Moment | None:
    """When the list that must hold the record had been read to its end; None if it wasn't.

    A record without a region may be in any: then every region's list must have been read.
    """
    region_id = getattr(one, "region_id", None)
    workspace_id = getattr(one, "workspace_id", None)
    for place in ((region_id, workspace_id), (region_id, None), (None, None)):
        if place in seen.ended and (region_id or place == (None, None)):
            return seen.ended[place]
    return None


def _gone(known: Any, last: Moment | None, ended: Moment) -> Any:
    if isinstance(known, Resource):
        return known if known.ended_at else replace(known, ended_at=ended)
    if known.gone_at:
        return known
    return replace(known, gone_at=ended, gone_after=last)


def _owned(known: Any, last: Moment | None, one: Any, ended: Moment | None) -> Any:
    """What no list tells is kept."""
    del last, ended
    owner = getattr(known, "owner", None)
    return replace(one, owner=owner) if owner else one


def _key(known: ApiKey | None, last: Moment | None, one: ApiKey, ended: Moment | None) -> ApiKey:
    if known is None:
        return one
    one = replace(one, owner=known.owner or one.owner, region_id=one.region_id or known.region_id)
    if not one.disabled:
        return one
    if known.disabled:
        return replace(one, disabled_at=known.disabled_at, disabled_after=known.disabled_after)
    if known.disabled is False:
        return replace(one, disabled_at=ended, disabled_after=last if ended else None)
    return one


def _job(name: str) -> Change:
    def changed(
        known: Resource | None, last: Moment | None, one: Resource, ended: Moment | None
    ) -> Resource:
        del last
        if known is None or not is_over(name, one.status):
            return one
        if known.ended_at:
            return replace(one, ended_at=known.ended_at)
        return one if is_over(name, known.status) else replace(one, ended_at=ended)

    return changed


def is_over(name: str, status: str | None) -> bool:
    return (status or "").casefold() in OVER[name]
