"""BSS OpenAPI 2017-12-14: bills and plans (RPC; names from the official SDK).

Its host goes by the site of the account and not by a region of Model Studio: the other site
answers ``NotApplicable``. QueryAvailableInstances lists Model Studio's plans (inferred).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from govern.cloud import paging
from govern.cloud.client import Client, Reply
from govern.cloud.failure import CallFailed
from govern.cloud.paging import Page, Row, Rows
from govern.cloud.service import Operation, Service

SERVICE = Service(
    "bss",
    "business.aliyuncs.com",
    "2017-12-14",
    "bssapi",
    abroad="business.ap-southeast-1.aliyuncs.com",
)

DESCRIBE_INSTANCE_BILL = Operation(SERVICE, "DescribeInstanceBill", "POST", per_second=8)
QUERY_BILL_OVERVIEW = Operation(SERVICE, "QueryBillOverview", "POST")
QUERY_AVAILABLE_INSTANCES = Operation(SERVICE, "QueryAvailableInstances", "POST")
SET_RENEWAL = Operation(SERVICE, "SetRenewal", "POST", acts=True)

_PAGE = 300


def plans(client: Client) -> Rows:
    """Subscriptions of Model Studio. Raises CallFailed."""

    title = QUERY_AVAILABLE_INSTANCES.title

    def page(number: int) -> Page:
        parameters = {
            "ProductCode": "sfm",
            "SubscriptionType": "Subscription",
            "PageNum": str(number),
            "PageSize": str(_PAGE),
        }
        reply = _read(client, QUERY_AVAILABLE_INSTANCES, parameters)
        data = paging.inside(title, reply.body, "Data")
        return paging.page(title, data.get("InstanceList"), None, data.get("TotalCount"), reply.at)

    return paging.read_numbered(title, page, _PAGE)


def instance_bill(client: Client, day: date) -> Rows:
    """Every row of one day's bill, of all products, nothing hidden. Raises CallFailed."""

    def page(token: str | None) -> Page:
        parameters = {
            "BillingCycle": f"{day:%Y-%m}",
            "BillingDate": f"{day:%Y-%m-%d}",
            "Granularity": "DAILY",
            "IsBillingItem": "true",
            "IsHideZeroCharge": "false",
            "MaxResults": str(_PAGE),
        }
        if token:
            parameters["NextToken"] = token
        reply = _read(client, DESCRIBE_INSTANCE_BILL, parameters)
        data = paging.inside(DESCRIBE_INSTANCE_BILL.title, reply.body, "Data")
        return paging.page(
            DESCRIBE_INSTANCE_BILL.title,
            data.get("Items"),
            data.get("NextToken"),
            data.get("TotalCount"),
            reply.at,
        )

    return paging.read(DESCRIBE_INSTANCE_BILL.title, page)


def overview(client: Client, month: str) -> tuple[Row, ...]:
    """The account's own sums of a month, by product and currency. Raises CallFailed."""
    reply = _read(client, QUERY_BILL_OVERVIEW, {"BillingCycle": month})
    items = paging.inside(QUERY_BILL_OVERVIEW.title, reply.body, "Data").get("Items")
    inside = items.get("Item") if isinstance(items, Mapping) else items
    return tuple(paging.rows_in(QUERY_BILL_OVERVIEW.title, inside))


def _read(client: Client, operation: Operation, parameters: Mapping[str, str]) -> Reply:
    """On the account's own site: the other site answers that it doesn't apply (documented)."""
    endpoints = client.endpoints
    try:
        return client.read(operation, parameters)
    except CallFailed as failed:
        if not (failed.code or "").startswith("NotApplicable") or endpoints.abroad:
            raise
    client.endpoints = replace(endpoints, abroad=True)
    return client.read(operation, parameters)
