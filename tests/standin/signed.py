"""Checks ACS3-HMAC-SHA256 signatures, written from the documentation."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlsplit

_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})"
)


def wrong(
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Mapping[str, str],
    token: str | None,
) -> str | None:
    """The service's error code for a request that isn't signed as it must be; None for a good
    one. Header names are in lower case."""
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if not found:
        return "IncompleteSignature"
    key, names, signature = found.groups()
    if key not in secrets:
        return "InvalidAccessKeyId.NotFound"
    if token is not None and headers.get("x-acs-security-token") != token:
        return "InvalidSecurityToken.Expired"
    digest = hashlib.sha256(body).hexdigest()
    if headers.get("x-acs-content-sha256") != digest:
        return "SignatureDoesNotMatch"
    url = urlsplit(target)
    pairs = sorted(parse_qsl(url.query, keep_blank_values=True))
    query = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in pairs)
    signed = names.split(";")
    needed = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"}
    if not needed <= set(signed) or signed != sorted(signed):
        return "IncompleteSignature"
    lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in signed)
    canonical = "\n".join((method, url.path, query, lines, names, digest))
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    right = hmac.new(secrets[key].encode(), text.encode(), hashlib.sha256).hexdigest()
    return None if hmac.compare_digest(right, signature) else "SignatureDoesNotMatch"
