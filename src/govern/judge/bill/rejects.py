"""The first rejected rows, looked up in their files."""

from __future__ import annotations

from govern.ledger import query
from govern.ledger.clauses import REJECTED
from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Search
from govern.model.bill import MOST_REJECTS, RejectedRow

#: Groups of rejected rows that are looked up in the files; more would only be counted anyway.
_MOST_REJECTED_GROUPS = 50_000


def rejects_of(ledger: Ledger) -> list[RejectedRow]:
    """The first rejected rows, in the order of files and lines."""
    rejects = [
        RejectedRow(reject.path, reject.line, reject.column, reject.value, reject.reason)
        for file in ledger.files
        for reject in file.rejects[:MOST_REJECTS]
    ]
    groups = query.rows(
        ledger,
        ("id", "reject_column", "reject_reason"),
        REJECTED,
        order=["id"],
        most=_MOST_REJECTED_GROUPS,
    )
    reasons = {group: (column, reason) for group, column, reason in groups}
    taken: dict[str, int] = {}
    for row in Search(ledger, reasons).rows() if reasons else ():
        taken[row.path] = taken.get(row.path, 0) + 1
        if taken[row.path] > MOST_REJECTS:
            continue
        field, reason = reasons[row.group]
        at = row.staged.columns.place(row.cells, field)
        if field == "time":
            at = row.staged.columns.times[0] if row.staged.columns.times else at
        header = row.staged.columns.header
        rejects.append(
            RejectedRow(
                row.path,
                row.line,
                None if at is None else header[at],
                "" if at is None else row.cells[at],
                reason,
            )
        )
    order = {file.name: file.number for file in ledger.files}
    rejects.sort(key=lambda reject: (order[reject.path], reject.line))
    return rejects[:MOST_REJECTS]
