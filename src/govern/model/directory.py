"""Several inventories as one place to look things up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from govern.model.clock import BILL_CLOCK
from govern.model.inventory import ApiKey, Inventory, Resource, Workspace, seen


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
    """Of a record that several have, the one counts that was seen last."""

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
            view.regions.update(
                {region.region_id: region.looked_at for region in inventory.regions}
            )

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
        records = [
            (record, inventory)
            for inventory in self.inventories
            for record in getattr(inventory, name)
            if is_meant(record)
        ]
        return max(records, key=lambda place: _known(*place)) if records else (None, None)

    @property
    def words(self) -> Mapping[str, frozenset[str]]:
        """Every value that it knows of the columns that policies name."""
        keys = [key for key, _ in self._keys.values()]
        workspaces = [workspace for workspace, _ in self._workspaces.values()]
        by_column: dict[str, Iterable[str | None]] = {
            "api_key_id": (key.api_key_id for key in keys),
            "workspace_id": [*(key.workspace_id for key in keys), *self._workspaces],
            "api_key_name": (key.name for key in keys),
            "workspace_name": (workspace.name for workspace in workspaces),
            "owner": [*(key.owner for key in keys), *(workspace.owner for workspace in workspaces)],
        }
        return {column: frozenset(filter(None, values)) for column, values in by_column.items()}

    def key(self, workspace_id: str | None, api_key_id: str | None) -> ApiKey | None:
        """The key of that id in the workspace, or listed without one."""
        if not api_key_id:
            return None
        known = self._keys.get((workspace_id, api_key_id)) or self._keys.get((None, api_key_id))
        return known[0] if known else None

    def workspace(self, workspace_id: str | None) -> Workspace | None:
        known = self._workspaces.get(workspace_id or "")
        return known[0] if known else None

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


def _known(record: Any, inventory: Inventory) -> datetime:
    """When what the record says was known: of one that is gone or over, its end."""
    end = getattr(record, "gone_at", None) or getattr(record, "ended_at", None)
    instants = [at.on(BILL_CLOCK) for at in (seen(record, inventory), end) if at]
    return max(instants, default=datetime.min)


def _age(inventory: Inventory) -> tuple[datetime, str]:
    collected = inventory.collected_at
    return (collected.on(BILL_CLOCK) if collected else datetime.min), inventory.path
