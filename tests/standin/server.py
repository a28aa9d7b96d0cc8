"""The server: one for all services, on loopback, with faults at any call."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from standin import signed
from standin.state import Account, json_text

#: What can go wrong with a call, before it has its effect or after it.
FAULTS = (
    "time-out before", "time-out after", "reset before", "reset after", "429", "throttled", "500",
    "503 after", "half a body", "no json", "success false", "expired", "redirect", "leak",
)  # fmt: skip


@dataclass
class Call:
    """One request as it came: its operation, region, parameters, whether it changes anything, and
    when it came (seconds, by a clock of no date)."""

    operation: str
    region: str
    parameters: dict[str, str]
    acts: bool
    nonce: str = ""
    at: float = field(default_factory=time.monotonic)


@dataclass
class StandIn:
    """``faults``: (operation, its how-many-eth call from 1) → a word of FAULTS. ``skew`` seconds
    are added to the clock. ``endless``: lists whose page tokens never end or come twice."""

    account: Account = field(default_factory=Account)
    faults: dict[tuple[str, int], str] = field(default_factory=dict)
    skew: float = 0.0
    endless: set[str] = field(default_factory=set)
    page: int | None = None
    delay: float = 0.0
    calls: list[Call] = field(default_factory=list)
    port: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counts: dict[str, int] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        base = f"http://127.0.0.1:{self.port}"
        key, secret = next(iter(self.account.access_keys.items()))
        found = {
            "GOVERN_ENDPOINT_MODELSTUDIO": base + "/ms/{region}",
            "GOVERN_ENDPOINT_BSS": base + "/bss",
            "GOVERN_ENDPOINT_DASHSCOPE": base + "/ds/{region}",
            "GOVERN_ENDPOINT_STS": base + "/sts",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
        }
        if self.account.token:
            found["ALIBABA_CLOUD_SECURITY_TOKEN"] = self.account.token
        return found

    def count(self, operation: str) -> int:
        return sum(1 for call in self.calls if call.operation == operation)

    @property
    def acts(self) -> list[Call]:
        return [call for call in self.calls if call.acts]

    def noted(self, call: Call) -> str | None:
        """Write the call down; returns the fault that is due."""
        with self._lock:
            self.calls.append(call)
            self._counts[call.operation] = self._counts.get(call.operation, 0) + 1
            number = self._counts[call.operation]
            return self.faults.get((call.operation, number)) or self.faults.get((call.operation, 0))


class Refused(Exception):
    """An answer that is an error: status, code, message, and more fields."""

    def __init__(self, status: int, code: str, message: str = "", **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.more = status, code, message or code, more


@contextmanager
def running(standin: StandIn | None = None) -> Iterator[StandIn]:
    """The stand-in, listening on a free port of this machine until the context ends."""
    standin = standin or StandIn()

    class Handler(_Handler):
        of = standin

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    standin.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield standin
    finally:
        standin.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    of: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(time.time() + self.of.skew, usegmt=True)

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        try:
            self._answer(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = _any

    def _answer(self, body: bytes) -> None:
        url = urlsplit(self.path)
        parameters = dict(parse_qsl(url.query, keep_blank_values=True))
        headers = {name.lower(): text for name, text in self.headers.items()}
        service, region, rest = _place(url.path)
        operation, id = _operation(service, self.command, rest, headers)
        acts = operation in _ACTS
        nonce = headers.get("x-acs-signature-nonce", "")
        fault = self.of.noted(Call(operation, region, {**parameters, "id": id}, acts, nonce))
        if self.of.delay:
            time.sleep(self.of.delay)
        if fault and not fault.endswith("after") and self._faulty(fault, headers):
            return
        try:
            if service == "ds":
                told = _dashscope(self.of, operation, id, parameters, headers)
            else:
                self._must_be_signed(headers, body)
                told = _openapi(self.of, operation, region, id, parameters)
            status = 200
        except Refused as refused:
            status, told = refused.status, _error(refused, service)
        if fault and fault.endswith("after") and self._faulty(fault, headers):
            return
        self._send(status, json_text(told).encode())

    def _must_be_signed(self, headers: dict[str, str], body: bytes) -> None:
        account = self.of.account
        code = signed.wrong(
            self.command, self.path, headers, body, account.access_keys, account.token
        )
        if code:
            raise Refused(400 if code != "InvalidAccessKeyId.NotFound" else 404, code)
        stamp = headers.get("x-acs-date", "")
        now = time.time() + self.of.skew
        sent = time.mktime(time.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
        if abs(sent - now) > 900:
            raise Refused(400, "InvalidTimeStamp.Expired", "Specified time stamp is expired.")

    def _send(self, status: int, data: bytes, **more: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, text in more.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(data)

    def _faulty(self, fault: str, headers: dict[str, str]) -> bool:
        """Answer wrongly; False if the fault is none of the answer."""
        if fault.startswith("time-out"):
            self.of.stopping.wait(60)
        elif fault.startswith("reset"):
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        elif fault == "429":
            self._send(429, b'{"Code": "Throttling.User", "Message": "slow"}', Retry_After="0")
            return True
        elif fault == "throttled":
            self._send(400, b'{"Code": "Throttling.Api", "Message": "slow"}', Retry_After="0")
            return True
        elif fault in ("500", "503 after"):
            status = int(fault[:3])
            self._send(status, b'{"Code": "InternalError", "Message": "x"}', Retry_After="0")
            return True
        elif fault == "half a body":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"success": tr')
        elif fault == "no json":
            self._send(200, b"<html>sign in</html>", Retry_After="0")
            return True
        elif fault == "success false":
            self._send(200, b'{"Success": false, "Code": "NotAuthorized", "Message": "no"}')
            return True
        elif fault == "expired":
            self._send(403, b'{"Code": "InvalidSecurityToken.Expired", "Message": "expired"}')
            return True
        elif fault == "redirect":
            self._send(302, b"{}", Location="http://192.0.2.1/")
            return True
        elif fault == "leak":
            # A server that repeats what it was sent.
            told = {"Code": "Leak", "Message": " ".join(headers.values()), "RequestId": "r"}
            told["Message"] += " " + " ".join(self.of.account.access_keys.values())
            told["Message"] += " " + " ".join(self.of.account.api_keys)
            self._send(400, json.dumps(told).encode())
            return True
        self.close_connection = True
        return True


_ACTS = (
    "DisableApiKey", "EnableApiKey", "DeleteApiKey", "DeleteWorkspace", "SetRenewal",
    "CancelFineTune", "DeleteDeployment", "CancelBatch",
)  # fmt: skip


def _place(path: str) -> tuple[str, str, str]:
    """Service, region and the rest of a path such as ``/ms/cn-beijing/modelstudio/apikeys``."""
    found = re.match(r"/(ms|ds)/([^/]+)(/.*)", path)
    if found:
        return found[1], found[2], found[3]
    if path.startswith("/modelstudio"):
        return "ms", "cn-beijing", path  # the official client knows no leading path
    if path == "/":
        return "bss", "", path
    found = re.match(r"/(bss|sts)(/.*)?$", path)
    return (found[1], "", found[2] or "/") if found else ("?", "", path)


_PATHS = (
    ("GET", r"/api/v1/fine-tunes", "ListFineTunes"),
    ("GET", r"/api/v1/fine-tunes/([^/]+)", "GetFineTune"),
    ("POST", r"/api/v1/fine-tunes/([^/]+)/cancel", "CancelFineTune"),
    ("GET", r"/api/v1/deployments", "ListDeployments"),
    ("GET", r"/api/v1/deployments/([^/]+)", "GetDeployment"),
    ("DELETE", r"/api/v1/deployments/([^/]+)", "DeleteDeployment"),
    ("GET", r"/compatible-mode/v1/batches", "ListBatches"),
    ("GET", r"/compatible-mode/v1/batches/([^/]+)", "GetBatch"),
    ("POST", r"/compatible-mode/v1/batches/([^/]+)/cancel", "CancelBatch"),
    ("GET", r"/modelstudio/workspaces", "ListWorkspaces"),
    ("DELETE", r"/modelstudio/workspaces/([^/]+)", "DeleteWorkspace"),
    ("GET", r"/modelstudio/apikeys", "ListApiKeys"),
    ("GET", r"/modelstudio/apikeys/([^/]+)", "GetApiKey"),
    ("DELETE", r"/modelstudio/apikeys/([^/]+)", "DeleteApiKey"),
    ("PUT", r"/modelstudio/apikeys/([^/]+)/disable", "DisableApiKey"),
    ("PUT", r"/modelstudio/apikeys/([^/]+)/enable", "EnableApiKey"),
)


def _operation(service: str, method: str, path: str, headers: dict[str, str]) -> tuple[str, str]:
    if service in ("bss", "sts"):
        return headers.get("x-acs-action", "?"), ""
    for verb, pattern, name in _PATHS:
        found = re.fullmatch(pattern, path)
        if found and verb == method:
            return name, unquote(found[1]) if found.groups() else ""
    return f"{method} {path}", ""


def _error(refused: Refused, service: str) -> dict[str, Any]:
    request = str(uuid.uuid4()).upper()
    if service == "ds":
        return {"code": refused.code, "message": refused.message, "request_id": request}
    told = {"Code": refused.code, "Message": refused.message, "RequestId": request, **refused.more}
    return told


def _openapi(
    of: StandIn, operation: str, region: str, id: str, parameters: dict[str, str]
) -> dict[str, Any]:
    account = of.account
    action = {"GetCallerIdentity": "sts:", "QueryBillOverview": "bss:"}.get(operation, "")
    action = (action or ("bssapi:" if not region else "modelstudio:")) + operation
    if action in account.denied:
        detail = {"AuthAction": action, "AuthPrincipalType": "SubUser"}
        message = "You are not authorized to do this action."
        raise Refused(403, "NoPermission", message, AccessDeniedDetail=detail)
    request = {"RequestId": str(uuid.uuid4()).upper()}
    if operation == "GetCallerIdentity":
        who = "root" if account.identity == "Account" else "user/lin"
        arn = f"acs:ram::{account.account_id}:{who}"
        return {
            "AccountId": account.account_id,
            "Arn": arn,
            "IdentityType": account.identity,
            "PrincipalId": account.account_id,
            "UserId": account.account_id,
            **request,
        }
    if operation == "ListWorkspaces":
        rows = [one for one in account.workspaces if one["region"] == region]
        return _paged(of, operation, "workspaces", rows, parameters)
    if operation == "ListApiKeys":
        rows = [one for one in account.keys if account.region_of(one["workspaceId"]) == region]
        return _paged(of, operation, "apiKeys", rows, parameters)
    if operation in ("GetApiKey", "DisableApiKey", "EnableApiKey", "DeleteApiKey"):
        return _key(of, operation, region, id)
    if operation == "DeleteWorkspace":
        return _workspace(of, id)
    if operation == "QueryAvailableInstances":
        return _numbered(of, account.plans, parameters)
    if operation == "SetRenewal":
        return _renewal(of, parameters)
    if operation == "DescribeInstanceBill":
        return _bill(of, parameters)
    if operation == "QueryBillOverview":
        month = parameters.get("BillingCycle", "")
        data = {
            "AccountID": account.account_id,
            "BillingCycle": month,
            "Items": {"Item": account.overview.get(month, [])},
        }
        return {"Success": True, "Code": "Success", "Message": "ok", "Data": data, **request}
    raise Refused(404, "InvalidAction.NotFound")


def _paged(
    of: StandIn, operation: str, name: str, rows: list[dict[str, Any]], parameters: dict[str, str]
) -> dict[str, Any]:
    """By tokens, as the ROA lists are."""
    size = of.page or int(parameters.get("maxResults", 10))
    start = int(parameters.get("nextToken") or 0)
    more = start + size < len(rows)
    token = str(start + size) if more else ""
    if operation in of.endless:
        token = "1"
    return {
        name: rows[start : start + size],
        "nextToken": token,
        "maxResults": size,
        "totalCount": len(rows),
        "success": True,
        "code": "",
        "message": "",
        "httpStatusCode": 200,
        "requestId": str(uuid.uuid4()).upper(),
    }


def _key(of: StandIn, operation: str, region: str, id: str) -> dict[str, Any]:
    found = [one for one in of.account.keys if str(one["apiKeyId"]) == id]
    found = [one for one in found if of.account.region_of(one["workspaceId"]) == region]
    if not found:
        raise Refused(404, "ApiKey.NotFound", "The API key does not exist.")
    if operation == "DisableApiKey":
        found[0]["disabled"] = 1
    elif operation == "EnableApiKey":
        found[0]["disabled"] = 0
    elif operation == "DeleteApiKey":
        of.account.keys.remove(found[0])
    told = {"success": True, "code": "", "message": "", "httpStatusCode": 200, "requestId": "r"}
    return {**told, "apiKey": found[0]} if operation == "GetApiKey" else told


def _workspace(of: StandIn, id: str) -> dict[str, Any]:
    found = [one for one in of.account.workspaces if one["workspaceId"] == id]
    if not found:
        raise Refused(404, "Workspace.NotFound")
    held = [one for one in of.account.keys if one["workspaceId"] == id]
    if held:
        reasons = [{"resourceType": "ApiKey", "reason": f"{len(held)} API keys"}]
        return {"success": True, "isDeleted": False, "failReasons": reasons, "requestId": "r"}
    of.account.workspaces.remove(found[0])
    return {"success": True, "isDeleted": True, "failReasons": [], "requestId": "r"}


def _numbered(
    of: StandIn, rows: list[dict[str, Any]], parameters: dict[str, str]
) -> dict[str, Any]:
    size = min(of.page or 300, int(parameters.get("PageSize", 20)))
    number = int(parameters.get("PageNum", 1))
    data = {
        "InstanceList": rows[(number - 1) * size : number * size],
        "PageNum": number,
        "PageSize": size,
        "TotalCount": len(rows),
    }
    return {"Success": True, "Code": "Success", "Message": "ok", "Data": data, "RequestId": "r"}


def _renewal(of: StandIn, parameters: dict[str, str]) -> dict[str, Any]:
    for plan in of.account.plans:
        if plan["InstanceID"] in parameters.get("InstanceIDs", "").split(","):
            plan["RenewStatus"] = parameters["RenewalStatus"]
    return {"Success": True, "Code": "Success", "Message": "ok", "RequestId": "r"}


def _bill(of: StandIn, parameters: dict[str, str]) -> dict[str, Any]:
    rows = of.account.bills.get(parameters.get("BillingDate", ""), [])
    size = min(of.page or 300, int(parameters.get("MaxResults", 20)))
    start = int(parameters.get("NextToken") or 0)
    more = start + size < len(rows)
    data = {
        "AccountID": of.account.account_id,
        "AccountName": "stand-in",
        "BillingCycle": parameters.get("BillingCycle"),
        "TotalCount": len(rows),
        "MaxResults": size,
        "NextToken": "1" if "DescribeInstanceBill" in of.endless else _token(start + size, more),
        "Items": rows[start : start + size],
    }
    return {"Success": True, "Code": "Success", "Message": "ok", "Data": data, "RequestId": "r"}


def _token(at: int, more: bool) -> str | None:
    return str(at) if more else None


def _dashscope(
    of: StandIn, operation: str, id: str, parameters: dict[str, str], headers: dict[str, str]
) -> dict[str, Any]:
    """One key sees its own workspace only."""
    secret = headers.get("authorization", "").removeprefix("Bearer ")
    workspace = of.account.api_keys.get(secret)
    if workspace is None:
        raise Refused(401, "InvalidApiKey", "Invalid API-key provided.")
    asked = headers.get("x-dashscope-workspace")
    if asked and asked != workspace:
        raise Refused(403, "AccessDenied", "Workspace access denied.")
    lists = {
        "FineTune": of.account.fine_tunes,
        "Deployment": of.account.deployments,
        "Batch": of.account.batches,
    }
    kind = next(name for name in lists if name in operation)
    rows = lists[kind].setdefault(workspace, [])
    name = {"FineTune": "job_id", "Deployment": "deployed_model", "Batch": "id"}[kind]
    if operation.startswith("List"):
        return _listed(of, kind, rows, parameters)
    found = next((row for row in rows if row[name] == id), None)
    if found is None:
        raise Refused(404, "NotFound", "not found")
    if operation == "CancelFineTune":
        found["status"] = of.account.settles.get(operation, "CANCELED")
    elif operation == "CancelBatch":
        found["status"] = of.account.settles.get(operation, "cancelled")
    elif operation == "DeleteDeployment":
        rows.remove(found)
    return found if kind == "Batch" else {"request_id": "r", "output": found}


def _listed(
    of: StandIn, kind: str, rows: list[dict[str, Any]], parameters: dict[str, str]
) -> dict[str, Any]:
    if kind == "Batch":
        size = of.page or int(parameters.get("limit", 20))
        ids = [row["id"] for row in rows]
        after = parameters.get("after")
        start = ids.index(after) + 1 if after in ids else 0
        part = rows[start : start + size]
        last = part[-1]["id"] if part else None
        more = start + size < len(rows)
        return {"object": "list", "data": part, "has_more": more, "last_id": last}
    size = of.page or int(parameters.get("page_size", 10))
    number = int(parameters.get("page_no", 1))
    part = rows[(number - 1) * size : number * size]
    name = {"FineTune": "jobs", "Deployment": "deployments"}[kind]
    output = {"page_no": number, "page_size": size, "total": len(rows), name: part}
    return {"request_id": "r", "output": output}
