"""What ``govern check`` found: the bill as it was read, a result per policy, and findings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from govern.model.clock import iso
from govern.model.exits import Exit
from govern.model.meaning import channel_label
from govern.model.money import plain
from govern.model.text import printable, shorten
from govern.model.words import SEVERITIES

#: How many rejected rows a report lists; it says how many more there are.
MOST_REJECTS = 1000


def number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def instant(wall: datetime | None, clock: tzinfo) -> str | None:
    return None if wall is None else iso(wall, clock)


@dataclass(frozen=True)
class RejectedRow:
    """A row that could not be read exactly. ``line`` is its first physical line, from 1."""

    path: str
    line: int
    column: str | None
    value: str
    reason: str

    def document(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "value": shorten(self.value, 200),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class FileSummary:
    """One file: how it was read and what became of its rows.

    ``time`` is the coarsest width its charges are known to: minute, day or month.
    """

    path: str
    shape: str
    rows: int
    charges: int
    other: int
    rejected: int
    duplicates: int
    totals_rows: int
    billed_cost_column: str
    time: str | None
    exported_at: str | None = None
    sha256: str | None = None

    def document(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "sha256": self.sha256,
            "shape": self.shape,
            "rows": self.rows,
            "charges": self.charges,
            "other": self.other,
            "rejected": self.rejected,
            "duplicates": self.duplicates,
            "totals_rows": self.totals_rows,
            "billed_cost_column": self.billed_cost_column,
            "time": self.time,
            "exported_at": self.exported_at,
        }


@dataclass(frozen=True)
class Total:
    """Sums in one currency. ``rejected_cost`` is None where an amount can't be read;
    ``currency`` is None for rejected rows that name none."""

    currency: str | None
    billed_cost: Decimal
    other_cost: Decimal
    unparsed_cost: Decimal
    rejected_cost: Decimal | None

    def document(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "billed_cost": plain(self.billed_cost),
            "other_cost": plain(self.other_cost),
            "unparsed_cost": plain(self.unparsed_cost),
            "rejected_cost": number(self.rejected_cost),
        }


@dataclass(frozen=True)
class BillSummary:
    """The bill as it was read. Instants are naive, on ``clock``."""

    clock: tzinfo
    files: tuple[FileSummary, ...]
    unparsed: int
    first_charge: datetime | None
    last_charge: datetime | None
    reaches: datetime | None
    reach_basis: str | None
    months: tuple[tuple[str, bool | None], ...]
    gaps: tuple[tuple[datetime, datetime], ...]
    totals: tuple[Total, ...]
    rejects: tuple[RejectedRow, ...]
    empty: tuple[str, ...] = ()
    unknown_categories: tuple[str, ...] = ()

    def count(self, what: str) -> int:
        return sum(getattr(file, what) for file in self.files)

    @property
    def rejected(self) -> int:
        return self.count("rejected")

    def document(self) -> dict[str, Any]:
        counted = ("rows", "charges", "other", "rejected", "duplicates", "totals_rows")
        return {
            "files": [file.document() for file in self.files],
            **{what: self.count(what) for what in counted},
            "unparsed": self.unparsed,
            "first_charge": instant(self.first_charge, self.clock),
            "last_charge": instant(self.last_charge, self.clock),
            "reaches": instant(self.reaches, self.clock),
            "reach_basis": self.reach_basis,
            "months": [{"month": month, "final": final} for month, final in self.months],
            "gaps": [
                {"start": instant(start, self.clock), "end": instant(end, self.clock)}
                for start, end in self.gaps
            ],
            "totals": [total.document() for total in self.totals],
            "rejects": [reject.document() for reject in self.rejects],
            "rejects_omitted": max(0, self.rejected - len(self.rejects)),
            "empty_files": list(self.empty),
            "unknown_categories": [shorten(word) for word in self.unknown_categories],
        }


@dataclass(frozen=True)
class Evidence:
    """One bill line. ``line`` is a physical line of the file, from 1, the header included."""

    path: str
    line: int
    instance_id: str
    billed_cost: Decimal | None

    def document(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "line": self.line,
            "instance_id": shorten(self.instance_id, 300),
            "billed_cost": number(self.billed_cost),
        }


@dataclass(frozen=True)
class Subject:
    """What a verdict is about. ``values`` are the values it is grouped by, in order.

    ``workspace_id``, ``region_id`` and ``sub_account_id`` are None where the group has several.
    """

    kind: str
    values: tuple[tuple[str, str | None], ...]
    workspace_id: str | None = None
    region_id: str | None = None
    sub_account_id: str | None = None
    name: str | None = None

    @property
    def id(self) -> str | None:
        if self.kind == "bill":
            return "bill"
        if self.kind == "columns":
            return ";".join("none" if value is None else value for _, value in self.values)
        return self.values[-1][1]

    @property
    def text(self) -> str:
        """The subject in words: ``API key 12345 in llm-a``."""
        if self.kind == "bill":
            return "the bill"
        if self.kind == "columns":
            return ", ".join(
                f"{column} {'none' if value is None else value or '(empty)'}"
                for column, value in self.values
            )
        if self.kind == "api_key":
            where = f" in {self.workspace_id}" if self.workspace_id else ""
            key = f"API key {self.id}{self._named}" if self.id else "use without an API key"
            return key + where
        if self.kind == "channel":
            return f"channel {channel_label(self.id)}"
        return f"{self.kind} {self.id}{self._named}" if self.id else f"charges without {self.kind}"

    @property
    def _named(self) -> str:
        return f" ({self.name})" if self.name else ""

    def document(self) -> dict[str, Any]:
        if self.kind == "bill":
            return {"kind": "bill", "id": "bill"}
        shown: dict[str, Any] = {"kind": self.kind, "id": self.id, "name": self.name}
        if self.kind == "columns":
            shown["columns"] = dict(self.values)
        return {
            **shown,
            "workspace_id": self.workspace_id,
            "region_id": self.region_id,
            "sub_account_id": self.sub_account_id,
        }


@dataclass(frozen=True)
class Finding:
    """One subject in one period that breaks a policy. ``unit`` belongs to observed and limit.

    ``costs`` is what the matching charges cost, per currency.
    """

    policy: str
    title: str
    severity: str
    message: str
    subject: Subject
    every: str
    start: datetime
    end: datetime
    measure: str
    observed: Decimal
    limit: Decimal
    unit: str
    charges: int
    first_charge: datetime
    last_charge: datetime
    costs: tuple[tuple[str, Decimal], ...]
    policy_file: str
    policy_line: int
    stop: str
    evidence: tuple[Evidence, ...] = ()
    other_units: int = 0
    waiver: Mapping[str, Any] | None = None

    @property
    def fingerprint(self) -> str:
        """The same for every run, file name, amount and message; unique in a report."""
        identity = [
            self.policy,
            self.subject.kind,
            [list(pair) for pair in self.subject.values],
            self.unit,
            None if self.every == "total" else self.start.isoformat(),
        ]
        text = json.dumps(identity, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def period(self) -> str:
        """The period in words: ``2026-09``, ``2026-09-01``, ``week of 2026-09-07``."""
        if self.every == "month":
            return f"{self.start:%Y-%m}"
        if self.every == "day":
            return f"{self.start:%Y-%m-%d}"
        if self.every == "week":
            return f"week of {self.start:%Y-%m-%d}"
        return f"{self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"

    @property
    def cost(self) -> str:
        """What the matching charges cost, per currency: ``512.3 CNY, 4 USD``."""
        return ", ".join(f"{plain(cost)} {currency}" for currency, cost in self.costs)

    @property
    def told(self) -> str:
        """The message, with the period, and the cost where the message has no money in it."""
        cost = "" if self.measure == "billed_cost" or self.cost in self.message else self.cost
        return f"{self.message} ({self.period}{': ' if cost else ''}{cost})"

    @property
    def order(self) -> tuple[Any, ...]:
        """Severity, policy id, billed cost descending, subject id, period."""
        return (
            -SEVERITIES.index(self.severity),
            self.policy,
            -sum((cost for _, cost in self.costs), Decimal(0)),
            self.subject.id or "",
            [value or "" for _, value in self.subject.values],
            self.start,
            self.unit,
        )

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "title": self.title,
            "severity": self.severity,
            "message": printable(self.message),
            "subject": self.subject.document(),
            "period": {
                "every": self.every,
                "start": iso(self.start, clock),
                "end": iso(self.end, clock),
            },
            "measure": self.measure,
            "observed": plain(self.observed),
            "limit": plain(self.limit),
            "unit": self.unit,
            "charges": self.charges,
            "costs": [
                {"currency": currency, "billed_cost": plain(cost)} for currency, cost in self.costs
            ],
            "other_units": self.other_units,
            "first_charge": iso(self.first_charge, clock),
            "last_charge": iso(self.last_charge, clock),
            "evidence": [one.document() for one in self.evidence],
            "policy_file": self.policy_file,
            "policy_line": self.policy_line,
            "fingerprint": self.fingerprint,
            "waiver": self.waiver,
            "stop": self.stop,
        }


@dataclass(frozen=True)
class PolicyResult:
    """How one policy ended: ``pass``, ``fail``, ``error`` (not decidable) or ``skip``.

    ``file`` and ``line`` are where it is written.
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

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "outcome": self.outcome,
            "matched": self.matched,
            "findings": self.findings,
            "waived": self.waived,
            "unmatched": list(self.unmatched),
            "message": self.message,
        }


@dataclass(frozen=True)
class CheckReport:
    """The document ``govern.check/v1``. ``as_of`` is naive, on the bill's clock."""

    version: str
    as_of: datetime
    bill: BillSummary
    policies: tuple[PolicyResult, ...]
    findings: tuple[Finding, ...]
    exit: Exit
    notes: tuple[str, ...] = field(default=())
    waivers: tuple[dict[str, Any], ...] = field(default=())

    def document(self) -> dict[str, Any]:
        clock = self.bill.clock
        return {
            "schema": "govern.check/v1",
            "govern": self.version,
            "as_of": iso(self.as_of, clock),
            "bill": self.bill.document(),
            "policies": [result.document() for result in self.policies],
            "findings": [finding.document(clock) for finding in self.findings],
            "waivers": list(self.waivers),
            "notes": list(self.notes),
            "exit": {"code": self.exit.code, "cause": self.exit.cause, "reason": self.exit.reason},
        }
