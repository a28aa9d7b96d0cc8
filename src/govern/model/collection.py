"""What a collecting run did, ``govern.collection/v1``, and what credentials there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from govern.model.exits import Exit
from govern.model.inventory import LookedAt, Unseen
from govern.model.manifest import Month

SCHEMA = "govern.collection/v1"
AUTH_SCHEMA = "govern.auth/v1"


@dataclass(frozen=True)
class Collection:
    """``what`` is ``inventory`` or ``bills``; ``path`` the file or folder that was written."""

    version: str
    what: str
    path: str
    account_id: str
    collected_at: str
    exit: Exit
    unseen: Sequence[Unseen | Mapping[str, Any]] = ()
    regions: Sequence[LookedAt] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    months: Sequence[Month] = ()

    def document(self) -> dict[str, Any]:
        head: dict[str, Any] = {
            "schema": SCHEMA,
            "govern": self.version,
            "what": self.what,
            "path": self.path,
            "account_id": self.account_id,
            "collected_at": self.collected_at,
        }
        if self.what == "inventory":
            head["regions"] = [vars(region) for region in self.regions]
            head["counts"] = dict(self.counts)
        else:
            head["months"] = [month.document() for month in self.months]
        head["unseen"] = [
            dict(unseen) if isinstance(unseen, Mapping) else vars(unseen) for unseen in self.unseen
        ]
        return head | {"exit": _exit(self.exit)}


class KnownKey(Protocol):
    """A Model Studio API key, as far as it may be told of."""

    @property
    def workspace_id(self) -> str | None: ...

    @property
    def region_id(self) -> str | None: ...

    @property
    def source(self) -> str: ...


@dataclass(frozen=True)
class AuthStatus:
    """Where credentials come from; ``account_id`` and ``caller`` once STS was asked."""

    source: str
    access_key_id: str | None
    token: bool
    api_keys: Sequence[KnownKey]
    exit: Exit
    account_id: str | None = None
    caller: str | None = None

    def document(self) -> dict[str, Any]:
        return {
            "schema": AUTH_SCHEMA,
            "credentials": {
                "source": self.source,
                "access_key_id": self.access_key_id,
                "token": self.token,
            },
            "api_keys": [
                {"workspace_id": key.workspace_id, "region_id": key.region_id, "source": key.source}
                for key in self.api_keys
            ],
            "account_id": self.account_id,
            "caller": self.caller,
            "exit": _exit(self.exit),
        }


def _exit(ended: Exit) -> dict[str, Any]:
    return {"code": ended.code, "cause": ended.cause, "reason": ended.reason}
