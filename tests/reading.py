"""Read a bill as govern does, and say what became of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

from govern.judge.bill.summary import summarise
from govern.ledger.reading import Ledger, Reading, read
from govern.model.bill import BillSummary

AS_OF = datetime(2026, 10, 5)


def summary(*paths: Path, how: Reading | None = None) -> BillSummary:
    with read([str(path) for path in paths], how or Reading()) as ledger:
        return summarise(ledger, AS_OF)


def money(path: Path) -> Decimal:
    """The billed cost of the bill's charges; the tests that use it have one currency."""
    totals = summary(path).totals
    assert len(totals) == 1
    return totals[0].billed_cost


def rejects(path: Path) -> list[tuple[int, str | None, str, str]]:
    return [(r.line, r.column, r.value, r.reason) for r in summary(path).rejects]


def column(ledger: Ledger, name: str) -> list[object]:
    return [row[0] for row in ledger.query(f"SELECT {name} FROM ledger ORDER BY 1")]
