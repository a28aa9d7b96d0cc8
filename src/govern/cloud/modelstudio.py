"""Model Studio 2026-02-10: workspaces and API keys (ROA; names from the official SDK).

Documented hosts: cn-beijing, ap-southeast-1, cn-hongkong, eu-central-1; those of us-east-1 and
ap-northeast-1 follow the same rule and aren't documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from govern.cloud import paging
from govern.cloud.client import Client
from govern.cloud.paging import Page, Rows
from govern.cloud.service import Operation, Service

SERVICE = Service("modelstudio", "modelstudio.{region}.aliyuncs.com", "2026-02-10", "modelstudio")

#: Regions whose host isn't documented: where it doesn't exist, nothing was overlooked.
UNDOCUMENTED = ("us-east-1", "ap-northeast-1")

_ROOT = "/modelstudio"
LIST_WORKSPACES = Operation(SERVICE, "ListWorkspaces", "GET", f"{_ROOT}/workspaces")
LIST_API_KEYS = Operation(SERVICE, "ListApiKeys", "GET", f"{_ROOT}/apikeys")
GET_API_KEY = Operation(SERVICE, "GetApiKey", "GET", f"{_ROOT}/apikeys/{{id}}")
DISABLE_API_KEY = Operation(
    SERVICE, "DisableApiKey", "PUT", f"{_ROOT}/apikeys/{{id}}/disable", acts=True
)
ENABLE_API_KEY = Operation(
    SERVICE, "EnableApiKey", "PUT", f"{_ROOT}/apikeys/{{id}}/enable", acts=True
)
DELETE_API_KEY = Operation(SERVICE, "DeleteApiKey", "DELETE", f"{_ROOT}/apikeys/{{id}}", acts=True)
DELETE_WORKSPACE = Operation(
    SERVICE, "DeleteWorkspace", "DELETE", f"{_ROOT}/workspaces/{{id}}", acts=True
)

_PAGE = "100"


def workspaces(client: Client, region_id: str) -> Rows:
    """Every workspace of a region that the caller sees. Raises CallFailed."""
    return _list(client, LIST_WORKSPACES, "workspaces", region_id)


def api_keys(client: Client, region_id: str) -> Rows:
    """Every API key of a region that the caller sees. Raises CallFailed."""
    return _list(client, LIST_API_KEYS, "apiKeys", region_id)


def _list(client: Client, operation: Operation, name: str, region_id: str) -> Rows:
    def page(token: str | None) -> Page:
        parameters = {"maxResults": _PAGE} | ({"nextToken": token} if token else {})
        reply = client.read(operation, parameters, region_id=region_id)
        body = reply.body
        return paging.page(
            operation.title, body.get(name), body.get("nextToken"), body.get("totalCount"), reply.at
        )

    return paging.read(operation.title, page)


def api_key(client: Client, region_id: str, id: str) -> Mapping[str, Any]:
    """One key as it is now. Raises CallFailed."""
    body = client.read(GET_API_KEY, region_id=region_id, id=id).body
    key = body.get("apiKey")
    return key if isinstance(key, Mapping) else {}
