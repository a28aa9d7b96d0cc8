"""An inventory from what the account shows now and what the file before said. Pure.

What no list tells is kept; what a list no longer has is dated, never dropped; what could not be
seen stays as it was, with the instant at which it was last seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from govern.model.clock import BILL_CLOCK, Moment
from govern.model.inventory import ApiKey, Inventory, LookedAt, Plan, Resource, Unseen, Workspace
from govern.model.meaning import REGIONS

#: Words of the services that mean that nothing runs (documented), in lower case.
OVER: Mapping[str, frozenset[str]] = {
    "training_jobs": frozenset({"succeeded", "failed", "canceled"}),
    "deployments": frozenset({"stopped", "failed"}),
    "batches": frozenset({"completed", "failed", "expired", "cancelled"}),
}

#: Region id and workspace id; the workspace is None for lists of a whole region, the region as well
#: for lists of the account.
Place = tuple[str | None, str | None]


@dataclass(frozen=True)
class Listed:
    """A record that a list shows. ``at``: when that list had been read."""

    record: Any
    at: Moment


@dataclass(frozen=True)
class Seen:
    """What was read of one list. ``ended``: places whose list was read to its end, and when."""

    records: Sequence[Listed] = ()
    ended: Mapping[Place, Moment] = field(default_factory=dict)


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


@dataclass(frozen=True)
class _Known:
    """A record of the file before, and when it was last seen."""

    record: Any
    last: Moment | None


def merged(before: Inventory | None, now: Account) -> Inventory:
    """The new inventory: every record of the one before is in it."""
    old = before or Inventory(None, None, False)
    return Inventory(
        collected_at=now.at,
        account_id=now.account_id,
        complete=now.everything,
        regions=now.regions,
        api_keys=_list(old, now, "api_keys", _key_id, _key),
        workspaces=_list(old, now, "workspaces", _workspace_id, _workspace),
        training_jobs=_list(old, now, "training_jobs", _id, _job("training_jobs")),
        deployments=_list(old, now, "deployments", _id, _job("deployments")),
        batches=_list(old, now, "batches", _id, _job("batches")),
        knowledge_bases=_list(old, now, "knowledge_bases", _id, _as_listed),
        plans=_list(old, now, "plans", _plan_id, _as_listed),
        unseen=now.unseen,
    )


#: What tells the records of a list apart: the workspace, or what else they are within, and the id.
Identity = tuple[str | None, str | None]


def _key_id(one: ApiKey) -> Identity:
    return one.workspace_id, one.api_key_id


def _workspace_id(one: Workspace) -> Identity:
    return None, one.workspace_id


def _id(one: Resource) -> Identity:
    return one.workspace_id, one.id


def _plan_id(one: Plan) -> Identity:
    return one.kind, one.id


#: The record after, of what was there before and what the list shows now.
Change = Callable[[_Known, Listed], Any]


def _list(
    old: Inventory,
    now: Account,
    name: str,
    identity: Callable[[Any], Identity],
    change: Change,
) -> tuple[Any, ...]:
    seen = now.lists.get(name, Seen())
    listed = _by_identity(seen.records, identity)
    found = []
    for record in getattr(old, name):
        known = _Known(record, _last_seen(record, old))
        there = listed.get(_same(identity(record), listed))
        if there:
            found.append(change(known, there.pop(0)))
        else:
            found.append(_unlisted(known, seen, now.everything))
    found += [one.record for more in listed.values() for one in more]
    return tuple(sorted(found, key=lambda one: tuple(map(str, identity(one)))))


def _by_identity(
    records: Sequence[Listed], identity: Callable[[Any], Identity]
) -> dict[Identity, list[Listed]]:
    """What came on two pages or from two hosts is one record; what has no id is one each."""
    found: dict[Identity, list[Listed]] = {}
    for one in records:
        id = identity(one.record)
        found[id] = [*found.get(id, ()), one] if id[1] is None else [one]
    return found


def _same(id: Identity, listed: Mapping[Identity, Sequence[Listed]]) -> Identity:
    """Which listed record it is. One that a person wrote without its workspace is the only one of
    its id."""
    if id in listed or id[0] is not None:
        return id
    alike = [one for one in listed if one[1] == id[1]]
    return alike[0] if len(alike) == 1 else id


def _last_seen(record: Any, old: Inventory) -> Moment | None:
    """What is gone was last seen when it still was there."""
    if record.seen_at:
        return record.seen_at  # type: ignore[no-any-return]
    return record.gone_after if _gone_at(record) else old.collected_at


def _gone_at(record: Any) -> Moment | None:
    return getattr(record, "gone_at", None)


def _unlisted(known: _Known, seen: Seen, everything: bool) -> Any:
    """What was there and isn't listed: gone only where its list must have held it."""
    kept = replace(known.record, seen_at=known.last)
    ended = _read_to_its_end(seen, known.record)
    if ended is None or not everything or isinstance(kept, Plan):
        return kept
    if isinstance(kept, Resource):
        return kept if kept.ended_at else replace(kept, ended_at=ended)
    if kept.gone_at:
        return kept
    return replace(kept, gone_at=ended, gone_after=_before(known.last, ended))


def _read_to_its_end(seen: Seen, record: Any) -> Moment | None:
    """When every list that could hold the record had been read to its end; None if not all were.

    One whose region isn't known may be in any.
    """
    region_id = record.region_id
    workspace_id = getattr(record, "workspace_id", None)
    if region_id is None:
        ends = [seen.ended.get((region_id, None)) for region_id in REGIONS]
        known = [end for end in ends if end]
        return max(known, key=_wall) if len(known) == len(ends) else None
    return seen.ended.get((region_id, workspace_id)) or seen.ended.get((region_id, None))


def _before(last: Moment | None, end: Moment) -> Moment | None:
    """The start of an interval; none where the file before is of a later time than its end."""
    return last if last and _wall(last) <= _wall(end) else None


def _wall(at: Moment) -> Any:
    return at.on(BILL_CLOCK)


def _as_listed(known: _Known, now: Listed) -> Any:
    del known
    return now.record


def _workspace(known: _Known, now: Listed) -> Workspace:
    workspace: Workspace = now.record
    return replace(workspace, owner=known.record.owner or workspace.owner)


def _key(known: _Known, now: Listed) -> ApiKey:
    """Its instants are those of the file before, and those that both together tell."""
    before: ApiKey = known.record
    key: ApiKey = now.record
    key = replace(key, owner=before.owner or key.owner, region_id=key.region_id or before.region_id)
    if not key.disabled:
        return key
    if before.disabled:
        return replace(key, disabled_at=before.disabled_at, disabled_after=before.disabled_after)
    if before.disabled is False:
        return replace(key, disabled_at=now.at, disabled_after=_before(known.last, now.at))
    return key


def _job(name: str) -> Change:
    def changed(known: _Known, now: Listed) -> Resource:
        before: Resource = known.record
        job: Resource = now.record
        if not is_over(name, job.status):
            return job
        if before.status is None or is_over(name, before.status):
            return replace(job, ended_at=before.ended_at)
        # It ran when it was last seen: an end that was said of it before isn't its end.
        return replace(job, ended_at=now.at)

    return changed


def is_over(name: str, status: str | None) -> bool:
    """Whether the service's word means that nothing runs."""
    return (status or "").casefold() in OVER[name]
