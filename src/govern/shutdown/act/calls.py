"""The call that each act makes: its operation, its parameters, and a refusal in its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from govern.cloud import bss, dashscope, modelstudio
from govern.cloud.paging import Row
from govern.cloud.service import Operation
from govern.model.act import Thing

CALLS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        modelstudio.DISABLE_API_KEY,
        modelstudio.ENABLE_API_KEY,
        modelstudio.DELETE_API_KEY,
        modelstudio.DELETE_WORKSPACE,
        bss.SET_RENEWAL,
        dashscope.CANCEL_FINE_TUNE,
        dashscope.DELETE_DEPLOYMENT,
        dashscope.CANCEL_BATCH,
    )
}


def renewal(thing: Thing, before: Mapping[str, Any], *, back: bool) -> dict[str, str]:
    """Parameters as the official SDK names them; a period only where renewing is turned on."""
    parameters = {
        "InstanceIDs": thing.id,
        "ProductCode": str(before.get("ProductCode") or "sfm"),
        "RenewalStatus": str(before.get("RenewStatus")) if back else "NotRenewal",
        "SubscriptionType": str(before.get("SubscriptionType") or "Subscription"),
    }
    if before.get("ProductType"):
        parameters["ProductType"] = str(before["ProductType"])
    if back and before.get("RenewalDuration") and before.get("RenewalDurationUnit"):
        parameters["RenewalPeriod"] = str(before["RenewalDuration"])
        parameters["RenewalPeriodUnit"] = str(before["RenewalDurationUnit"])
    return parameters


def refusal(body: Row) -> str:
    listed = body.get("failReasons")
    rows = [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []
    reasons = [f"{row.get('resourceType') or ''} {row.get('reason') or ''}".strip() for row in rows]
    return "it wasn't deleted" + (f": {', '.join(reasons)}" if reasons else "")
