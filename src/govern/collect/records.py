"""From the rows of the account's lists to the records of an inventory."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from govern.cloud.paging import Row
from govern.model.clock import BILL_CLOCK, Moment, parse_moment
from govern.model.inventory import ApiKey, Plan, Resource, Workspace

#: Product types of plans, by what their names hold (documented product types).
_PLANS = (
    ("codingplan", "coding_plan"),
    ("tokenplan", "token_plan"),
    ("_spn_", "savings_plan"),
    ("_dp_", "resource_pack"),
)

_RENEWALS = {"AutoRenewal": "renews", "ManualRenewal": "ends", "NotRenewal": "ends"}


def workspace(row: Row) -> Workspace:
    return Workspace(
        workspace_id=_text(row, "workspaceId") or "",
        name=_text(row, "workspaceName"),
        region_id=_text(row, "region"),
    )


def api_key(row: Row, regions: dict[str, str | None]) -> ApiKey:
    """``regions``: of each workspace. A key's region is its workspace's, never the endpoint's."""
    workspace_id = _text(row, "workspaceId")
    disabled = row.get("disabled")
    return ApiKey(
        api_key_id=_text(row, "apiKeyId") or "",
        name=_text(row, "description"),
        workspace_id=workspace_id,
        region_id=regions.get(workspace_id or ""),
        owner=_text(row, "createdBy"),
        created_at=_epoch(row.get("gmtCreate"), 1000),
        disabled=None if disabled is None else str(disabled) == "1",
    )


def plan(row: Row) -> Plan:
    """That Model Studio's plans are listed among the subscriptions is inferred."""
    product = _text(row, "ProductType") or ""
    folded = product.casefold()
    kind = next((known for part, known in _PLANS if part in folded), product or "unknown")
    ends = _text(row, "EndTime")
    return Plan(
        kind=kind,
        id=_text(row, "InstanceID"),
        region_id=_text(row, "Region"),
        expires_at=_instant(ends),
        auto_renewal=_RENEWALS.get(str(row.get("RenewStatus")), "unknown"),
    )


def fine_tune(row: Row, workspace_id: str, region_id: str) -> Resource:
    return _resource(row, "job_id", "job_name", ("create_time",), workspace_id, region_id)


def deployment(row: Row, workspace_id: str, region_id: str) -> Resource:
    created = ("gmt_create", "created_at")
    return _resource(row, "deployed_model", "name", created, workspace_id, region_id)


def batch(row: Row, workspace_id: str, region_id: str) -> Resource:
    return _resource(row, "id", "ds_name", ("created_at",), workspace_id, region_id)


def _resource(
    row: Row, id: str, name: str, created: tuple[str, ...], workspace_id: str, region_id: str
) -> Resource:
    """A row's own workspace outranks the one that was asked for."""
    charge = _text(row, "charge_type")
    when = next((row[field] for field in created if row.get(field) not in (None, "")), None)
    return Resource(
        id=_text(row, id) or "",
        name=_text(row, name),
        workspace_id=_text(row, "workspace_id") or workspace_id,
        region_id=region_id,
        status=_text(row, "status"),
        prepaid=None if charge is None else charge.casefold().replace("_", "") == "prepaid",
        created_at=_epoch(when, 1) or _instant(str(when) if when is not None else None),
    )


def _text(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value in (None, "") else str(value)


def _epoch(value: object, per_second: int) -> Moment | None:
    """An instant as a number: milliseconds or seconds since 1970."""
    if not re.fullmatch(r"\d{9,14}", str(value), re.ASCII):
        return None
    at = datetime.fromtimestamp(int(str(value)) // per_second, UTC).astimezone(BILL_CLOCK)
    return Moment(at.replace(tzinfo=None), BILL_CLOCK) if 2000 <= at.year <= 2199 else None


def _instant(text: str | None) -> Moment | None:
    """One that names no zone is on the bill clock (inferred)."""
    try:
        moment = parse_moment(re.sub(r"\.\d+", "", text)) if text else None
    except ValueError:
        return None
    return moment and Moment(moment.on(BILL_CLOCK), BILL_CLOCK)
