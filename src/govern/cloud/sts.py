"""Security Token Service 2015-04-01: who calls (RPC; names from the official SDK)."""

from __future__ import annotations

from dataclasses import dataclass

from govern.cloud.client import Client
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
    return Caller(
        str(body.get("AccountId") or ""),
        str(body.get("Arn") or ""),
        str(body.get("IdentityType") or ""),
    )
