"""Which API keys and workspaces still incur charges: the document ``govern.audit/v1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from govern.model.bill import BillSummary, Evidence
from govern.model.clock import instant, iso
from govern.model.exits import Exit
from govern.model.journal import Journal
from govern.model.money import number, plain

#: How late bills are, as documented by Alibaba; ``settle`` is one number that covers them all.
DELAYS: Mapping[str, str] = {
    "inference": "usually 2 to 10 minutes after the call, longer at peak times",
    "other services": "by the hour",
    "bills read through the API": "a day",
}


@dataclass(frozen=True)
class SubjectCost:
    """What a key or workspace cost. ``per_day`` is None where the bill's times are too coarse."""

    currency: str
    billed_cost: Decimal
    per_day: Decimal | None

    def document(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "billed_cost": plain(self.billed_cost),
            "per_day": number(self.per_day),
        }


@dataclass(frozen=True)
class After:
    """Usage charges after a stop, in one currency. ``width``: how exactly the first is known."""

    currency: str
    billed_cost: Decimal
    charges: int
    first_charge: datetime
    width: str = "second"

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "billed_cost": plain(self.billed_cost),
            "charges": self.charges,
            "first_charge": iso(self.first_charge, clock),
        }


@dataclass(frozen=True)
class Audited:
    """One key, or one workspace (``kind``), and what can be said of it.

    ``api_key_id`` is None where charges carry no key, and ``""`` where it is there and empty.
    ``residual`` are charges after the stop that are neither a leak nor proof: within the grace
    time, or of a job that was still running. ``look_again_at`` is the reach that decides.
    ``evidence`` is the first charges after the stop, else the last charges; newest first then.
    ``last_width`` and the third of a line: how exactly its time is known. ``shared``: another
    account has a subject of the same words, so they name the account too.
    """

    kind: str
    api_key_id: str | None
    api_key_name: str | None
    workspace_id: str | None
    workspace_name: str | None
    owner: str | None
    region_id: str | None
    sub_account_id: str | None
    state: str
    reason: str
    first_charge: datetime | None = None
    last_charge: datetime | None = None
    charges: int = 0
    costs: tuple[SubjectCost, ...] = ()
    models: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    stopped_at: datetime | None = None
    stopped_after: datetime | None = None
    stop_source: str | None = None
    silent_from: datetime | None = None
    proved_until: datetime | None = None
    look_again_at: datetime | None = None
    charges_after: tuple[After, ...] = ()
    residual: tuple[After, ...] = ()
    console: str | None = None
    evidence: tuple[tuple[Evidence, datetime, str], ...] = ()
    last_width: str = "second"
    shared: bool = False

    @property
    def text(self) -> str:
        """The subject in words: ``API key 12345 (Chatbot) in llm-a``."""
        return self._words + (f" of account {self.sub_account_id}" if self.shared else "")

    @property
    def _words(self) -> str:
        workspace = self.workspace_id or "no known workspace"
        named = f" ({self.workspace_name})" if self.workspace_name else ""
        if self.kind == "workspace":
            if not self.workspace_id:
                return "charges without a workspace"
            return f"workspace {workspace}{named}"
        if not self.api_key_id:
            return f"use without an API key in {workspace}{named}"
        name = f" ({self.api_key_name})" if self.api_key_name else ""
        return f"API key {self.api_key_id}{name} in {workspace}{named}"

    def document(self, clock: tzinfo) -> dict[str, Any]:
        key = {"api_key_id": self.api_key_id, "api_key_name": self.api_key_name}
        return {
            **(key if self.kind == "api_key" else {}),
            "workspace_id": self.workspace_id,
            "workspace_name": self.workspace_name,
            "owner": self.owner,
            "region_id": self.region_id,
            "sub_account_id": self.sub_account_id,
            "state": self.state,
            "reason": self.reason,
            "first_charge": instant(self.first_charge, clock),
            "last_charge": instant(self.last_charge, clock),
            "charges": self.charges,
            "costs": [cost.document() for cost in self.costs],
            "models": list(self.models),
            "channels": list(self.channels),
            "stopped_at": instant(self.stopped_at, clock),
            "stopped_after": instant(self.stopped_after, clock),
            "stop_source": self.stop_source,
            "silent_from": instant(self.silent_from, clock),
            "proved_until": instant(self.proved_until, clock),
            "look_again_at": instant(self.look_again_at, clock),
            "charges_after": [after.document(clock) for after in self.charges_after],
            "residual": [residual.document(clock) for residual in self.residual],
            "console": self.console,
            "evidence": [
                {**line.document(), "time": instant(time, clock)}
                for line, time, _width in self.evidence
            ],
        }


@dataclass(frozen=True)
class RunRate:
    """What still charges will cost by the end of ``month`` if it goes on as in the last 24 h.

    An estimate, rounded to the cent: ``so_far`` plus ``per_day`` for the time that is left.
    """

    currency: str
    month: str
    per_day: Decimal
    so_far: Decimal
    by_month_end: Decimal

    def document(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "month": self.month,
            "per_day": plain(self.per_day),
            "so_far": plain(self.so_far),
            "by_month_end": plain(self.by_month_end),
            "estimate": True,
        }


@dataclass(frozen=True)
class AuditReport:
    """The document ``govern.audit/v1``. Instants are naive, on the bill's clock.

    ``covered_until`` is how far the bill can show a charge: its reach, or the end of its last
    month; of several payers, the one whose bill shows least. The durations are as they were
    written (``48h``).
    """

    version: str
    as_of: datetime
    bill: BillSummary
    window: str
    settle: str
    grace: str
    keys: tuple[Audited, ...]
    workspaces: tuple[Audited, ...]
    exit: Exit
    covered_until: datetime | None = None
    run_rate: tuple[RunRate, ...] = ()
    notes: tuple[str, ...] = ()
    journal: Journal | None = None

    def document(self) -> dict[str, Any]:
        clock = self.bill.clock
        return {
            "schema": "govern.audit/v1",
            "govern": self.version,
            "as_of": iso(self.as_of, clock),
            "journal": self.journal.document() if self.journal else None,
            "bill": self.bill.document(),
            "covered_until": instant(self.covered_until, clock),
            "window": self.window,
            "settle": self.settle,
            "grace": self.grace,
            "delays": dict(DELAYS),
            "keys": [key.document(clock) for key in self.keys],
            "workspaces": [workspace.document(clock) for workspace in self.workspaces],
            "run_rate": [rate.document() for rate in self.run_rate],
            "notes": list(self.notes),
            "exit": {"code": self.exit.code, "cause": self.exit.cause, "reason": self.exit.reason},
        }
