"""What a run of ``apply`` did or would do, step by step: ``govern.application/v1``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from govern.model.bill import BillSummary
from govern.model.checklist import Input
from govern.model.clock import instant, iso, wall_text
from govern.model.exits import Exit
from govern.model.journal import Journal

SCHEMA = "govern.application/v1"

#: What can become of a step, in the order in which they are told.
OUTCOMES = (
    "failed", "unknown", "would", "done", "undone", "accepted", "blocked", "unapproved",
    "protected", "waiting", "missing", "skipped", "not_reached", "final", "already", "kept",
    "manual",
)  # fmt: skip

#: Outcomes after which something is wrong, and those after which something is left to do.
WRONG = ("failed", "unknown")
LEFT = (
    "would", "accepted", "blocked", "unapproved", "protected", "waiting", "missing", "skipped",
    "not_reached", "final",
)  # fmt: skip


@dataclass(frozen=True)
class StepOutcome:
    """One step. ``act``: the call; None where it is done by hand. ``basis``: what says so.

    ``at``: when it was done. ``look_again_at``: when another run is worth it at the earliest.
    ``label`` is the step in words.
    """

    id: str
    kind: str
    act: str | None
    target: str | None
    region_id: str | None
    reversible: bool
    outcome: str
    basis: str | None = None
    reason: str = ""
    at: datetime | None = None
    look_again_at: datetime | None = None
    label: str = ""

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "act": self.act,
            "target": self.target,
            "region_id": self.region_id,
            "reversible": self.reversible,
            "outcome": self.outcome,
            "basis": self.basis,
            "reason": self.reason,
            "at": instant(self.at, clock),
            "look_again_at": instant(self.look_again_at, clock),
        }


@dataclass(frozen=True)
class Application:
    """The document. Instants are naive, on ``clock``. ``account_id`` is None in a dry run,
    ``journal`` where there is none, ``bill`` where none was given. ``refused``: why nothing was
    acted on, though something was to be."""

    version: str
    as_of: datetime
    clock: tzinfo
    mode: str
    checklist: Input
    steps: Sequence[StepOutcome]
    exit: Exit
    undo: bool = False
    account_id: str | None = None
    journal: Journal | None = None
    bill: BillSummary | None = None
    notes: tuple[str, ...] = ()
    refused: Exit | None = None

    def document(self) -> dict[str, Any]:
        ended = self.exit
        return {
            "schema": SCHEMA,
            "govern": self.version,
            "as_of": iso(self.as_of, self.clock),
            "mode": self.mode,
            "undo": self.undo,
            "account_id": self.account_id,
            "checklist": self.checklist.document(),
            "journal": self.journal.document() if self.journal else None,
            "bill": self.bill.document() if self.bill else None,
            "steps": [step.document(self.clock) for step in self.steps],
            "notes": list(self.notes),
            "exit": {"code": ended.code, "cause": ended.cause, "reason": ended.reason},
        }


def ended(steps: Sequence[StepOutcome]) -> Exit:
    """How a run ends by what became of its steps."""
    wrong = [step for step in steps if step.outcome in WRONG]
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        return Exit("network", f"{wrong[0].id}: {wrong[0].reason}{more}")
    counts = Counter(step.outcome for step in steps)
    left = [f"{counts[name]} {name.replace('_', ' ')}" for name in LEFT if counts[name]]
    if not left:
        return Exit("clean", "every act is made" if steps else "nothing is to be done")
    dates = [step.look_again_at for step in steps if step.look_again_at]
    again = f"; look again at {wall_text(min(dates))}" if dates else ""
    return Exit("not_finished", f"{', '.join(left)}{again}")
