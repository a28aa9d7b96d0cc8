"""A service and its operations, declared: how they are called, and whether they change anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Service:
    """One API. ``host`` may hold ``{region}``; ``ram`` is the prefix of its RAM actions.

    ``hosts``: those of regions that have one of their own. ``abroad``: the host for accounts of
    the international site, where that is another one.

    ``signed``: by an access key (ACS3); else a Model Studio API key goes along as a bearer token.
    """

    name: str
    host: str
    version: str
    ram: str
    signed: bool = True
    hosts: Mapping[str, str] = field(default_factory=dict)
    abroad: str | None = None


@dataclass(frozen=True)
class Operation:
    """One call of a service. ``acts``: it changes the account, so it is never repeated blindly.

    ``path`` is ``/`` for an RPC call; ``{id}`` in it is the one thing that it is about.
    ``per_second``: how often it may be asked, where that is bounded.
    """

    service: Service
    name: str
    method: str
    path: str = "/"
    acts: bool = False
    per_second: float | None = None

    @property
    def title(self) -> str:
        return f"{self.service.name}:{self.name}"

    @property
    def permission(self) -> str:
        return f"{self.service.ram}:{self.name}"
