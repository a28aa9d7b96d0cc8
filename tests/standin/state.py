"""What the stand-in account holds, and how it changes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

REGIONS = (
    "cn-beijing", "ap-southeast-1", "us-east-1", "cn-hongkong", "eu-central-1", "ap-northeast-1",
)  # fmt: skip


@dataclass
class Account:
    """One account. Rows are as the APIs show them; secrets are in ``access_keys`` and
    ``api_keys`` only."""

    account_id: str = "1902910424969427"
    identity: str = "Account"
    access_keys: dict[str, str] = field(
        default_factory=lambda: {"LTAI5tStandInAccess0001": "stand-in-secret-canary"}
    )
    token: str | None = None
    workspaces: list[dict[str, Any]] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)
    plans: list[dict[str, Any]] = field(default_factory=list)
    #: API key secret → workspace id.
    api_keys: dict[str, str] = field(default_factory=dict)
    #: workspace id → rows.
    fine_tunes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    deployments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    batches: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: date → rows of DescribeInstanceBill; month → items of QueryBillOverview.
    bills: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    overview: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: What a job or batch says once it was cancelled, by the call: the end, or on its way there.
    settles: dict[str, str] = field(default_factory=dict)
    #: RAM actions that the caller lacks.
    denied: set[str] = field(default_factory=set)

    def workspace(self, id: str, region: str = "cn-beijing", name: str = "") -> None:
        self.workspaces.append(
            {
                "workspaceId": id,
                "workspaceName": name or id,
                "region": region,
                "serviceSite": "asia-pacific-china",
                "apiHost": f"{id}.{region}.maas.aliyuncs.com",
                "gmtCreate": 1756684800000,
            }
        )

    def key(self, id: int, workspace: str, *, disabled: int = 0, **more: Any) -> None:
        self.keys.append(
            {
                "apiKeyId": id,
                "apiKeyValue": "sk-ws-****",
                "workspaceId": workspace,
                "workspaceName": workspace,
                "description": f"key {id}",
                "createdBy": "lin",
                "disabled": disabled,
                "gmtCreate": 1756684800123,
                **more,
            }
        )

    def region_of(self, workspace: str) -> str | None:
        known = {one["workspaceId"]: one["region"] for one in self.workspaces}
        return known.get(workspace)

    def charge(self, date: str, amount: str, **more: Any) -> None:
        """One row of a day's bill, and its share of the month's overview."""
        row = {
            "BillingDate": date,
            "InstanceID": "12345;llm-a;qwen-max;output_token;app;0",
            "Item": "PayAsYouGoBill",
            "ProductCode": "sfm",
            "ProductName": "Alibaba Cloud Model Studio",
            "ProductDetail": "Model Studio Foundation Model Inference",
            "CommodityCode": "sfm_inference_public_cn",
            "PretaxGrossAmount": Raw(amount),
            "PretaxAmount": Raw(amount),
            "Currency": "CNY",
            "Usage": "1.5",
            "UsageUnit": "KTokens",
            "Region": "China (Beijing)",
            **more,
        }
        self.bills.setdefault(date, []).append(row)
        item = {
            "Item": row["Item"],
            "Currency": row["Currency"],
            "PretaxAmount": row["PretaxAmount"],
            "RoundDownDiscount": 0,
        }
        self.overview.setdefault(date[:7], []).append(item)


@dataclass(frozen=True)
class Raw:
    """A number that is written into the JSON digit by digit, as the service does."""

    text: str


_RAW = re.compile(r'"<raw (.*?)>"')


def json_text(told: object) -> str:
    """JSON with such numbers in it."""
    text = json.dumps(told, default=lambda one: f"<raw {one.text}>")
    return _RAW.sub(r"\1", text)
