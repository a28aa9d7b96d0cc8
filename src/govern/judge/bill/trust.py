"""Whether a bill can be believed: the same rules for every command that judges one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from govern.judge.bill.totals_rows import totals_rows_that_disagree
from govern.ledger.ledger import Ledger
from govern.model.bill import BillSummary
from govern.model.exits import Exit


def distrust(ledger: Ledger, bill: BillSummary, max_rejects: int) -> list[Exit]:
    """Why the bill's data can't be trusted: rejected rows, a totals row that disagrees."""
    exits = []
    rejected = bill.rejected
    if rejected > max_rejects or any(file.fatal for file in ledger.files):
        rows = "row was" if rejected == 1 else "rows were"
        exits.append(Exit("rejected", f"{rejected} {rows} rejected"))
    wrong_totals = totals_rows_that_disagree(ledger)
    if wrong_totals:
        exits.append(Exit("totals_row", "; ".join(wrong_totals)))
    return exits


def too_old(bill: BillSummary, as_of: datetime, most: timedelta | None) -> list[Exit]:
    """Whether the bill ends more than ``most`` before ``as_of``; None allows any age."""
    if most is None or (bill.reaches is not None and as_of - bill.reaches <= most):
        return []
    return [Exit("old_bill", f"the bill reaches {bill.reached}: older than max_bill_age allows")]


def said(exits: Sequence[Exit]) -> str | None:
    """What is wrong with a bill; None where it can be trusted."""
    return "; ".join(ending.reason for ending in exits) or None
