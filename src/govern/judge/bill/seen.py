"""What a bill shows to exist in the account: keys, workspaces, regions, jobs, plans.

A bill shows what was charged, so nothing of it is complete: nobody looked. That the Instance ID of
a deployment, a knowledge base or a plan is its id is inferred; for training jobs it was observed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from govern.ledger import query
from govern.ledger.clauses import CHARGES, Clause, filled, is_one_of, same
from govern.ledger.ledger import Ledger
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.instance_id import TRAINING, parse
from govern.model.inventory import (
    PLANS,
    ApiKey,
    Inventory,
    LookedAt,
    Plan,
    Resource,
    Workspace,
)

#: Why a region that only a bill shows counts as not looked at.
_REASON = "seen on a bill; nobody looked"


def accounts(ledger: Ledger) -> list[str]:
    """Whose charges the bill has."""
    rows = query.ask(ledger, ["sub_account_id"], (), CHARGES & filled("sub_account_id"))
    return [str(account) for (account,) in rows]


def seen_on(ledger: Ledger, account_id: str | None) -> Inventory:
    """What the bill shows of one account; ``seen_at`` of each record is its last charge."""
    own = CHARGES & same("sub_account_id", account_id) if account_id else CHARGES
    keys = _each(ledger, ("workspace_id", "api_key_id"), own & filled("api_key_id"))
    workspaces = _each(ledger, ("workspace_id",), own & filled("workspace_id"))
    regions = query.ask(ledger, ["region_id"], (), own & filled("region_id"))
    return Inventory(
        collected_at=None,
        account_id=account_id,
        complete=False,
        regions=tuple(LookedAt(str(region), "none", _REASON) for (region,) in regions),
        api_keys=tuple(
            ApiKey(key, workspace_id=workspace, region_id=region, seen_at=last)
            for workspace, key, region, last in keys
        ),
        workspaces=tuple(
            Workspace(workspace, region_id=region, seen_at=last)
            for workspace, region, last in workspaces
        ),
        training_jobs=tuple(_jobs(ledger, own)),
        deployments=tuple(_things(ledger, own, "deployment")),
        knowledge_bases=tuple(_things(ledger, own, "knowledge_base")),
        plans=tuple(
            Plan(kind, id, region, seen_at=last)
            for kind, id, region, last in _each(
                ledger, ("service", query.OWN_ID), own & is_one_of("service", PLANS)
            )
        ),
    )


def _each(ledger: Ledger, by: Sequence[Any], where: Clause) -> list[tuple[Any, ...]]:
    """The values of each group, its region where it has one, and its last charge."""
    rows = query.ask(ledger, by, (query.shared("region_id"), query.greatest("last")), where)
    return [(*values, region or None, _moment(ledger, last)) for *values, region, last in rows]


def _moment(ledger: Ledger, at: datetime) -> Moment:
    return Moment(at.replace(microsecond=0), ledger.clock)


def _things(ledger: Ledger, own: Clause, service: str) -> list[Resource]:
    rows = _each(ledger, (query.OWN_ID,), own & same("service", service))
    return [Resource(id, region_id=region, seen_at=last) for id, region, last in rows if id]


def _jobs(ledger: Ledger, own: Clause) -> list[Resource]:
    rows = _each(ledger, (query.INSTANCE_ID,), own & same("service", "training"))
    jobs = []
    for instance_id, region, last in rows:
        parts = parse(instance_id or "")
        if parts.layout == TRAINING:
            job = instance_id.split("!")[2].strip()
            place = parts.workspace_id, region or parts.region_id
            jobs.append(Resource(job, None, *place, seen_at=last))
    return jobs


# -- made again -----------------------------------------------------------------------------------

#: A list of an inventory, and the field that names its records.
_NAMES = {
    "regions": "region_id",
    "api_keys": "api_key_id",
    "workspaces": "workspace_id",
    "training_jobs": "id",
    "deployments": "id",
    "knowledge_bases": "id",
    "plans": "kind",
}


def with_seen(before: Inventory | None, seen: Inventory) -> Inventory:
    """The inventory before with what a bill shows besides. Nothing that people wrote is changed;
    where nobody wrote a region, workspace or id, the bill's is."""
    old = before or Inventory(None, seen.account_id, False)
    lists: dict[str, Any] = {
        name: _more(getattr(old, name), getattr(seen, name), field)
        for name, field in _NAMES.items()
    }
    return replace(old, account_id=old.account_id or seen.account_id, **lists)


def _more(old: Sequence[Any], seen: Sequence[Any], name: str) -> tuple[Any, ...]:
    records = list(old)
    places: dict[str, list[int]] = {}
    for at, record in enumerate(old):
        places.setdefault(getattr(record, name), []).append(at)
    for new in seen:
        alike = (at for at in places.get(getattr(new, name), ()) if _agree(records[at], new))
        known = next(alike, None)
        if known is None:
            records.append(new)
        else:
            records[known] = _filled(records[known], new)
    return tuple(records)


def _agree(old: Any, new: Any) -> bool:
    """Whether two records of one name can be of one thing: no field says otherwise."""
    return all(
        None in (one, other) or one == other
        for field in ("workspace_id", "id")
        for one, other in [(getattr(old, field, None), getattr(new, field, None))]
    )


def _filled(old: Any, new: Any) -> Any:
    """With what nobody wrote, and when it was seen last."""
    more = {
        field: getattr(new, field)
        for field in ("region_id", "workspace_id", "id")
        if getattr(old, field, "") is None and getattr(new, field, None)
    }
    ends = (
        getattr(old, field, None) for field in ("disabled", "disabled_at", "gone_at", "ended_at")
    )
    last, now = getattr(old, "seen_at", None), getattr(new, "seen_at", None)
    if last and now and now.on(BILL_CLOCK) > last.on(BILL_CLOCK) and not any(ends):
        more["seen_at"] = now
    return replace(old, **more) if more else old
