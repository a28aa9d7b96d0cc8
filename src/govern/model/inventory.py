"""What exists in the account: keys, workspaces, jobs, deployments, plans.

A file, collected or written by hand (``govern.inventory/v1``). Names are those of the account's
own pages; nothing here is a secret.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from govern.model.clock import Moment, iso

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
        return head | {name: [_record(record) for record in getattr(self, name)] for name in LISTS}


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


def _record(record: Any) -> dict[str, Any]:
    return {known.name: _shown(getattr(record, known.name)) for known in fields(record)}


def _shown(value: Any) -> Any:
    """An instant with its offset; one without is written without, and means the bill clock."""
    if not isinstance(value, Moment):
        return value
    if value.zone is None:
        return value.wall.isoformat(timespec="seconds")
    return iso(value.wall, value.zone)


def seen(record: Any, inventory: Inventory) -> Moment | None:
    """When the record was last seen: what is held against a tick or a bill."""
    at: Moment | None = record.seen_at or inventory.collected_at
    return at
