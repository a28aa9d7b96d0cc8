"""``govern.manifest/v1``: what was collected into a folder of bills, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from govern.model.money import plain

SCHEMA = "govern.manifest/v1"
NAME = "manifest.json"

Sums = Mapping[str, Decimal]


@dataclass(frozen=True)
class DayFile:
    """One day's file. ``exported_at`` is the instant before the day's first request."""

    path: str
    month: str
    date: str
    rows: int
    sha256: str
    exported_at: str
    totals: Sums

    def document(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "month": self.month,
            "date": self.date,
            "rows": self.rows,
            "sha256": self.sha256,
            "exported_at": self.exported_at,
            "totals": _sums(self.totals),
        }


@dataclass(frozen=True)
class Month:
    """One month. ``reconciled``: whether its rows sum to what the account's own overview says;
    None while it isn't final."""

    month: str
    started_at: str
    complete: bool = False
    rows: int = 0
    totals: Sums = field(default_factory=dict)
    overview: Sums = field(default_factory=dict)
    reconciled: bool | None = None

    def document(self) -> dict[str, Any]:
        return {
            "month": self.month,
            "started_at": self.started_at,
            "complete": self.complete,
            "rows": self.rows,
            "totals": _sums(self.totals),
            "overview": _sums(self.overview),
            "reconciled": self.reconciled,
        }


@dataclass(frozen=True)
class Manifest:
    """A folder of bills of one account."""

    account_id: str
    files: tuple[DayFile, ...] = ()
    months: tuple[Month, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "account_id": self.account_id,
            "files": [file.document() for file in self.files],
            "months": [month.document() for month in self.months],
        }

    def month(self, name: str) -> Month | None:
        return next((month for month in self.months if month.month == name), None)

    def with_file(self, file: DayFile) -> Manifest:
        others = [other for other in self.files if other.path != file.path]
        return replace(self, files=tuple(sorted([*others, file], key=lambda other: other.path)))

    def with_month(self, month: Month) -> Manifest:
        others = [other for other in self.months if other.month != month.month]
        return replace(self, months=tuple(sorted([*others, month], key=lambda other: other.month)))


def read(document: object) -> Manifest:
    """The manifest of a document. Raises ValueError for any other."""
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        raise ValueError(f"the schema is {SCHEMA}")
    try:
        return Manifest(
            str(document["account_id"]),
            tuple(_file(file) for file in document["files"]),
            tuple(_month(month) for month in document["months"]),
        )
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"no manifest of this version ({type(error).__name__})") from None


def _file(entry: Mapping[str, Any]) -> DayFile:
    return DayFile(
        path=str(entry["path"]),
        month=str(entry["month"]),
        date=str(entry["date"]),
        rows=int(entry["rows"]),
        sha256=str(entry["sha256"]),
        exported_at=_instant(entry["exported_at"]),
        totals=_read_sums(entry["totals"]),
    )


def _month(entry: Mapping[str, Any]) -> Month:
    return Month(
        month=str(entry["month"]),
        started_at=_instant(entry["started_at"]),
        complete=entry["complete"] is True,
        rows=int(entry["rows"]),
        totals=_read_sums(entry["totals"]),
        overview=_read_sums(entry["overview"]),
        reconciled=None if entry["reconciled"] is None else entry["reconciled"] is True,
    )


def _instant(value: object) -> str:
    """Raises ValueError for what is no instant with its offset."""
    if datetime.fromisoformat(str(value)).tzinfo is None:
        raise ValueError(f"{value}: an instant without its offset")
    return str(value)


def _sums(sums: Sums) -> list[dict[str, str]]:
    return [
        {"currency": currency, "billed_cost": plain(amount)}
        for currency, amount in sorted(sums.items())
    ]


def _read_sums(entries: Sequence[Mapping[str, Any]]) -> dict[str, Decimal]:
    return {str(entry["currency"]): Decimal(str(entry["billed_cost"])) for entry in entries}
