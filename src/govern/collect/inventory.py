"""``collect inventory``: every list of the account that can be read, region by region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from govern.cloud import bss, dashscope, modelstudio
from govern.cloud.client import Client, Key
from govern.cloud.failure import CallFailed
from govern.cloud.paging import Rows
from govern.cloud.secret import Secret
from govern.cloud.sts import Caller
from govern.collect import records
from govern.collect.merge import Account, Seen
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.inventory import LookedAt, Unseen
from govern.model.meaning import REGIONS

#: The lists that can be asked for, by their names in the inventory.
LISTS = ("api_keys", "workspaces", "plans", "training_jobs", "deployments", "batches")

#: Lists of one workspace, read with an API key of it: how, and what a row is.
_BY_KEY: Mapping[str, tuple[Callable[..., Rows], Callable[..., Any]]] = {
    "training_jobs": (dashscope.fine_tunes, records.fine_tune),
    "deployments": (dashscope.deployments, records.deployment),
    "batches": (dashscope.batches, records.batch),
}


@dataclass(frozen=True)
class KnownKey:
    """An API key at hand, and where it belongs, where that is known."""

    secret: Secret
    workspace_id: str | None = None
    region_id: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What is asked for. ``sees_all``: the user says that a RAM user or role sees everything."""

    regions: Sequence[str] = tuple(REGIONS)
    lists: Sequence[str] = LISTS
    keys: Sequence[KnownKey] = ()
    sees_all: bool = False
    progress: Callable[[str], None] = lambda message: None


@dataclass
class _Reading:
    """What was read so far. Places are (region id, workspace id)."""

    found: dict[str, list[Any]] = field(default_factory=dict)
    ended: dict[str, dict[tuple[str | None, str | None], Moment]] = field(default_factory=dict)
    unseen: list[Unseen] = field(default_factory=list)
    missing_hosts: set[str] = field(default_factory=set)

    def keep(
        self, name: str, place: tuple[str | None, str | None], rows: Rows, found: Iterable[Any]
    ) -> None:
        self.found.setdefault(name, []).extend(found)
        self.ended.setdefault(name, {})[place] = moment(rows)

    def miss(self, name: str, region_id: str | None, workspace_id: str | None, why: str) -> None:
        self.unseen.append(Unseen(name, region_id, workspace_id, why))


def moment(rows: Rows) -> Moment:
    """When a list had been read, on the bill clock."""
    at = rows.at.astimezone(BILL_CLOCK).replace(tzinfo=None, microsecond=0)
    return Moment(at, BILL_CLOCK)


def collect(client: Client, caller: Caller, wanted: Wanted, concurrency: int) -> Account:
    """Read, never act. What can't be read is in the result as such; nothing is raised for it."""
    began = client.clock.astimezone(BILL_CLOCK).replace(tzinfo=None, microsecond=0)
    reading = _Reading()
    with ThreadPoolExecutor(max_workers=concurrency) as pool:
        _by_region(client, wanted, reading, pool)
        _plans(client, wanted, reading)
        _by_workspace(client, wanted, reading, pool)
    everything = caller.kind == "Account" or wanted.sees_all
    reading.unseen.sort(key=lambda one: (one.region_id or "", one.workspace_id or "", one.list))
    return Account(
        at=Moment(began, BILL_CLOCK),
        account_id=caller.account_id,
        everything=everything,
        regions=tuple(_looked_at(wanted, reading, everything, region) for region in REGIONS),
        unseen=tuple(reading.unseen),
        lists={
            name: Seen(tuple(reading.found.get(name, ())), reading.ended.get(name, {}))
            for name in wanted.lists
        },
    )


def _by_region(client: Client, wanted: Wanted, reading: _Reading, pool: Executor) -> None:
    """Workspaces and keys. Workspaces are asked for whenever keys are: they tell a key's region."""
    lists = {
        region_id: (
            pool.submit(_try, modelstudio.workspaces, client, region_id),
            pool.submit(_try, modelstudio.api_keys, client, region_id)
            if "api_keys" in wanted.lists
            else None,
        )
        for region_id in wanted.regions
        if not {"api_keys", "workspaces", *_BY_KEY}.isdisjoint(wanted.lists)
    }
    regions: dict[str, str | None] = {}
    keys: list[tuple[str, Rows]] = []
    for region_id, (spaces, found) in lists.items():
        wanted.progress(f"reading workspaces and API keys of {region_id}")
        told = spaces.result()
        if isinstance(told, Rows):
            known = [records.workspace(row) for row in told.rows]
            regions |= {one.workspace_id: one.region_id for one in known}
            reading.keep("workspaces", (region_id, None), told, known)
        else:
            _failed(reading, "workspaces", region_id, told)
        if found is not None:
            listed = found.result()
            if isinstance(listed, Rows):
                keys.append((region_id, listed))
            else:
                _failed(reading, "api_keys", region_id, listed)
    for region_id, rows in keys:
        found_keys = [records.api_key(row, regions) for row in rows.rows]
        reading.keep("api_keys", (region_id, None), rows, found_keys)


