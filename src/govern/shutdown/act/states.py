"""The state of a thing, as rows of the account's lists tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from govern.cloud.paging import Row
from govern.model.act import GONE, Live, Thing

#: Of a plan, what tells it apart and what turning its renewal on again needs.
_RENEWAL = (
    "RenewStatus", "RenewalDuration", "RenewalDurationUnit", "ProductCode", "ProductType",
    "SubscriptionType",
)  # fmt: skip


def key(thing: Thing, row: Row) -> Live:
    """A key's row, as a list or GetApiKey tells it."""
    disabled = {"0": "enabled", "1": "disabled"}.get(str(row.get("disabled")), "unknown")
    named = [row.get(name) for name in ("description", "workspaceName")]
    placed = replace(thing, workspace_id=str(row.get("workspaceId") or "") or thing.workspace_id)
    return Live(placed, disabled, tuple(str(name) for name in named if name))


def workspace(thing: Thing, workspaces: Sequence[Row], keys: Sequence[Row]) -> Live:
    """A workspace, by the lists of its region: ``in use`` while any key is in it."""
    row = next((row for row in workspaces if str(row.get("workspaceId")) == thing.id), None)
    if row is None:
        return Live(thing, GONE)
    held = sum(1 for key in keys if str(key.get("workspaceId")) == thing.id)
    names = (str(row["workspaceName"]),) if row.get("workspaceName") else ()
    reason = "" if not held else f"{held} API key{'s are' if held > 1 else ' is'} still in it"
    return Live(thing, "in use" if held else "empty", names, reason=reason)


def is_key(row: Row, id: str) -> bool:
    return str(row.get("apiKeyId")) == id


def plan(thing: Thing, plans: Sequence[Row]) -> Live:
    """That the account lists plans here is inferred: one that it doesn't list isn't over."""
    for row in plans:
        if str(row.get("InstanceID")) == thing.id:
            before = {name: str(row[name]) for name in _RENEWAL if row.get(name)}
            return Live(thing, str(row.get("RenewStatus") or "unknown"), before=before)
    return Live(thing, GONE)
