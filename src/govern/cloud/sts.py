"""Security Token Service 2015-04-01: who calls (RPC; names from the official SDK)."""

from __future__ import annotations

from dataclasses import dataclass

from govern.cloud.client import Client
from govern.cloud.failure import CallFailed
from govern.cloud.service import Operation, Service

SERVICE = Service("sts", "sts.aliyuncs.com", "2015-04-01", "sts")

_CALLER = Operation(SERVICE, "GetCallerIdentity", "POST")


@dataclass(frozen=True)
class Caller:
    """``kind`` is ``Account`` for the account itself, ``RAMUser`` or ``AssumedRoleUser``."""

    account_id: str
    arn: str
    kind: str


def caller(client: Client) -> Caller:
    """Raises CallFailed."""
    body = client.read(_CALLER).body
    account_id = str(body.get("AccountId") or "")
    # Files are named after it.
    if not (account_id.isascii() and account_id.isdigit() and len(account_id) <= 32):
        raise CallFailed(_CALLER.title, "an answer without AccountId", code="BrokenAnswer")
    return Caller(account_id, str(body.get("Arn") or ""), str(body.get("IdentityType") or ""))
