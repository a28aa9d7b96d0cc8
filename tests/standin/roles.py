"""Who gives temporary keys: STS (AssumeRole, AssumeRoleWithOIDC) and the metadata service of ECS.

Written from their documentation. Alibaba's own library has fixed hosts for them: ``asked_here``
turns its HTTP to this server, and nothing else of it. Which codes OIDC is refused with is inferred.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, quote, urlsplit

import requests
from requests.adapters import HTTPAdapter

STS = "sts.aliyuncs.com"
ECS = "100.100.100.200"


@dataclass
class Roles:
    """``given`` (id, secret, token) is the key that every role gives. ``answer``: a status and a
    body instead of any other."""

    given: tuple[str, str, str]
    access_keys: dict[str, str] = field(default_factory=dict)
    #: role ARN → access key ids that may assume it.
    trusts: dict[str, set[str]] = field(default_factory=dict)
    oidc_token: str | None = None
    instance_role: str | None = None
    metadata_token: str | None = "metadata-token"
    #: Whether the instance refuses whoever has no such token.
    hardened: bool = False
    expires: str = "2099-01-01T00:00:00Z"
    answer: tuple[int, str] | None = None
    #: host, path and query of every request.
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    def key(self) -> dict[str, str]:
        id, secret, token = self.given
        return {
            "AccessKeyId": id,
            "AccessKeySecret": secret,
            "SecurityToken": token,
            "Expiration": self.expires,
        }

    def sts(self, told: dict[str, str]) -> tuple[int, str]:
        if told["Action"] == "AssumeRoleWithOIDC":
            code = self._oidc_refusal(told)
        else:
            code = self._refusal(told)
        if code:
            status, word, more = code
            body = {"Code": word, "Message": " ".join(told.values()), "RequestId": "REQ-7", **more}
            return status, json.dumps(body)
        user = {"Arn": told["RoleArn"] + "/" + told["RoleSessionName"], "AssumedRoleId": "1:x"}
        told_back = {"RequestId": "REQ-8", "AssumedRoleUser": user, "Credentials": self.key()}
        return 200, json.dumps(told_back)

    def _oidc_refusal(self, told: dict[str, str]) -> tuple[int, str, dict[str, Any]] | None:
        if told["RoleArn"] not in self.trusts:
            return 404, "EntityNotExist.Role", {}
        if told["OIDCToken"] != self.oidc_token:
            return 400, "AuthenticationFail.OIDCToken.Expired", {}
        return None

    def _refusal(self, told: dict[str, str]) -> tuple[int, str, dict[str, Any]] | None:
        id = told["AccessKeyId"]
        known = {**self.access_keys, self.given[0]: self.given[1]}
        if id not in known:
            return 404, "InvalidAccessKeyId.NotFound", {}
        if told["Signature"] != _signature(told, known[id]):
            return 400, "SignatureDoesNotMatch", {}
        if id == self.given[0] and told.get("SecurityToken") != self.given[2]:
            return 400, "InvalidSecurityToken.Malformed", {}
        if told["RoleArn"] not in self.trusts:
            return 404, "EntityNotExist.Role", {}
        if id not in self.trusts[told["RoleArn"]]:
            detail = {"AuthAction": "sts:AssumeRole", "AuthPrincipalType": "SubUser"}
            return 403, "NoPermission", {"AccessDeniedDetail": detail}
        return None

    def metadata(self, method: str, path: str, token: str | None) -> tuple[int, str]:
        if (method, path) == ("PUT", "/latest/api/token"):
            return (200, self.metadata_token) if self.metadata_token else (404, "")
        if token != self.metadata_token and (token or self.hardened):
            return 403, ""
        rest = path.removeprefix("/latest/meta-data/ram/security-credentials/")
        if self.instance_role is None:
            return 404, "<html>no role</html>"
        if rest == "":
            return 200, self.instance_role
        if rest != self.instance_role:
            return 404, ""
        return 200, json.dumps({"Code": "Success", **self.key()})


def _signature(told: dict[str, str], secret: str) -> str:
    """HMAC-SHA1, version 1.0 of the signatures of RPC calls (documented)."""
    signed = sorted((name, text) for name, text in told.items() if name != "Signature")
    query = "&".join(f"{quote(name, safe='~')}={quote(text, safe='~')}" for name, text in signed)
    text = f"GET&%2F&{quote(query, safe='~')}"
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


@contextmanager
def serving(roles: Roles) -> Iterator[Roles]:
    """Listening on this machine; a proxy's client may ask it too, by whole URLs."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _any(self) -> None:
            url = urlsplit(self.path)
            told = dict(parse_qsl(url.query, keep_blank_values=True))
            host = self.headers["Host"]
            roles.calls.append((host, url.path, told))
            if roles.answer:
                status, body = roles.answer
            elif host == ECS:
                token = self.headers.get("X-aliyun-ecs-metadata-token")
                status, body = roles.metadata(self.command, url.path, token)
            else:
                status, body = roles.sts(told)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_PUT = _any

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    roles.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield roles
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def asked_here(port: int) -> Iterator[None]:
    """The library's requests to its fixed hosts come to this port of this machine."""
    from Tea.core import TeaCore

    class Here(HTTPAdapter):
        def send(self, request: Any, *words: Any, **named: Any) -> Any:
            url = urlsplit(request.url)
            request.url = url._replace(scheme="http", netloc=f"127.0.0.1:{port}").geturl()
            return super().send(request, *words, **{**named, "proxies": {}})

    session = requests.Session()
    for place in (f"https://{STS}", "https://sts.cn-hangzhou.aliyuncs.com", f"http://{ECS}"):
        session.mount(place, Here())
    session.mount("https://", _Nowhere())
    with mock.patch.object(TeaCore, "_get_session", lambda **named: session):
        yield


class _Nowhere(HTTPAdapter):
    def send(self, request: Any, *words: Any, **named: Any) -> Any:
        raise AssertionError(f"a test asks {request.url}")
