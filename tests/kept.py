"""The ledger of a bill as a file, held against the bill itself.

Only what needs single rows may differ: evidence lines, the places of rejected rows, and what an
instant inside a day decides; there a ledger takes the cautious side and says so.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from govern.ledger import parquet
from govern.ledger.ledger import Ledger
from govern.ledger.reading import Reading, read

#: What a bill is judged by; what comes out has a document.
Judge = Callable[[Ledger], Any]

_NEEDS_ROWS = frozenset({"evidence", "rejects", "rejects_omitted", "notes"})


def keep(ledger: Ledger, path: Path) -> Path:
    """Write a ledger as ``govern bill reduce`` does."""
    written = os.path.join(ledger.folder, "kept.parquet")
    parquet.write(ledger.connection, ledger.files, written, ledger.clock)
    shutil.move(written, path)
    return path


def reduced(bills: list[Path], path: Path, how: Reading | None = None) -> Path:
    with read([str(one) for one in bills], how or Reading()) as ledger:
        return keep(ledger, path)


def both(bills: list[Path], judge: Judge, how: Reading | None = None) -> tuple[Any, Any]:
    """What is said of a bill, and of its ledger."""
    path = bills[0].with_name("kept-ledger.parquet")
    with read([str(one) for one in bills], how or Reading()) as ledger:
        of_bill = judge(ledger)
        if ledger.clashes:
            return of_bill, of_bill
        keep(ledger, path)
    again = Reading() if how is None else Reading(how.clock, how.shapes, how.instance_ids)
    try:
        with read([str(path)], again) as ledger:
            return of_bill, judge(ledger)
    finally:
        path.unlink()


def without_rows(told: Any) -> Any:
    """A document without what only rows can tell."""
    if isinstance(told, dict):
        return {key: without_rows(one) for key, one in told.items() if key not in _NEEDS_ROWS}
    if isinstance(told, list):
        return [without_rows(one) for one in told]
    return told
