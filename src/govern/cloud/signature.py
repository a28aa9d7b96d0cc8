"""ACS3-HMAC-SHA256, the signature of Alibaba Cloud's OpenAPIs (documented, with a test vector)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from requests import PreparedRequest
from requests.auth import AuthBase

from govern.cloud.secret import Credentials, Secret

ALGORITHM = "ACS3-HMAC-SHA256"


class Acs3(AuthBase):
    """Signs one attempt of one call. ``at`` is the account's time in UTC, ``nonce`` used once."""

    def __init__(
        self, credentials: Credentials, action: str, version: str, at: datetime, nonce: str
    ) -> None:
        self._credentials = credentials
        self._headers = {
            "x-acs-action": action,
            "x-acs-version": version,
            "x-acs-date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": nonce,
        }

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body = request.body or b""
        digest = hashlib.sha256(body.encode() if isinstance(body, str) else body).hexdigest()
        url = urlsplit(request.url or "")
        headers = {**self._headers, "host": url.netloc, "x-acs-content-sha256": digest}
        if self._credentials.token:
            headers["x-acs-security-token"] = self._credentials.token.reveal()
        kind = request.headers.get("Content-Type")
        if kind:
            headers["content-type"] = str(kind)
        request.headers.update(headers)
        request.headers["Authorization"] = authorization(
            self._credentials, str(request.method), url.path, url.query, headers, digest
        )
        return request


class Bearer(AuthBase):
    """A Model Studio API key, for one workspace."""

    def __init__(self, key: Secret, workspace_id: str | None) -> None:
        self._key = key
        self._workspace_id = workspace_id

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        if self._workspace_id:
            request.headers["X-DashScope-WorkSpace"] = self._workspace_id
        return request


def authorization(
    credentials: Credentials,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    digest: str,
) -> str:
    """The Authorization header. ``path`` and ``query`` as they stand in the URL, ``digest`` the
    hex SHA-256 of the body; every one of ``headers`` is signed."""
    signed = sorted(headers)
    canonical = "\n".join(
        (
            method,
            encoded_path(path),
            canonical_query(query),
            "".join(f"{name}:{headers[name].strip()}\n" for name in signed),
            ";".join(signed),
            digest,
        )
    )
    text = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = credentials.access_key_secret.reveal().encode()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return (
        f"{ALGORITHM} Credential={credentials.access_key_id},"
        f"SignedHeaders={';'.join(signed)},Signature={signature}"
    )


def encoded(text: str) -> str:
    """RFC 3986: everything but letters, digits, ``-``, ``_``, ``.`` and ``~`` is encoded."""
    return quote(text, safe="~")


def encoded_path(path: str) -> str:
    return "/".join(encoded(unquote(part)) for part in path.split("/")) or "/"


def encoded_query(parameters: Mapping[str, str]) -> str:
    """The query of a URL, in the order in which it is signed."""
    return "&".join(f"{encoded(name)}={encoded(parameters[name])}" for name in sorted(parameters))


def canonical_query(query: str) -> str:
    return encoded_query(dict(parse_qsl(query, keep_blank_values=True)))
