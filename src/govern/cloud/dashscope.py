"""DashScope: fine-tune jobs, deployments and batches of one workspace, with an API key of it.

Documented for cn-beijing and ap-southeast-1. That the header X-DashScope-WorkSpace names the
workspace, and that a refusal means that the key is of another one, is inferred.
"""

from __future__ import annotations

from collections.abc import Mapping

from govern.cloud import paging
from govern.cloud.client import Client, Key
from govern.cloud.failure import CallFailed
from govern.cloud.paging import Page, Rows
from govern.cloud.service import Operation, Service

#: The shared hosts of the regions that have these lists.
HOSTS: Mapping[str, str] = {
    "cn-beijing": "dashscope.aliyuncs.com",
    "ap-southeast-1": "dashscope-intl.aliyuncs.com",
}

SERVICE = Service("dashscope", "dashscope.aliyuncs.com", "", "", signed=False, hosts=HOSTS)

LIST_FINE_TUNES = Operation(SERVICE, "ListFineTunes", "GET", "/api/v1/fine-tunes")
GET_FINE_TUNE = Operation(SERVICE, "GetFineTune", "GET", "/api/v1/fine-tunes/{id}")
CANCEL_FINE_TUNE = Operation(
    SERVICE, "CancelFineTune", "POST", "/api/v1/fine-tunes/{id}/cancel", acts=True
)
LIST_DEPLOYMENTS = Operation(SERVICE, "ListDeployments", "GET", "/api/v1/deployments")
GET_DEPLOYMENT = Operation(SERVICE, "GetDeployment", "GET", "/api/v1/deployments/{id}")
DELETE_DEPLOYMENT = Operation(
    SERVICE, "DeleteDeployment", "DELETE", "/api/v1/deployments/{id}", acts=True
)
LIST_BATCHES = Operation(SERVICE, "ListBatches", "GET", "/compatible-mode/v1/batches")
GET_BATCH = Operation(SERVICE, "GetBatch", "GET", "/compatible-mode/v1/batches/{id}")
CANCEL_BATCH = Operation(
    SERVICE, "CancelBatch", "POST", "/compatible-mode/v1/batches/{id}/cancel", acts=True
)

_PAGE = 100


def fine_tunes(client: Client, region_id: str, key: Key) -> Rows:
    """Every fine-tune job of the key's workspace. Raises CallFailed."""
    return _numbered(client, LIST_FINE_TUNES, "jobs", region_id, key)


def deployments(client: Client, region_id: str, key: Key) -> Rows:
    """Every deployment of the key's workspace. Raises CallFailed."""
    return _numbered(client, LIST_DEPLOYMENTS, "deployments", region_id, key)


def batches(client: Client, region_id: str, key: Key) -> Rows:
    """Every batch of the key's workspace. Raises CallFailed."""

    def page(token: str | None) -> Page:
        parameters = {"limit": str(_PAGE)} | ({"after": token} if token else {})
        reply = client.read(LIST_BATCHES, parameters, region_id=region_id, key=key)
        rows = paging.rows_in(LIST_BATCHES.title, reply.body.get("data"))
        last = reply.body.get("last_id") or (rows[-1].get("id") if rows else None)
        if reply.body.get("has_more") is not True:
            last = None
        elif not last:
            raise CallFailed(LIST_BATCHES.title, "more rows, and no last_id", code="BrokenList")
        return paging.page(LIST_BATCHES.title, rows, last, None, reply.at)

    return paging.read(LIST_BATCHES.title, page)


def _numbered(client: Client, operation: Operation, name: str, region_id: str, key: Key) -> Rows:
    def page(number: int) -> Page:
        parameters = {"page_no": str(number), "page_size": str(_PAGE)}
        reply = client.read(operation, parameters, region_id=region_id, key=key)
        output = paging.inside(operation.title, reply.body, "output")
        total = output.get("total", output.get("total_count"))
        return paging.page(operation.title, output.get(name), None, total, reply.at)

    return paging.read_numbered(operation.title, page, _PAGE)
