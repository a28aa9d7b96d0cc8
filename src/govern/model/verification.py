"""What later bills and inventories prove of a checklist: ``govern.verification/v1``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from govern.model.bill import BillSummary, Evidence
from govern.model.checklist import Input
from govern.model.clock import instant, iso
from govern.model.exits import Exit
from govern.model.journal import Journal
from govern.model.money import plain

SCHEMA = "govern.verification/v1"


@dataclass(frozen=True)
class ChargesAfter:
    """Charges after a stop, in one currency, with lines of the bill.

    ``width``: how exactly the time of the first is known. ``groups``: where the ledger holds the
    earliest of them.
    """

    currency: str
    billed_cost: Decimal
    charges: int
    first_charge: datetime
    evidence: tuple[Evidence, ...] = ()
    width: str = "second"
    groups: tuple[int, ...] = ()

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "billed_cost": plain(self.billed_cost),
            "charges": self.charges,
            "first_charge": iso(self.first_charge, clock),
            "evidence": [line.document() for line in self.evidence],
        }


@dataclass(frozen=True)
class StepResult:
    """What can be said of one step. ``basis`` is what says it; None where nothing does yet.

    ``residual`` are charges after the stop that are neither a leak nor proof.
    ``look_again_at`` is the reach of the bill that decides.
    """

    id: str
    kind: str
    title: str
    state: str
    basis: str | None
    reason: str
    proof: str = "bill"
    stopped_at: datetime | None = None
    proved_until: datetime | None = None
    look_again_at: datetime | None = None
    charges_after: tuple[ChargesAfter, ...] = ()
    residual: tuple[ChargesAfter, ...] = ()

    @property
    def on_word(self) -> bool:
        return self.state == "proved" and self.basis == "person"

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "state": self.state,
            "basis": self.basis,
            "reason": self.reason,
            "stopped_at": instant(self.stopped_at, clock),
            "proved_until": instant(self.proved_until, clock),
            "look_again_at": instant(self.look_again_at, clock),
            "charges_after": [after.document(clock) for after in self.charges_after],
            "residual": [residual.document(clock) for residual in self.residual],
        }


@dataclass(frozen=True)
class VerificationReport:
    """The document ``govern.verification/v1``. Instants are naive, on ``clock``.

    ``bill`` is None where none was given. ``inputs`` are the inventories, with their digests;
    ``journal`` is None where there is none.
    """

    version: str
    as_of: datetime
    clock: tzinfo
    checklist: Input
    bill: BillSummary | None
    settle: str
    grace: str
    steps: Sequence[StepResult]
    exit: Exit
    inputs: tuple[Input, ...] = ()
    strict: bool = False
    journal: Journal | None = None
    notes: tuple[str, ...] = ()

    def count(self, *states: str) -> int:
        """How many steps are in these states; what only a word proves isn't counted here."""
        return sum(1 for step in self.steps if step.state in states and not step.on_word)

    @property
    def on_word(self) -> int:
        return sum(1 for step in self.steps if step.on_word)

    def document(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "govern": self.version,
            "as_of": iso(self.as_of, self.clock),
            "checklist": self.checklist.path,
            "checklist_sha256": self.checklist.sha256,
            "inputs": [file.document() for file in self.inputs],
            "journal": self.journal.document() if self.journal else None,
            "bill": self.bill.document() if self.bill else None,
            "settle": self.settle,
            "grace": self.grace,
            "strict": self.strict,
            "steps": [step.document(self.clock) for step in self.steps],
            "proved": self.count("proved"),
            "on_word": self.on_word,
            "waiting": self.count("waiting"),
            "failed": self.count("failed"),
            "open": self.count("todo", "blocked"),
            "kept": self.count("kept"),
            "notes": list(self.notes),
            "exit": {"code": self.exit.code, "cause": self.exit.cause, "reason": self.exit.reason},
        }
