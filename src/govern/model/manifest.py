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
        others = [one for one in self.files if one.path != file.path]
        return replace(self, files=tuple(sorted([*others, file], key=lambda one: one.path)))

    def with_month(self, month: Month) -> Manifest:
        others = [one for one in self.months if one.month != month.month]
        return replace(self, months=tuple(sorted([*others, month], key=lambda one: one.month)))


def read(told: object) -> Manifest:
    """The manifest of a document. Raises ValueError for any other."""
    if not isinstance(told, Mapping) or told.get("schema") != SCHEMA:
        raise ValueError(f"the schema is {SCHEMA}")
    try:
        return Manifest(
            str(told["account_id"]),
            tuple(_file(one) for one in told["files"]),
            tuple(_month(one) for one in told["months"]),
        )
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"no manifest of this version ({type(error).__name__})") from None


def _file(told: Mapping[str, Any]) -> DayFile:
    return DayFile(
        path=str(told["path"]),
        month=str(told["month"]),
        date=str(told["date"]),
        rows=int(told["rows"]),
        sha256=str(told["sha256"]),
        exported_at=_instant(told["exported_at"]),
        totals=_read_sums(told["totals"]),
    )


def _month(told: Mapping[str, Any]) -> Month:
    return Month(
        month=str(told["month"]),
        started_at=_instant(told["started_at"]),
        complete=told["complete"] is True,
        rows=int(told["rows"]),
        totals=_read_sums(told["totals"]),
        overview=_read_sums(told["overview"]),
        reconciled=None if told["reconciled"] is None else told["reconciled"] is True,
    )


def _instant(told: object) -> str:
    """Raises ValueError for what is no instant with its offset."""
    if datetime.fromisoformat(str(told)).tzinfo is None:
        raise ValueError(f"{told}: an instant without its offset")
    return str(told)


def _sums(sums: Sums) -> list[dict[str, str]]:
    return [
        {"currency": currency, "billed_cost": plain(amount)}
        for currency, amount in sorted(sums.items())
    ]


def _read_sums(told: Sequence[Mapping[str, Any]]) -> dict[str, Decimal]:
    return {str(one["currency"]): Decimal(str(one["billed_cost"])) for one in told}
