"""What every kind of step is made of: how it is planned, what comes before it, what proves it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from govern.model import inventory as inventories
from govern.model.act import Act
from govern.model.checklist import Step
from govern.model.clock import Moment
from govern.model.directory import Directory
from govern.model.inventory import Inventory
from govern.shutdown.plan.planned import Planned
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.scope import Scope


@dataclass(frozen=True)
class Seen:
    """What an inventory says of a step's subject: whether it is over, and from when on.

    ``at`` is naive, on the bill's clock; of a stop known as an interval, its end.
    ``looked_at`` is when its record was last seen, where the inventory says so.
    """

    over: bool
    told: str
    at: datetime | None = None
    looked_at: datetime | None = None


#: The parts of the work, in the order in which they are begun.
PHASES = ("renewals", "look", "ask", "stop", "delete", "prove")


def nothing_planned(scene: Scene) -> Iterable[Step]:
    del scene
    return ()


def after_none(step: Step, planned: Planned) -> Iterable[Step]:
    del step, planned
    return ()


def not_due(step: Step, planned: Planned) -> Moment | None:
    del step, planned
    return None


def no_scope(step: Step) -> Scope | None:
    del step
    return None


def not_seen(step: Step, directory: Directory, clock: tzinfo) -> Seen | None:
    del step, directory, clock
    return None


@dataclass(frozen=True)
class Kind:
    """One kind of step. ``title``: what to do with ``{}``, its subject.

    ``after(step, planned)``: those of a plan's steps that come before it. ``scope(step)``: the
    charges that must stop with it; None where no charge tells. ``seen``: what an inventory says.
    ``stops``: whether it ends charges, so that a closing proof waits for it. ``ends_jobs``: whether
    what runs by itself is over with it. ``buys``: its charges are purchases of plans, which fail it
    from the checklist's ``as_of`` on. ``deadline``: it must be done before it is due.
    ``decides``: whether money is at stake in it that no other step may end. ``phase``: the part of
    the work that it belongs to.
    ``due(step, planned)``: when, where other steps say so. ``ended_by``: the kind of step that does
    this one too when it is done to the same subject. ``act``: the call that carries it out.
    """

    name: str
    plan: Callable[[Scene], Iterable[Step]]
    title: str | Callable[[Step], str]
    after: Callable[[Step, Planned], Iterable[Step]] = after_none
    scope: Callable[[Step], Scope | None] = no_scope
    seen: Callable[[Step, Directory, tzinfo], Seen | None] = not_seen
    phase: str = "stop"
    stops: bool = True
    decides: bool = False
    ends_jobs: bool = False
    buys: bool = False
    deadline: bool = False
    due: Callable[[Step, Planned], Moment | None] = not_due
    ended_by: str = ""
    act: Act | None = None


def collected(inventory: Inventory, clock: tzinfo) -> datetime | None:
    """When the inventory was looked up, on the bill's clock; None where it doesn't say."""
    return inventory.collected_at.on(clock) if inventory.collected_at else None


def seen(record: Any, inventory: Inventory, clock: tzinfo) -> datetime | None:
    """When a record was last seen, which may be long before its inventory was collected."""
    found = inventories.seen(record, inventory)
    return found.on(clock) if found else None


def step_id(kind: str, *parts: str | None) -> str:
    """A stable name: the same subject has the same one whenever a checklist is made."""
    words = ["none" if part is None else part or "empty" for part in parts]
    written = ".".join([kind, *(re.sub(r"[^A-Za-z0-9_-]+", "-", word) for word in words)])
    if all(re.fullmatch(r"[A-Za-z0-9_-]+", word) for word in words) and len(written) <= 120:
        return written
    whole = hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{written[:100]}.{whole}"
