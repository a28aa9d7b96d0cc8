"""One reading of the account: what is wanted of it, what was read so far, and what wasn't."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from govern.cloud import dashscope
from govern.cloud.client import Client
from govern.cloud.credentials import ApiKey
from govern.cloud.failure import CallFailed
from govern.cloud.paging import Rows
from govern.collect.seen import Listed, Place
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.inventory import LookedAt, Unseen
from govern.model.meaning import REGIONS

#: The lists that can be asked for, by their names in the inventory.
LISTS = ("api_keys", "workspaces", "plans", "training_jobs", "deployments", "batches")

#: Those of one workspace, which are read with an API key of it.
BY_KEY = ("training_jobs", "deployments", "batches")


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
        return [name for name in BY_KEY if name in self.lists]


@dataclass
class Reading:
    """What was read so far. ``missing_hosts``: regions that have none, and need have none."""

    listed: dict[str, list[Listed]] = field(default_factory=dict)
    ended: dict[str, dict[Place, Moment]] = field(default_factory=dict)
    unseen: list[Unseen] = field(default_factory=list)
    missing_hosts: set[str] = field(default_factory=set)

    def keep(self, name: str, rows: Rows, entries: Iterable[Any]) -> None:
        self.listed.setdefault(name, []).extend(Listed(entry, moment(rows)) for entry in entries)

    def end(self, name: str, region_id: str | None, workspace_id: str | None, rows: Rows) -> None:
        self.ended.setdefault(name, {})[region_id, workspace_id] = moment(rows)

    def miss(self, name: str, region_id: str | None, workspace_id: str | None, why: str) -> None:
        self.unseen.append(Unseen(name, region_id, workspace_id, why))


def moment(rows: Rows) -> Moment:
    """When a list had been read, on the bill clock: the second that begins then or next, so that
    an end which is dated by it never comes before the truth."""
    at = rows.at.astimezone(BILL_CLOCK).replace(tzinfo=None)
    if at.microsecond:
        at = at.replace(microsecond=0) + timedelta(seconds=1)
    return Moment(at, BILL_CLOCK)


def attempt(read: Callable[..., Rows], client: Client, *words: object) -> Rows | CallFailed:
    try:
        return read(client, *words)
    except CallFailed as failed:
        return failed


def looked_at(wanted: Wanted, reading: Reading, everything: bool, region_id: str) -> LookedAt:
    """``full`` if all its lists were read to their ends by one who sees everything."""
    if region_id not in wanted.regions:
        return LookedAt(region_id, "none", "not asked for")
    if region_id in reading.missing_hosts:
        return LookedAt(region_id, "none", "its host isn't documented and doesn't exist")
    own = [unseen for unseen in reading.unseen if unseen.region_id == region_id]
    reasons = dict.fromkeys(unseen.reason for unseen in own)
    read = [place for name in wanted.lists for place in reading.ended.get(name, ())]
    if not any(place[0] == region_id for place in read):
        return LookedAt(region_id, "none", "; ".join(reasons) or "none of its lists was asked for")
    reasons |= dict.fromkeys(unseen.reason for unseen in reading.unseen if unseen.region_id is None)
    if not everything:
        reasons["the caller may not see everything (--sees-all says that it does)"] = None
    needed = LISTS if region_id in dashscope.HOSTS else ("api_keys", "workspaces", "plans")
    left = [name for name in needed if name not in wanted.lists]
    if left:
        reasons[f"not asked for: {', '.join(left)}"] = None
    return LookedAt(region_id, "partial" if reasons else "full", "; ".join(reasons) or None)
