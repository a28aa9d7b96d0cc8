"""A bill of charges that are made up, in the upgraded layout: what tests of policies judge.

Its file is read like any other bill. Where no Instance ID is documented for a service, its charges
have one of no known layout, as they would in a real bill.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from govern.bill.shapes.v2 import SHAPE
from govern.model.trial import CARRIED, PARTS, USUAL, Charge

_COMMODITIES = {
    "inference": "sfm_inference_public_cn",
    "batch": "sfm_inference_public_cn",
    "training": "sfm_training_public_cn",
    "deployment": "sfm_deployment_public_cn",
    "knowledge_base": "sfm_knowledge_public_cn",
    "web_search": "sfm_search_public_cn",
    "coding_plan": "sfm_codingplan_public_cn",
    "token_plan": "sfm_tokenplanteams_dp_cn",
    "savings_plan": "sfm_llminference_spn_public_cn",
    "resource_pack": "sfm_llminference_dp_cn",
    "other": "sfm_unknown_public_cn",
}
_KINDS = {
    "usage": "云资源按量费用",
    "purchase": "订阅预付费用",
    "credit": "credit",
    "adjustment": "调账费用",
    "tax": "tax",
}
_CONSUMED, _STARTED, _DATED = (headers[0] for headers in SHAPE.times)
_FIELDS = (
    "billing_account_id", "sub_account_id", "region", "product_code", "commodity_code",
    "instance_id", "billing_item", "charge_kind", "spare_usage", "usage_unit", "list_cost",
    "billed_cost", "currency", "month",
)  # fmt: skip
_HEADER = [*(SHAPE.columns[name][0] for name in _FIELDS), _CONSUMED, _DATED]


def write(file: TextIO, charges: Iterable[Charge]) -> None:
    """The bill as CSV; a charge with ``repeat`` stands there so many times."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_HEADER)
    for charge in charges:
        cells = _cells(charge)
        for _ in range(int(charge.get("repeat", "1"))):
            writer.writerow(cells)


def _cells(given: Charge) -> Sequence[str]:
    charge = {**USUAL, **given}
    billed, currency = charge["billed_cost"].split(" ")
    usage, _, unit = charge["usage"].partition(" ")
    time = charge["time"]
    known = {
        "billing_account_id": charge["billing_account_id"],
        "sub_account_id": charge.get("sub_account_id", charge["billing_account_id"]),
        "region": charge["region_id"],
        "product_code": "sfm",
        "commodity_code": charge.get("commodity_code", _commodity(given)),
        "instance_id": charge.get("instance_id", _instance_id(given)),
        "billing_item": charge.get("billing_item", ""),
        "charge_kind": _KINDS[charge["charge_category"]],
        "spare_usage": usage,
        "usage_unit": unit,
        "list_cost": charge.get("list_cost", charge["billed_cost"]).split(" ")[0],
        "billed_cost": billed,
        "currency": currency,
        "month": time[:7],
    }
    by_the_minute, by_the_day = len(time) > 10, len(time) == 10
    return [
        *(known[name] for name in _FIELDS),
        time if by_the_minute else "",
        time if by_the_day else "",
    ]


def _commodity(given: Charge) -> str:
    """A batch is told by its meter; where the test has a meter of its own, by the commodity."""
    service = given.get("service", USUAL["service"])
    if service == "batch" and "_batch" not in given.get("meter", "_batch"):
        return "sfm_batch_public_cn"
    return _COMMODITIES[service]


def _instance_id(given: Charge) -> str:
    charge = {**USUAL, **given}
    service = charge["service"]
    if service == "training":
        return f"{charge['workspace_id']}!{charge['region_id']}!job-1"
    if service not in CARRIED:
        return f"{service}-1"
    if service == "batch" and "meter" not in given:
        charge["meter"] += "_batch"
    if "tier" in charge:
        charge["meter"] = f"context_{charge['tier']}_{charge['meter']}"
    return ";".join(charge[part] for part in PARTS)
