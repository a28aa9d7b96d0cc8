"""``collect inventory``: every list of the account that can be read, region by region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from govern.cloud import bss, dashscope, modelstudio
from govern.cloud.client import Client, Key
from govern.cloud.credentials import ApiKey
from govern.cloud.failure import CallFailed
from govern.cloud.paging import Rows
from govern.cloud.pool import pool
from govern.cloud.sts import Caller
from govern.collect import records
from govern.collect.merge import Account, Listed, Place, Seen
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

#: Calls of one region that are known to be refused as such, or that are none of this workspace.
_REFUSED = (401, 403)


@dataclass(frozen=True)
class Wanted:
    """What is asked for. ``sees_all``: the user says that a RAM user or role sees everything.

    ``known_regions``: of workspaces, as the file before says it.
    """

    regions: Sequence[str] = tuple(REGIONS)
    lists: Sequence[str] = LISTS
    keys: Sequence[ApiKey] = ()
    sees_all: bool = False
    known_regions: Mapping[str, str | None] = field(default_factory=dict)
    progress: Callable[[str], None] = lambda message: None

    @property
    def by_key(self) -> list[str]:
        return [name for name in _BY_KEY if name in self.lists]


@dataclass
class _Reading:
    """What was read so far. ``missing_hosts``: regions that have none, and need have none."""

    found: dict[str, list[Listed]] = field(default_factory=dict)
    ended: dict[str, dict[Place, Moment]] = field(default_factory=dict)
    unseen: list[Unseen] = field(default_factory=list)
    missing_hosts: set[str] = field(default_factory=set)

    def keep(self, name: str, rows: Rows, found: Iterable[Any]) -> None:
        self.found.setdefault(name, []).extend(Listed(one, moment(rows)) for one in found)

    def end(self, name: str, region_id: str | None, workspace_id: str | None, rows: Rows) -> None:
        self.ended.setdefault(name, {})[region_id, workspace_id] = moment(rows)

    def miss(self, name: str, region_id: str | None, workspace_id: str | None, why: str) -> None:
        self.unseen.append(Unseen(name, region_id, workspace_id, why))


@dataclass(frozen=True)
class Collected:
    """The account as it was seen. ``answered``: whether any list was read at all.

    ``left``: what of the unseen makes the run partial; a host that need not exist doesn't.
    """

    account: Account
    answered: bool
    left: tuple[Unseen, ...]


def moment(rows: Rows) -> Moment:
    """When a list had been read, on the bill clock: the second that begins then or next, so that
    an end which is dated by it never comes before the truth."""
    at = rows.at.astimezone(BILL_CLOCK).replace(tzinfo=None)
    if at.microsecond:
        at = at.replace(microsecond=0) + timedelta(seconds=1)
    return Moment(at, BILL_CLOCK)


def collect(client: Client, caller: Caller, wanted: Wanted, concurrency: int) -> Collected:
    """Read, never act. What can't be read is in the result as such; nothing is raised for it."""
    began = client.clock.astimezone(BILL_CLOCK).replace(tzinfo=None, microsecond=0)
    reading = _Reading()
    with pool(client, concurrency) as threads:
        _by_region(client, wanted, reading, threads)
        _plans(client, wanted, reading)
        _by_workspace(client, wanted, reading, threads)
    everything = caller.kind == "Account" or wanted.sees_all
    reading.unseen.sort(key=lambda one: (one.region_id or "", one.workspace_id or "", one.list))
    account = Account(
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
    left = tuple(one for one in reading.unseen if one.region_id not in reading.missing_hosts)
    return Collected(account, any(reading.ended.values()), left)


def _by_region(client: Client, wanted: Wanted, reading: _Reading, threads: Executor) -> None:
    """Workspaces and keys. Jobs are read by workspace, so these are asked for with them too."""
    calls: dict[str, Callable[..., Rows]] = {}
    if "workspaces" in wanted.lists or wanted.by_key:
        calls["workspaces"] = modelstudio.workspaces
    if "api_keys" in wanted.lists:
        calls["api_keys"] = modelstudio.api_keys
    answers = {
        (region_id, name): threads.submit(_try, read, client, region_id)
        for region_id in wanted.regions
        for name, read in calls.items()
    }
    failed: dict[tuple[str, str], CallFailed] = {}
    listed: dict[tuple[str, str], Rows] = {}
    for place, answer in answers.items():
        wanted.progress(f"reading workspaces and API keys of {place[0]}")
        told = answer.result()
        if isinstance(told, Rows):
            listed[place] = told
        else:
            failed[place] = told
    regions = dict(wanted.known_regions)
    for (region_id, name), rows in listed.items():
        if name == "workspaces":
            found = [records.workspace(row) for row in rows.rows]
            regions |= {one.workspace_id: one.region_id for one in found}
            reading.keep(name, rows, found)
            reading.end(name, region_id, None, rows)
    for (region_id, name), rows in listed.items():
        if name == "api_keys":
            reading.keep(name, rows, [records.api_key(row, regions) for row in rows.rows])
            reading.end(name, region_id, None, rows)
    reading.missing_hosts |= _missing_hosts(wanted, failed)
    for (region_id, name), why in failed.items():
        if name in wanted.lists:
            reading.miss(name, region_id, None, str(why))


def _missing_hosts(wanted: Wanted, failed: Mapping[tuple[str, str], CallFailed]) -> set[str]:
    """Regions whose host isn't documented and whose name resolves to nothing, while other hosts'
    do: that of STS did, and not every documented one failed so too."""
    unresolved = {region_id for (region_id, _), why in failed.items() if why.unresolved}
    documented = set(wanted.regions) - set(modelstudio.UNDOCUMENTED)
    if documented and documented <= unresolved:
        return set()
    return unresolved & set(modelstudio.UNDOCUMENTED)


def _plans(client: Client, wanted: Wanted, reading: _Reading) -> None:
    if "plans" not in wanted.lists:
        return
    wanted.progress("reading plans")
    told = _try(bss.plans, client)
    if isinstance(told, Rows):
        reading.keep("plans", told, [records.plan(row) for row in told.rows])
        reading.end("plans", None, None, told)
    else:
        reading.miss("plans", None, None, str(told))


def _by_workspace(client: Client, wanted: Wanted, reading: _Reading, threads: Executor) -> None:
    """Jobs, deployments and batches, each workspace with a key of its own."""
    regions = [one for one in wanted.regions if one in dashscope.HOSTS and wanted.by_key]
    known = reading.ended.get("workspaces", {})
    for region_id in regions:
        if (region_id, None) not in known:
            for name in wanted.by_key:
                reading.miss(name, region_id, None, "its workspaces couldn't be listed")
    spaces = [one.record for one in reading.found.get("workspaces", ())]
    places = dict.fromkeys(
        (one.workspace_id, one.region_id) for one in spaces if one.region_id in regions
    )
    results = threads.map(lambda place: _of_workspace(client, wanted, *place), places)
    for (workspace_id, region_id), told in zip(places, results, strict=True):
        wanted.progress(f"reading jobs, deployments and batches of {workspace_id}")
        for name, (lists, why) in told.items():
            for rows in lists:
                make = _BY_KEY[name][1]
                reading.keep(name, rows, [make(row, workspace_id, region_id) for row in rows.rows])
            if why is None:
                reading.end(name, region_id, workspace_id, lists[-1])
            else:
                reading.miss(name, region_id, workspace_id, why)


#: What was read, and why it isn't the workspace's own list to its end; None where the last is.
_Told = tuple[list[Rows], str | None]


def _of_workspace(
    client: Client, wanted: Wanted, workspace_id: str, region_id: str
) -> dict[str, _Told]:
    """Each list with the first key that isn't refused; a refused key is one of another workspace
    (inferred)."""
    keys = [key for key in wanted.keys if key.region_id in (None, region_id)]
    keys.sort(key=lambda key: (key.workspace_id != workspace_id, key.workspace_id is not None))
    found: dict[str, _Told] = {}
    for name in wanted.by_key:
        others: list[Rows] = []
        why: str | None = "no API key of this workspace"
        for known in list(keys):
            key = Key(known.secret, workspace_id)
            told = _try(_BY_KEY[name][0], client, region_id, key)
            if isinstance(told, CallFailed):
                if told.status not in _REFUSED:
                    why = str(told)
                    break
                keys.remove(known)
                continue
            others.append(told)
            if _is_of(told, workspace_id):
                why = None
                break
            why = "the API key at hand answers for another workspace"
        found[name] = others, why
    return found


def _is_of(rows: Rows, workspace_id: str) -> bool:
    """Whether this is the workspace's own list: a row's own workspace outranks the one asked for
    (inferred)."""
    named = [row.get("workspace_id") or workspace_id for row in rows.rows]
    return not named or workspace_id in named


def _try(read: Callable[..., Rows], client: Client, *words: object) -> Rows | CallFailed:
    try:
        return read(client, *words)
    except CallFailed as failed:
        return failed


def _looked_at(wanted: Wanted, reading: _Reading, everything: bool, region_id: str) -> LookedAt:
    """``full`` if all its lists were read to their ends by one who sees everything."""
    if region_id not in wanted.regions:
        return LookedAt(region_id, "none", "not asked for")
    if region_id in reading.missing_hosts:
        return LookedAt(region_id, "none", "its host isn't documented and doesn't exist")
    own = [one for one in reading.unseen if one.region_id == region_id]
    reasons = dict.fromkeys(one.reason for one in own)
    read = [place for name in wanted.lists for place in reading.ended.get(name, ())]
    if not any(place[0] == region_id for place in read):
        return LookedAt(region_id, "none", "; ".join(reasons) or "none of its lists was asked for")
    reasons |= dict.fromkeys(one.reason for one in reading.unseen if one.region_id is None)
    if not everything:
        reasons["the caller may not see everything (--sees-all says that it does)"] = None
    needed = LISTS if region_id in dashscope.HOSTS else ("api_keys", "workspaces", "plans")
    left = [name for name in needed if name not in wanted.lists]
    if left:
        reasons[f"not asked for: {', '.join(left)}"] = None
    return LookedAt(region_id, "partial" if reasons else "full", "; ".join(reasons) or None)
