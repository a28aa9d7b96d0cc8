"""What exists in the account: keys, workspaces, jobs, deployments, plans.

A file, collected or written by hand (``govern.inventory/v1``). Names are those of the account's
own pages; nothing here is a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from govern.model.clock import BILL_CLOCK, Moment, iso

SCHEMA = "govern.inventory/v1"

#: How far a region was looked at.
LOOKED_AT = ("full", "partial", "none")
RENEWALS = ("renews", "ends", "unknown")
#: The plans that checklists know; an account may have others.
PLANS = ("coding_plan", "token_plan", "savings_plan", "resource_pack")


@dataclass(frozen=True)
class LookedAt:
    """One region, and whether all of it was seen; ``reason`` says why not."""

    region_id: str
    looked_at: str
    reason: str | None = None


@dataclass(frozen=True)
class ApiKey:
    """One API key. ``api_key_id`` is the number that bills carry, never the secret.

    ``disabled_at`` and ``gone_at`` are the instants from which it can't be used. Where one is
    known only as an interval, it is the interval's end, and ``disabled_after`` or ``gone_after``
    the last instant at which the key was seen alive. ``seen_at`` is when a record was last seen,
    where that isn't when the inventory was collected.
    """

    api_key_id: str
    name: str | None = None
    workspace_id: str | None = None
    region_id: str | None = None
    owner: str | None = None
    created_at: Moment | None = None
    disabled: bool | None = None
    disabled_at: Moment | None = None
    disabled_after: Moment | None = None
    gone_at: Moment | None = None
    gone_after: Moment | None = None
    seen_at: Moment | None = None


@dataclass(frozen=True)
class Workspace:
    """``gone_at``: when it was no longer listed, ``gone_after`` when it last was."""

    workspace_id: str
    name: str | None = None
    region_id: str | None = None
    owner: str | None = None
    gone_at: Moment | None = None
    gone_after: Moment | None = None
    seen_at: Moment | None = None


@dataclass(frozen=True)
class Resource:
    """A training job, deployment, batch or knowledge base.

    ``status`` is the service's own word; ``ended_at`` is when it stopped to run, if it did.
    """

    id: str
    name: str | None = None
    workspace_id: str | None = None
    region_id: str | None = None
    status: str | None = None
    prepaid: bool | None = None
    created_at: Moment | None = None
    ended_at: Moment | None = None
    seen_at: Moment | None = None


@dataclass(frozen=True)
class Plan:
    """A Coding Plan, Token Plan seat, savings plan or resource pack."""

    kind: str
    id: str | None = None
    region_id: str | None = None
    expires_at: Moment | None = None
    auto_renewal: str = "unknown"
    seen_at: Moment | None = None


@dataclass(frozen=True)
class Unseen:
    """A list that was asked for and not read to its end; None where it isn't about one place."""

    list: str
    region_id: str | None = None
    workspace_id: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Inventory:
    """One account as it was seen at ``collected_at``.

    ``complete``: whoever looked could see everything (a RAM user sees only a part).
    ``path`` is the file it was read from, ``sha256`` the digest of the bytes that were read.
    """

    collected_at: Moment | None
    account_id: str | None
    complete: bool
    regions: tuple[LookedAt, ...] = ()
    api_keys: tuple[ApiKey, ...] = ()
    workspaces: tuple[Workspace, ...] = ()
    training_jobs: tuple[Resource, ...] = ()
    deployments: tuple[Resource, ...] = ()
    batches: tuple[Resource, ...] = ()
    knowledge_bases: tuple[Resource, ...] = ()
    plans: tuple[Plan, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    path: str = ""
    sha256: str | None = None

    def document(self) -> dict[str, Any]:
        """The payload of ``govern.inventory/v1``; what isn't known is null."""
        head = {
            "schema": SCHEMA,
            "collected_at": _shown(self.collected_at),
            "account_id": self.account_id,
            "complete": self.complete,
        }
        return head | {name: [_record(one) for one in getattr(self, name)] for name in LISTS}


LISTS = (
    "regions",
    "api_keys",
    "workspaces",
    "training_jobs",
    "deployments",
    "batches",
    "knowledge_bases",
    "plans",
    "unseen",
)


def _record(one: Any) -> dict[str, Any]:
    return {known.name: _shown(getattr(one, known.name)) for known in fields(one)}


def _shown(value: Any) -> Any:
    """An instant with its offset; one without is written without, and means the bill clock."""
    if not isinstance(value, Moment):
        return value
    if value.zone is None:
        return value.wall.isoformat(timespec="seconds")
    return iso(value.wall, value.zone)


@dataclass
class _View:
    """How far one account was looked at."""

    complete: bool = False
    regions: dict[str, str] = field(default_factory=dict)

    def saw_all(self, region_id: str | None) -> bool:
        """Where no region is listed, ``complete`` speaks for every region."""
        if not self.complete:
            return False
        if region_id and self.regions:
            return self.regions.get(region_id) == "full"
        return all(looked_at == "full" for looked_at in self.regions.values())


class Directory:
    """Several inventories as one place to look things up; of a record that several have, the one
    counts that was seen last."""

    def __init__(self, inventories: Iterable[Inventory]) -> None:
        self.inventories = tuple(sorted(inventories, key=_age))
        self._keys: dict[tuple[str | None, str], tuple[ApiKey, Inventory]] = {}
        self._workspaces: dict[str, tuple[Workspace, Inventory]] = {}
        self._views: dict[str | None, _View] = {}
        for inventory in self.inventories:
            for key in inventory.api_keys:
                id = key.workspace_id, key.api_key_id
                if id not in self._keys or _known(key, inventory) >= _known(*self._keys[id]):
                    self._keys[id] = key, inventory
            for workspace in inventory.workspaces:
                before = self._workspaces.get(workspace.workspace_id)
                if before is None or _known(workspace, inventory) >= _known(*before):
                    self._workspaces[workspace.workspace_id] = workspace, inventory
            view = self._views.setdefault(inventory.account_id, _View())
            view.complete = inventory.complete
            view.regions.update({one.region_id: one.looked_at for one in inventory.regions})

    def __bool__(self) -> bool:
        return bool(self.inventories)

    @property
    def keys(self) -> Mapping[tuple[str | None, str], tuple[ApiKey, Inventory]]:
        """By workspace and id; the workspace is None where the inventory doesn't say it."""
        return self._keys

    @property
    def workspaces(self) -> Mapping[str, tuple[Workspace, Inventory]]:
        return self._workspaces

    def saw_all(self, account_id: str | None, region_id: str | None) -> bool:
        """Whether what isn't listed isn't there: all of this region of this account was seen.

        An account or region that isn't known (None) may be any of them.
        """
        views = [
            view
            for known, view in self._views.items()
            if account_id is None or known in (None, account_id)
        ]
        return bool(views) and all(view.saw_all(region_id) for view in views)

    def latest(self, name: str, is_meant: Callable[[Any], bool]) -> tuple[Any, Inventory | None]:
        """The record of a list that was seen last, and where it stands."""
        found = [
            (one, inventory)
            for inventory in self.inventories
            for one in getattr(inventory, name)
            if is_meant(one)
        ]
        return max(found, key=lambda told: _known(*told)) if found else (None, None)

    @property
    def words(self) -> Mapping[str, frozenset[str]]:
        """Every value that it knows of the columns that policies name."""
        keys = [key for key, _ in self._keys.values()]
        workspaces = [workspace for workspace, _ in self._workspaces.values()]
        found: dict[str, Iterable[str | None]] = {
            "api_key_id": (key.api_key_id for key in keys),
            "workspace_id": [*(key.workspace_id for key in keys), *self._workspaces],
            "api_key_name": (key.name for key in keys),
            "workspace_name": (workspace.name for workspace in workspaces),
            "owner": [*(key.owner for key in keys), *(one.owner for one in workspaces)],
        }
        return {column: frozenset(filter(None, values)) for column, values in found.items()}

    def key(self, workspace_id: str | None, api_key_id: str | None) -> ApiKey | None:
        """The key of that id in the workspace, or listed without one."""
        if not api_key_id:
            return None
        found = self._keys.get((workspace_id, api_key_id)) or self._keys.get((None, api_key_id))
        return found[0] if found else None

    def workspace(self, workspace_id: str | None) -> Workspace | None:
        found = self._workspaces.get(workspace_id or "")
        return found[0] if found else None

    def owner(self, workspace_id: str | None, api_key_id: str | None) -> str | None:
        """Who owns the key; where nobody is named, who owns its workspace."""
        key, workspace = self.key(workspace_id, api_key_id), self.workspace(workspace_id)
        return (key.owner if key else None) or (workspace.owner if workspace else None)

    def jobs(self, service: str, workspace_id: str | None) -> list[Resource]:
        """The training jobs, deployments or batches of a workspace."""
        name = {"training": "training_jobs", "deployment": "deployments", "batch": "batches"}
        return [
            job
            for inventory in self.inventories
            for job in getattr(inventory, name[service])
            if job.workspace_id == workspace_id
        ]


def seen(record: Any, inventory: Inventory) -> Moment | None:
    """When the record was last seen: what is held against a tick or a bill."""
    found: Moment | None = record.seen_at or inventory.collected_at
    return found


def _known(record: Any, inventory: Inventory) -> datetime:
    """When what the record says was known: of one that is gone or over, its end."""
    end = getattr(record, "gone_at", None) or getattr(record, "ended_at", None)
    told = [one.on(BILL_CLOCK) for one in (seen(record, inventory), end) if one]
    return max(told, default=datetime.min)


def _age(inventory: Inventory) -> tuple[datetime, str]:
    collected = inventory.collected_at
    return (collected.on(BILL_CLOCK) if collected else datetime.min), inventory.path
