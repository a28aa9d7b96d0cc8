"""The bill as it was read: counts, totals, reach; and the law that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from govern.ledger.lookup import Search
from govern.ledger.reading import BillFile, Ledger
from govern.model.clock import final_from, month_start, next_month
from govern.model.errors import GovernError
from govern.model.money import EXACT, plain
from govern.model.report import MOST_REJECTS, BillSummary, FileSummary, RejectedRow, Total

#: Groups of rejected rows that are looked up in the files; more would only be counted anyway.
_MOST_REJECTED_GROUPS = 50_000


def summarise(ledger: Ledger, as_of: datetime) -> BillSummary:
    """Everything a report says about the bill itself. Raises ``bug`` if a row or cent is lost."""
    files = tuple(_file(ledger, file) for file in ledger.files)
    check_conservation(ledger, files)
    known: list[Any] = ledger.query(
        "SELECT min(first) FILTER (WHERE kind = 'charge'), max(last) FILTER (WHERE kind = 'charge'),"
        " max(last), coalesce(sum(charges) FILTER (WHERE kind = 'charge' AND unparsed), 0)::BIGINT"
        " FROM ledger WHERE kind IN ('charge', 'other')"
    )
    first, last, reaches, unparsed = known[0]
    months = [
        str(row[0])
        for row in ledger.query("SELECT DISTINCT month FROM ledger WHERE kind = 'charge' ORDER BY 1")
    ]
    return BillSummary(
        clock=ledger.clock,
        files=files,
        unparsed=unparsed,
        first_charge=first,
        last_charge=last,
        reaches=reaches,
        reach_basis="charge" if reaches else None,
        months=tuple((month, False if as_of < final_from(month) else None) for month in months),
        gaps=tuple(_gaps(months)),
        totals=_totals(ledger),
        rejects=tuple(_rejects(ledger)),
        empty=tuple(ledger.empty),
        unknown_categories=tuple(
            str(row[0])
            for row in ledger.query(
                "SELECT DISTINCT unknown_category FROM ledger "
                "WHERE kind = 'charge' AND unknown_category NOTNULL ORDER BY 1"
            )
        ),
    )


def _file(ledger: Ledger, file: BillFile) -> FileSummary:
    counts = dict(
        ledger.query(
            "SELECT kind, sum(charges)::BIGINT FROM ledger WHERE file = ? GROUP BY kind",
            [file.number],
        )
    )
    widths = {
        row[0]
        for row in ledger.query(
            "SELECT DISTINCT width FROM ledger WHERE file = ? AND kind = 'charge'", [file.number]
        )
    }
    coarsest = next((width for width in ("month", "day", "minute", "second") if width in widths), None)

    def count(kind: str) -> int:
        return int(str(counts.get(kind, 0)))

    return FileSummary(
        path=file.staged.name,
        shape=file.staged.columns.shape.name,
        rows=file.rows,
        charges=count("charge"),
        other=count("other"),
        rejected=count("rejected") + len(file.staged.rejects),
        duplicates=0,
        totals_rows=count("totals"),
        billed_cost_column=file.staged.columns.billed_cost_column,
        time="minute" if coarsest == "second" else coarsest,
    )


def check_conservation(ledger: Ledger, files: Iterable[FileSummary]) -> None:
    """rows = charges + other + rejected + duplicates + totals rows, and no cent is lost."""
    for file in files:
        parts = file.charges + file.other + file.rejected + file.duplicates + file.totals_rows
        if parts != file.rows:
            raise GovernError(
                "bug", f"{file.path}: {file.rows} rows became {parts}: please report this as a bug"
            )
    raw: list[Any] = ledger.query(
        "SELECT coalesce(sum(billed_cost), 0) FROM groups WHERE odd_numbers IS NULL"
    )
    kept: list[Any] = ledger.query(
        "SELECT coalesce(sum(billed_cost), 0) FROM ledger WHERE odd_numbers IS NULL"
    )
    if raw[0][0] != kept[0][0]:
        raise GovernError(
            "bug", f"the bill's {raw[0][0]} became {kept[0][0]}: please report this as a bug"
        )


def _totals(ledger: Ledger) -> tuple[Total, ...]:
    rows: list[Any] = ledger.query(
        "SELECT billing_currency,"
        " coalesce(sum(billed_cost) FILTER (WHERE kind = 'charge'), 0),"
        " coalesce(sum(billed_cost) FILTER (WHERE kind = 'other'), 0),"
        " coalesce(sum(billed_cost) FILTER (WHERE kind = 'charge' AND unparsed), 0),"
        " coalesce(sum(billed_cost) FILTER (WHERE kind = 'rejected'), 0),"
        " count(*) FILTER (WHERE kind = 'rejected' AND billed_cost IS NULL)"
        " FROM ledger WHERE kind <> 'totals' GROUP BY 1 ORDER BY 1 NULLS LAST"
    )
    totals = [
        Total(currency, billed, other, unparsed, None if unreadable else rejected)
        for currency, billed, other, unparsed, rejected, unreadable in rows
    ]
    structural = any(file.staged.rejects for file in ledger.files)
    if structural or any(t.currency is None and t.rejected_cost is None for t in totals):
        # A row without its fields may hold any amount in any currency.
        totals = [replace(total, rejected_cost=None) for total in totals]
    return tuple(totals)


def _gaps(months: list[str]) -> Iterable[tuple[datetime, datetime]]:
    """Months that are missing between the first and the last."""
    for before, after in zip(months, months[1:], strict=False):
        start = next_month(month_start(before))
        if start < month_start(after):
            yield start, month_start(after)


def _rejects(ledger: Ledger) -> list[RejectedRow]:
    """The first rejected rows, in the order of files and lines."""
    found = [
        RejectedRow(reject.path, reject.line, reject.column, reject.value, reject.reason)
        for file in ledger.files
        for reject in file.staged.rejects[:MOST_REJECTS]
    ]
    groups: list[Any] = ledger.query(
        "SELECT id, reject_column, reject_reason FROM ledger WHERE kind = 'rejected' "
        f"ORDER BY file, context, instance_id, day, odd_time, odd_numbers "
        f"LIMIT {_MOST_REJECTED_GROUPS}"
    )
    reasons = {group: (column, reason) for group, column, reason in groups}
    taken: dict[str, int] = {}
    for row in Search(ledger, reasons).rows() if reasons else ():
        taken[row.path] = taken.get(row.path, 0) + 1
        if taken[row.path] > MOST_REJECTS:
            continue
        field, reason = reasons[row.group]
        at = row.staged.columns.positions.get(field)
        if field == "time":
            at = row.staged.columns.times[0] if row.staged.columns.times else at
        header = row.staged.columns.header
        found.append(
            RejectedRow(
                row.path,
                row.line,
                None if at is None else header[at],
                "" if at is None else row.cells[at],
                reason,
            )
        )
    order = {file.staged.name: file.number for file in ledger.files}
    found.sort(key=lambda reject: (order[reject.path], reject.line))
    return found[:MOST_REJECTS]


def totals_rows_that_disagree(ledger: Ledger) -> list[str]:
    """Each totals row is held against all other rows of its file, per currency."""
    rows: list[Any] = ledger.query(
        "SELECT file, billing_currency, billed_cost, charges FROM ledger "
        "WHERE kind = 'totals' ORDER BY file, billing_currency, billed_cost"
    )
    wrong = []
    for number, currency, stated, _count in rows:
        sums: dict[str | None, Decimal] = dict(
            (row[0], row[1])  # type: ignore[misc]
            for row in ledger.query(
                "SELECT billing_currency, coalesce(sum(billed_cost), 0) FROM ledger "
                "WHERE file = ? AND kind <> 'totals' GROUP BY 1",
                [number],
            )
        )
        name = ledger.files[number].staged.name
        if currency is None and len(sums) == 1:
            currency = next(iter(sums))
        if currency not in sums and sums:
            wrong.append(f"{name}: the totals row names no currency of the file")
        elif EXACT.subtract(stated, sums.get(currency, Decimal(0))):
            wrong.append(
                f"{name}: the totals row says {plain(stated)} {currency}, "
                f"the rows sum to {plain(sums.get(currency, Decimal(0)))}"
            )
    return wrong

