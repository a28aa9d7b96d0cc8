"""An inventory from what the account shows now and what the file before said. Pure.

What no list tells is kept; what a list no longer has is dated, never dropped; what could not be
seen stays as it was, with the instant at which it was last seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from govern.collect import change
from govern.collect.change import Change, Known, last_seen, unlisted
from govern.collect.seen import Account, Listed, Seen
from govern.model.inventory import ApiKey, Inventory, Plan, Resource, Workspace


def merged(before: Inventory | None, now: Account) -> Inventory:
    """The new inventory: every record of the one before is in it."""
    old = before or Inventory(None, None, False)
    return Inventory(
        collected_at=now.at,
        account_id=now.account_id,
        complete=now.everything,
        regions=now.regions,
        api_keys=_list(old, now, "api_keys", _key_id, change.key),
        workspaces=_list(old, now, "workspaces", _workspace_id, change.workspace),
        training_jobs=_list(old, now, "training_jobs", _id, change.job("training_jobs")),
        deployments=_list(old, now, "deployments", _id, change.job("deployments")),
        batches=_list(old, now, "batches", _id, change.job("batches")),
        knowledge_bases=_list(old, now, "knowledge_bases", _id, change.as_listed),
        plans=_list(old, now, "plans", _plan_id, change.as_listed),
        unseen=now.unseen,
    )


#: What tells the records of a list apart: the workspace, or what else they are within, and the id.
Identity = tuple[str | None, str | None]


def _key_id(key: ApiKey) -> Identity:
    return key.workspace_id, key.api_key_id


def _workspace_id(workspace: Workspace) -> Identity:
    return None, workspace.workspace_id


def _id(resource: Resource) -> Identity:
    return resource.workspace_id, resource.id


def _plan_id(plan: Plan) -> Identity:
    return plan.kind, plan.id


def _list(
    old: Inventory,
    now: Account,
    name: str,
    identity: Callable[[Any], Identity],
    becomes: Change,
) -> tuple[Any, ...]:
    seen = now.lists.get(name, Seen())
    listed = _by_identity(seen.records, identity)
    records = []
    for record in getattr(old, name):
        known = Known(record, last_seen(record, old))
        there = listed.get(_same(identity(record), listed))
        if there:
            records.append(becomes(known, there.pop(0)))
        else:
            records.append(unlisted(known, seen, now.everything))
    records += [new.record for more in listed.values() for new in more]
    return tuple(sorted(records, key=lambda record: tuple(map(str, identity(record)))))


def _by_identity(
    records: Sequence[Listed], identity: Callable[[Any], Identity]
) -> dict[Identity, list[Listed]]:
    """What came on two pages or from two hosts is one record; what has no id is one each."""
    by_id: dict[Identity, list[Listed]] = {}
    for listed in records:
        id = identity(listed.record)
        by_id[id] = [*by_id.get(id, ()), listed] if id[1] is None else [listed]
    return by_id


def _same(id: Identity, listed: Mapping[Identity, Sequence[Listed]]) -> Identity:
    """Which listed record it is. One that a person wrote without its workspace is the only one of
    its id."""
    if id in listed or id[0] is not None:
        return id
    alike = [other for other in listed if other[1] == id[1]]
    return alike[0] if len(alike) == 1 else id
