"""``collect inventory``: every list of the account that can be read, region by region."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from govern.cloud import bss, modelstudio
from govern.cloud.client import Client
from govern.cloud.failure import CallFailed
from govern.cloud.paging import Rows
from govern.cloud.pool import pool
from govern.cloud.sts import Caller
from govern.collect import records, workspace_lists
from govern.collect.reading import Reading, Wanted, attempt, looked_at
from govern.collect.seen import Account, Seen
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.inventory import Unseen
from govern.model.meaning import REGIONS


@dataclass(frozen=True)
class Collected:
    """The account as it was seen. ``answered``: whether any list was read at all.

    ``left``: what of the unseen makes the run partial; a host that need not exist doesn't.
    """

    account: Account
    answered: bool
    left: tuple[Unseen, ...]


def collect(client: Client, caller: Caller, wanted: Wanted, concurrency: int) -> Collected:
    """Read, never act. What can't be read is in the result as such; nothing is raised for it."""
    began = client.clock.astimezone(BILL_CLOCK).replace(tzinfo=None, microsecond=0)
    reading = Reading()
    with pool(client, concurrency) as threads:
        _by_region(client, wanted, reading, threads)
        _plans(client, wanted, reading)
        workspace_lists.read(client, wanted, reading, threads)
    everything = caller.kind == "Account" or wanted.sees_all
    reading.unseen.sort(
        key=lambda unseen: (unseen.region_id or "", unseen.workspace_id or "", unseen.list)
    )
    account = Account(
        at=Moment(began, BILL_CLOCK),
        account_id=caller.account_id,
        everything=everything,
        regions=tuple(looked_at(wanted, reading, everything, region) for region in REGIONS),
        unseen=tuple(reading.unseen),
        lists={
            name: Seen(tuple(reading.listed.get(name, ())), reading.ended.get(name, {}))
            for name in wanted.lists
        },
    )
    left = tuple(
        unseen for unseen in reading.unseen if unseen.region_id not in reading.missing_hosts
    )
    return Collected(account, any(reading.ended.values()), left)


def _by_region(client: Client, wanted: Wanted, reading: Reading, threads: Executor) -> None:
    """Workspaces and keys. Jobs are read by workspace, so these are asked for with them too."""
    calls: dict[str, Callable[..., Rows]] = {}
    if "workspaces" in wanted.lists or wanted.by_key:
        calls["workspaces"] = modelstudio.workspaces
    if "api_keys" in wanted.lists:
        calls["api_keys"] = modelstudio.api_keys
    answers = {
        (region_id, name): threads.submit(attempt, read, client, region_id)
        for region_id in wanted.regions
        for name, read in calls.items()
    }
    failed: dict[tuple[str, str], CallFailed] = {}
    listed: dict[tuple[str, str], Rows] = {}
    for place, answer in answers.items():
        wanted.progress(f"reading workspaces and API keys of {place[0]}")
        answered = answer.result()
        if isinstance(answered, Rows):
            listed[place] = answered
        else:
            failed[place] = answered
    regions = dict(wanted.known_regions)
    for (region_id, name), rows in listed.items():
        if name == "workspaces":
            workspaces = [records.workspace(row) for row in rows.rows]
            regions |= {workspace.workspace_id: workspace.region_id for workspace in workspaces}
            reading.keep(name, rows, workspaces)
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


def _plans(client: Client, wanted: Wanted, reading: Reading) -> None:
    if "plans" not in wanted.lists:
        return
    wanted.progress("reading plans")
    answer = attempt(bss.plans, client)
    if isinstance(answer, Rows):
        reading.keep("plans", answer, [records.plan(row) for row in answer.rows])
        reading.end("plans", None, None, answer)
    else:
        reading.miss("plans", None, None, str(answer))