def _plans(client: Client, wanted: Wanted, reading: _Reading) -> None:
    if "plans" not in wanted.lists:
        return
    wanted.progress("reading plans")
    told = _try(bss.plans, client)
    if isinstance(told, Rows):
        reading.keep("plans", (None, None), told, [records.plan(row) for row in told.rows])
    else:
        reading.miss("plans", None, None, str(told))


def _by_workspace(client: Client, wanted: Wanted, reading: _Reading, pool: Executor) -> None:
    """Jobs, deployments and batches, each workspace with a key of its own."""
    names = [name for name in _BY_KEY if name in wanted.lists]
    places = [
        (one.workspace_id, one.region_id)
        for one in reading.found.get("workspaces", ())
        if one.region_id in dashscope.HOSTS and one.region_id in wanted.regions
    ]
    if not names:
        return
    results = pool.map(lambda place: _of_workspace(client, wanted, names, *place), places)
    for (workspace_id, region_id), told in zip(places, results, strict=True):
        wanted.progress(f"reading jobs, deployments and batches of {workspace_id}")
        for name in names:
            rows = told[name]
            if isinstance(rows, Rows):
                made = _BY_KEY[name][1]
                found = [made(row, workspace_id, region_id) for row in rows.rows]
                reading.keep(name, (region_id, workspace_id), rows, found)
            else:
                reading.miss(name, region_id, workspace_id, str(rows))


def _of_workspace(
    client: Client, wanted: Wanted, names: Sequence[str], workspace_id: str, region_id: str
) -> dict[str, Rows | CallFailed | str]:
    """Each list with the first key that isn't refused; a refused key is one of another workspace
    (inferred)."""
    found: dict[str, Rows | CallFailed | str] = dict.fromkeys(names, "no API key of this workspace")
    ours = [key for key in wanted.keys if key.region_id in (None, region_id)]
    ours.sort(key=lambda key: key.workspace_id != workspace_id)
    for known in ours:
        key = Key(known.secret, workspace_id)
        first = _try(_BY_KEY[names[0]][0], client, region_id, key)
        if isinstance(first, CallFailed) and first.status in (401, 403):
            continue
        found[names[0]] = first
        for name in names[1:]:
            found[name] = _try(_BY_KEY[name][0], client, region_id, key)
        break
    return found


def _try(read: Callable[..., Rows], *words: object) -> Rows | CallFailed:
    try:
        return read(*words)
    except CallFailed as failed:
        return failed


def _failed(reading: _Reading, name: str, region_id: str, failed: CallFailed) -> None:
    if failed.unresolved and region_id in modelstudio.UNDOCUMENTED:
        reading.missing_hosts.add(region_id)
        return
    reading.miss(name, region_id, None, str(failed))


def _looked_at(wanted: Wanted, reading: _Reading, everything: bool, region_id: str) -> LookedAt:
    """``full`` if all its lists were read to their ends by one who sees everything."""
    if region_id not in wanted.regions:
        return LookedAt(region_id, "none", "not asked for")
    if region_id in reading.missing_hosts:
        return LookedAt(region_id, "none", "its host isn't documented and doesn't exist")
    read = [name for name, ended in reading.ended.items() for one in ended if one[0] == region_id]
    reasons = dict.fromkeys(one.reason for one in reading.unseen if one.region_id == region_id)
    if not read:
        return LookedAt(region_id, "none", "; ".join(reasons) or "nothing was asked for")
    if not everything:
        reasons["the caller may not see everything (--sees-all says that it does)"] = None
    needed = LISTS if region_id in dashscope.HOSTS else ("api_keys", "workspaces", "plans")
    left = [name for name in needed if name not in wanted.lists]
    if left:
        reasons[f"not asked for: {', '.join(left)}"] = None
    return LookedAt(region_id, "partial" if reasons else "full", "; ".join(reasons) or None)
