"""Exit codes: one closed list of causes, the same for every command and format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from govern.model.text import some

CODES: dict[str, int] = {
    "clean": 0,
    "findings": 1,
    "leaking": 1,
    "failed": 1,
    "usage": 2,
    "nothing": 3,
    "rejected": 4,
    "overlap": 4,
    "totals_row": 4,
    "undecided": 4,
    "old_bill": 4,
    "partial": 4,
    "journal": 4,
    "network": 5,
    "file": 5,
    "engine": 5,
    "not_finished": 6,
    "bug": 70,
    "interrupted": 130,
}

#: What a run says that ended (``file``) for want of memory.
TOO_LITTLE_MEMORY = (
    "too little memory: give the run more, or read the bill in parts (govern bill reduce makes "
    "each a small ledger, and every command takes several)"
)

#: Codes of runs in which nothing may be called passed: not trusted, nothing evaluated.
UNTRUSTED = (4, 3)

_RANK = (2, 5, 4, 3, 1, 6, 0)


@dataclass(frozen=True)
class Exit:
    """How a run ended. ``cause`` is a key of :data:`CODES`; ``reason`` is one sentence."""

    cause: str
    reason: str

    @property
    def code(self) -> int:
        return CODES[self.cause]


def partial(why: Sequence[str], *, otherwise: str) -> Exit:
    """``partial`` with the first three reasons; without any ``clean``, saying ``otherwise``."""
    if not why:
        return Exit("clean", otherwise)
    return Exit("partial", some(why, 3, between="; "))


def worst(exits: list[Exit]) -> Exit:
    """The exit that outranks the others: wrong usage first, findings after untrusted data."""
    return min(exits, key=lambda ending: _RANK.index(ending.code))
