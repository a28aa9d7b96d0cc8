"""Jobs, deployments and batches: the lists that only a workspace's own API key may read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any

from govern.cloud import dashscope
from govern.cloud.client import Client, Key
from govern.cloud.failure import CallFailed
from govern.cloud.paging import Rows
from govern.collect import records
from govern.collect.reading import Reading, Wanted, attempt

#: How each is read, and what a row of it is.
_READS: Mapping[str, tuple[Callable[..., Rows], Callable[..., Any]]] = {
    "training_jobs": (dashscope.fine_tunes, records.fine_tune),
    "deployments": (dashscope.deployments, records.deployment),
    "batches": (dashscope.batches, records.batch),
}

#: Calls of one region that are known to be refused as such, or that are none of this workspace.
_REFUSED = (401, 403)


def read(client: Client, wanted: Wanted, reading: Reading, threads: Executor) -> None:
    """Jobs, deployments and batches, each workspace with a key of its own."""
    regions = [
        region_id for region_id in wanted.regions if region_id in dashscope.HOSTS and wanted.by_key
    ]
    known = reading.ended.get("workspaces", {})
    for region_id in regions:
        if (region_id, None) not in known:
            for name in wanted.by_key:
                reading.miss(name, region_id, None, "its workspaces couldn't be listed")
    spaces = [listed.record for listed in reading.listed.get("workspaces", ())]
    places = dict.fromkeys(
        (workspace.workspace_id, workspace.region_id)
        for workspace in spaces
        if workspace.region_id in regions
    )
    results = threads.map(lambda place: _of_workspace(client, wanted, *place), places)
    for (workspace_id, region_id), by_list in zip(places, results, strict=True):
        wanted.progress(f"reading jobs, deployments and batches of {workspace_id}")
        for name, (lists, why) in by_list.items():
            for rows in lists:
                make = _READS[name][1]
                reading.keep(name, rows, [make(row, workspace_id, region_id) for row in rows.rows])
            if why is None:
                reading.end(name, region_id, workspace_id, lists[-1])
            else:
                reading.miss(name, region_id, workspace_id, why)


#: What was read, and why it isn't the workspace's own list to its end; None where the last is.
_Lists = tuple[list[Rows], str | None]


def _of_workspace(
    client: Client, wanted: Wanted, workspace_id: str, region_id: str
) -> dict[str, _Lists]:
    """Each list with the first key that isn't refused; a refused key is one of another workspace
    (inferred)."""
    keys = [key for key in wanted.keys if key.region_id in (None, region_id)]
    keys.sort(key=lambda key: (key.workspace_id != workspace_id, key.workspace_id is not None))
    by_list: dict[str, _Lists] = {}
    for name in wanted.by_key:
        others: list[Rows] = []
        why: str | None = "no API key of this workspace"
        for known in list(keys):
            key = Key(known.secret, workspace_id)
            answer = attempt(_READS[name][0], client, region_id, key)
            if isinstance(answer, CallFailed):
                if answer.status not in _REFUSED:
                    why = str(answer)
                    break
                keys.remove(known)
                continue
            others.append(answer)
            if _is_of(answer, workspace_id):
                why = None
                break
            why = "the API key at hand answers for another workspace"
        by_list[name] = others, why
    return by_list


def _is_of(rows: Rows, workspace_id: str) -> bool:
    """Whether this is the workspace's own list: a row's own workspace outranks the one asked for
    (inferred)."""
    named = [row.get("workspace_id") or workspace_id for row in rows.rows]
    return not named or workspace_id in named
