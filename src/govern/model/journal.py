"""The journal, ``govern.journal/v1``: what ``apply`` did, intent before and outcome after.

Append-only lines of JSON, each with the digest of the one before it: none can be changed, moved or
taken out without its showing. A reader believes all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from govern.model.clock import Moment

SCHEMA = "govern.journal/v1"

#: What an intent may come to. The first three are final: one of them per intent.
FINAL = ("done", "failed", "not_done")
OUTCOMES = (*FINAL, "accepted", "unknown")


@dataclass(frozen=True)
class Outcome:
    """What came of an intent. ``basis``: the account's answer, or its state as it was asked."""

    seq: int
    at: Moment
    outcome: str
    basis: str | None
    code: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class Intent:
    """One act that was going to be made. ``before``: what its undo needs.

    ``undoes``: the seq of the intent that it takes back. ``outcomes`` as they were written.
    """

    seq: int
    at: Moment
    step: str
    act: str
    target: str
    region_id: str | None
    workspace_id: str | None
    before: Mapping[str, Any]
    undoes: int | None = None
    outcomes: tuple[Outcome, ...] = ()

    @property
    def last(self) -> Outcome | None:
        return self.outcomes[-1] if self.outcomes else None

    @property
    def state(self) -> str | None:
        """The word of the last outcome; None where none was written."""
        return self.last.outcome if self.last else None

    @property
    def is_open(self) -> bool:
        """Whether it has no final outcome: the account must be asked before anything new."""
        return self.state not in FINAL


@dataclass(frozen=True)
class Stopped:
    """That a step stopped between two instants; ``at``, the later one, counts."""

    step: str
    act: str
    target: str
    workspace_id: str | None
    after: Moment
    at: Moment
    seq: int


@dataclass(frozen=True)
class Journal:
    """A journal as it was read. ``head``: the digest of its last line, null without lines.

    ``size``: how many of the file's bytes are whole lines; what is behind was never acted upon.
    """

    path: str
    account_id: str | None = None
    lines: int = 0
    head: str | None = None
    size: int = 0
    intents: tuple[Intent, ...] = field(default=(), repr=False)

    def document(self) -> dict[str, Any]:
        return {"path": self.path, "lines": self.lines, "head": self.head}

    @property
    def sentence(self) -> str:
        """For people: which journal, and by what they'll know later that none was cut off."""
        many = "1 line" if self.lines == 1 else f"{self.lines} lines"
        head = f", head {self.head}" if self.head else ""
        return f"Journal: {self.path}, {many}{head}."

    @property
    def open(self) -> list[Intent]:
        return [intent for intent in self.intents if intent.is_open]

    @cached_property
    def undone(self) -> frozenset[int]:
        """The seqs of intents that were taken back."""
        back = (
            intent
            for intent in self.intents
            if intent.undoes is not None and intent.state == "done"
        )
        return frozenset(intent.undoes for intent in back if intent.undoes is not None)

    @cached_property
    def done(self) -> Mapping[str, Intent]:
        """By step: what carried it out, and wasn't taken back; the last one counts."""
        return {intent.step: intent for intent in self.acts if intent.state == "done"}

    @property
    def done_at(self) -> dict[str, Moment]:
        """By step: when it was done."""
        return {id: one.last.at for id, one in self.done.items() if one.last}

    @cached_property
    def acts(self) -> Sequence[Intent]:
        """Every intent that takes nothing back, and wasn't taken back."""
        back = self.undone
        return [
            intent for intent in self.intents if intent.undoes is None and intent.seq not in back
        ]

    @cached_property
    def begun(self) -> Mapping[str, Intent]:
        """By step: the last of these."""
        return {intent.step: intent for intent in self.acts}

    @property
    def stops(self) -> list[Stopped]:
        """Of every step that is done: between which instants it stopped."""
        return [
            Stopped(
                intent.step,
                intent.act,
                intent.target,
                intent.workspace_id,
                intent.at,
                intent.last.at,
                intent.seq,
            )
            for intent in self.done.values()
            if intent.last
        ]
