"""The account as one run saw it: what its lists show, and which of them were read to their ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from govern.model.clock import Moment
from govern.model.inventory import LookedAt, Unseen

#: Region id and workspace id; the workspace is None for lists of a whole region, the region as well
#: for lists of the account.
Place = tuple[str | None, str | None]


@dataclass(frozen=True)
class Listed:
    """A record that a list shows. ``at``: when that list had been read."""

    record: Any
    at: Moment


@dataclass(frozen=True)
class Seen:
    """What was read of one list. ``ended``: places whose list was read to its end, and when."""

    records: Sequence[Listed] = ()
    ended: Mapping[Place, Moment] = field(default_factory=dict)


@dataclass(frozen=True)
class Account:
    """The account as it was seen. ``at``: before the first list was asked for. ``everything``:
    the caller sees all of it."""

    at: Moment
    account_id: str
    everything: bool
    regions: tuple[LookedAt, ...]
    unseen: tuple[Unseen, ...]
    lists: Mapping[str, Seen]
