"""What every kind of step is made of: how it is planned, what comes before it, what proves it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from govern.judge.matching import UNTOLD_SERVICE, Clause, perhaps_in, same
from govern.model import inventory as inventories
from govern.model.checklist import Step
from govern.model.inventory import Directory, Inventory
from govern.shutdown.evidence import Scope
from govern.shutdown.known import Known
from govern.shutdown.scene import Scene
from govern.shutdown.spend import BY_CALL

#: Usage, which is what a stop ends; corrections and refunds may still come.
USAGE = Clause("charge_category = 'usage'")


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


def nothing_planned(scene: Scene) -> Iterable[Step]:
    del scene
    return ()


def after_none(step: Step, known: Known) -> Iterable[Step]:
    del step, known
    return ()


def no_scope(step: Step) -> Scope | None:
    del step
    return None


def not_seen(step: Step, directory: Directory, clock: tzinfo) -> Seen | None:
    del step, directory, clock
    return None


@dataclass(frozen=True)
class Kind:
    """One kind of step.

    ``after(step, known)``: those of a plan's steps that come before it. ``scope(step)``: the
    charges that must stop with it; None where no charge tells. ``seen``: what an inventory says.
    ``stops``: whether it ends charges, so that a closing proof waits for it. ``ends_jobs``: whether
    what runs by itself is over with it. ``buys``: its charges are purchases of plans, which fail it
    from the checklist's ``as_of`` on. ``deadline``: it must be done before it is due.
    """

    name: str
    plan: Callable[[Scene], Iterable[Step]]
    after: Callable[[Step, Known], Iterable[Step]] = after_none
    scope: Callable[[Step], Scope | None] = no_scope
    seen: Callable[[Step, Directory, tzinfo], Seen | None] = not_seen
    stops: bool = True
    ends_jobs: bool = False
    buys: bool = False
    deadline: bool = False


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


def purchases_of(step: Step, services: Sequence[str]) -> Scope:
    """Purchases of these kinds of plans, by the step's account where that is known; one of which
    nothing tells what was bought may be one."""
    bought = Clause("charge_category = 'purchase'")
    if step.subject.sub_account_id:
        bought &= same("sub_account_id", step.subject.sub_account_id)
    plans = Clause("list_contains(?::VARCHAR[], service)", (list(services),))
    return Scope(bought & plans, bought & Clause(UNTOLD_SERVICE))


def of_workspace(step: Step) -> Clause:
    """The charges of the step's workspace, in its account where that is known."""
    clause = same("workspace_id", step.subject.workspace_id)
    if step.subject.sub_account_id:
        clause &= same("sub_account_id", step.subject.sub_account_id)
    return clause


def perhaps_of(step: Step, *, calls: bool) -> Clause:
    """Charges of no known Instance ID layout that may be the step's own; ``calls``: by a call."""
    clause = USAGE & Clause("unparsed")
    if step.subject.sub_account_id:
        clause &= same("sub_account_id", step.subject.sub_account_id)
    if step.region_id:
        clause &= perhaps_in(step.region_id)
    if calls:
        clause &= Clause("list_contains(?::VARCHAR[], service)", (list(BY_CALL),))
    return clause
