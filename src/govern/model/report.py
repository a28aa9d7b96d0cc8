"""What ``govern check`` found: the bill as it was read, a result per policy, and findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from govern.model.baseline import Since
from govern.model.bill import BillSummary
from govern.model.clock import iso
from govern.model.exits import Exit
from govern.model.finding import Finding


@dataclass(frozen=True)
class PolicyResult:
    """How one policy ended: ``pass``, ``fail``, ``error`` (not decidable) or ``skip``.

    ``free`` of the ``matched`` charges cost nothing. ``file`` and ``line`` are where it is written.
    ``digest`` is that of its rule. ``of_run``: it would pass, and is an ``error`` only since the
    whole run can't be trusted or evaluated nothing.
    """

    id: str
    title: str
    outcome: str
    matched: int = 0
    findings: int = 0
    waived: int = 0
    unmatched: tuple[str, ...] = ()
    message: str | None = None
    severity: str = "medium"
    description: str | None = None
    file: str = ""
    line: int = 0
    free: int = 0
    of_run: bool = False
    digest: str | None = None

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "outcome": self.outcome,
            "matched": self.matched,
            "findings": self.findings,
            "waived": self.waived,
            "unmatched": list(self.unmatched),
            "message": self.message,
            "digest": self.digest,
        }


@dataclass(frozen=True)
class CheckReport:
    """The document ``govern.check/v1``. ``as_of`` is naive, on the bill's clock.

    ``since``: what it came to against a baseline; None without one.
    """

    version: str
    as_of: datetime
    bill: BillSummary
    policies: tuple[PolicyResult, ...]
    findings: tuple[Finding, ...]
    exit: Exit
    notes: tuple[str, ...] = field(default=())
    waivers: tuple[dict[str, Any], ...] = field(default=())
    since: Since | None = None

    def document(self) -> dict[str, Any]:
        clock = self.bill.clock
        return {
            "schema": "govern.check/v1",
            "govern": self.version,
            "as_of": iso(self.as_of, clock),
            "accounts": [payer.billing_account_id for payer in self.bill.payers],
            "bill": self.bill.document(),
            "policies": [result.document() for result in self.policies],
            "findings": [finding.document(clock) for finding in self.findings],
            "waivers": list(self.waivers),
            "notes": list(self.notes),
            **({"baseline": self.since.document(clock)} if self.since else {}),
            "exit": {"code": self.exit.code, "cause": self.exit.cause, "reason": self.exit.reason},
        }
