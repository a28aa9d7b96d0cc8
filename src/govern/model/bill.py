"""The bill as it was read: files, totals, reach, rejected rows, and lines shown as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from govern.model.clock import instant, reach
from govern.model.money import number, plain
from govern.model.text import shorten

#: How many rejected rows a report lists; it says how many more there are.
MOST_REJECTS = 1000


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

    ``time`` is the coarsest width its charges are known to: minute, hour, day or month.
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
class Payer:
    """How far one payer's own files show what it was charged.

    ``reaches``: up to where they show charges at all. ``months`` with whether each is final, and
    ``gaps`` between them, are those of this payer. ``reach_width``: how exactly it is known.
    """

    billing_account_id: str | None
    reaches: datetime
    months: tuple[tuple[str, bool | None], ...]
    gaps: tuple[tuple[datetime, datetime], ...] = ()
    reach_width: str = "second"

    @property
    def text(self) -> str:
        return f"account {self.billing_account_id}" if self.billing_account_id else "no account"

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "billing_account_id": self.billing_account_id,
            "reaches": instant(self.reaches, clock),
            "months": [{"month": month, "final": final} for month, final in self.months],
            "gaps": _spans(self.gaps, clock),
        }


def _spans(gaps: tuple[tuple[datetime, datetime], ...], clock: tzinfo) -> list[dict[str, Any]]:
    return [{"start": instant(start, clock), "end": instant(end, clock)} for start, end in gaps]


@dataclass(frozen=True)
class BillSummary:
    """The bill as it was read. Instants are naive, on ``clock``.

    A month is final only if it is so for every payer that the bill has something of it of.
    ``payers``: all of them; a document tells them apart only where there are several.
    ``reach_width``: how exactly the last charge is known.
    """

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
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    payers: tuple[Payer, ...] = ()
    reach_width: str = "second"

    @property
    def reached(self) -> str:
        """How far the bill reaches, in words, and no more exactly than it is known."""
        if self.reaches is None:
            return "nowhere"
        coarse = self.reach_basis == "charge" and self.reach_width in ("day", "month")
        return reach(self.reaches, self.reach_width if coarse else "second")

    def count(self, what: str) -> int:
        return sum(getattr(file, what) for file in self.files)

    @property
    def rejected(self) -> int:
        return self.count("rejected")

    def document(self) -> dict[str, Any]:
        payers = [payer.document(self.clock) for payer in self.payers]
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
            "gaps": _spans(self.gaps, self.clock),
            **({"payers": payers} if len(payers) > 1 else {}),
            "totals": [total.document() for total in self.totals],
            "rejects": [reject.document() for reject in self.rejects],
            "rejects_omitted": max(0, self.rejected - len(self.rejects)),
            "empty_files": list(self.empty),
            "unknown_categories": list(self.unknown.get("charge_categories", ())),
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
