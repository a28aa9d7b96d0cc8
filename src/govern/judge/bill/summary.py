"""The bill as it was read: counts, totals, reach; and the law that nothing is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from govern.judge.bill.payers import horizons
from govern.judge.bill.rejects import rejects_of
from govern.judge.bill.unknowns import unknowns
from govern.ledger import query
from govern.ledger.clauses import (
    CHARGES,
    EVERYTHING,
    NOTHING,
    OF_ANY_PRODUCT,
    OTHER_PRODUCTS,
    REJECTED,
    TOTALS_ROWS,
    UNPARSED,
    known,
    last_at,
)
from govern.ledger.ledger import BillFile, Ledger
from govern.model.bill import BillSummary, FileSummary, Payer, Total
from govern.model.clock import coarsest, instant
from govern.model.errors import GovernError


def summarise(ledger: Ledger, as_of: datetime) -> BillSummary:
    """Everything a report says about the bill itself. Raises ``bug`` if a row or cent is lost."""
    files = _files(ledger)
    check_conservation(ledger, files)
    first, last, last_of_any, unparsed = query.ask_all(
        ledger,
        (
            query.least("first", CHARGES),
            query.greatest("last", CHARGES),
            query.greatest("last"),
            query.charges(CHARGES & UNPARSED),
        ),
        OF_ANY_PRODUCT,
    )
    reaches, basis = _reach(ledger, last_of_any)
    payers = tuple(_payers(ledger, as_of))
    return BillSummary(
        clock=ledger.clock,
        files=files,
        unparsed=unparsed,
        first_charge=first,
        last_charge=last,
        reaches=reaches,
        reach_basis=basis,
        months=tuple(_months(payers)),
        gaps=tuple(sorted({gap for payer in payers for gap in payer.gaps})),
        payers=payers,
        reach_width=_width(ledger, last_of_any),
        totals=_totals(ledger),
        rejects=tuple(rejects_of(ledger)),
        empty=tuple(ledger.empty),
        unknown=unknowns(ledger),
    )


def _files(ledger: Ledger) -> tuple[FileSummary, ...]:
    counts: dict[int, dict[str, int]] = {}
    for file, kind, charges in query.ask(ledger, ("file", "kind"), [query.charges()], EVERYTHING):
        counts.setdefault(file, {})[kind] = int(charges)
    widths: dict[int, set[str]] = {}
    for file, width in query.ask(ledger, ("file", "width"), ()):
        widths.setdefault(file, set()).add(width)
    return tuple(
        _file(ledger, file, counts.get(file.number, {}), widths.get(file.number, set()))
        for file in ledger.files
    )


def _file(
    ledger: Ledger, file: BillFile, counts: Mapping[str, int], widths: Collection[str]
) -> FileSummary:
    width = coarsest(widths) if widths else None
    return FileSummary(
        path=file.name,
        shape=file.shape,
        rows=file.rows,
        charges=counts.get("charge", 0),
        other=counts.get("other", 0),
        rejected=counts.get("rejected", 0) + len(file.rejects),
        duplicates=file.duplicates,
        totals_rows=counts.get("totals", 0),
        billed_cost_column=file.billed_cost_column,
        time="minute" if width == "second" else width,
        exported_at=instant(file.exported_at, ledger.clock),
        sha256=file.sha256,
    )


def check_conservation(ledger: Ledger, files: Iterable[FileSummary]) -> None:
    """rows = charges + other + rejected + duplicates + totals rows, and no cent is lost."""
    for file in files:
        parts = file.charges + file.other + file.rejected + file.duplicates + file.totals_rows
        if parts != file.rows:
            raise GovernError(
                "bug", f"{file.path}: {file.rows} rows became {parts}: please report this as a bug"
            )
    read, kept = query.money(ledger)
    if read != kept:
        raise GovernError("bug", f"the bill's {read} became {kept}: please report this as a bug")


def _totals(ledger: Ledger) -> tuple[Total, ...]:
    rows = query.ask(
        ledger,
        ["billing_currency"],
        (
            query.total("billed_cost", CHARGES),
            query.total("billed_cost", OTHER_PRODUCTS),
            query.total("billed_cost", CHARGES & UNPARSED),
            query.total("billed_cost", REJECTED),
            query.groups(REJECTED & ~known("billed_cost")),
        ),
        ~TOTALS_ROWS,
    )
    totals = [
        Total(
            currency,
            billed or Decimal(0),
            other or Decimal(0),
            unparsed or Decimal(0),
            None if unreadable else rejected or Decimal(0),
        )
        for currency, billed, other, unparsed, rejected, unreadable in rows
    ]
    structural = any(file.rejects for file in ledger.files)
    if structural or any(t.currency is None and t.rejected_cost is None for t in totals):
        # A row without its fields may hold any amount in any currency.
        totals = [replace(total, rejected_cost=None) for total in totals]
    return tuple(totals)


def _reach(ledger: Ledger, last: datetime | None) -> tuple[datetime | None, str | None]:
    """The later of the last charge of any product and the last known export instant."""
    exported = max((file.exported_at for file in ledger.files if file.exported_at), default=None)
    if exported and (last is None or exported > last):
        return exported, "export"
    return last, "charge" if last else None


def _width(ledger: Ledger, last: datetime | None) -> str:
    """How exactly the last charge of any product is known."""
    at_last = OF_ANY_PRODUCT & last_at(last) if last else NOTHING
    # Nothing is later, so that the months know it too.
    found = query.ask(ledger, ["width"], (), at_last, source=query.MONTHS)
    return coarsest(str(row[0]) for row in found)


def _payers(ledger: Ledger, as_of: datetime) -> Iterable[Payer]:
    for payer, horizon in horizons(ledger, as_of).items():
        months = tuple((month.name, month.final) for month in horizon.months)
        width = horizon.months[-1].shown_width
        yield Payer(payer, horizon.covered, months, tuple(horizon.gaps), width)


def _months(payers: Sequence[Payer]) -> Iterable[tuple[str, bool | None]]:
    """Each month that any payer has something of, and whether its bills are final."""
    by_month: dict[str, list[bool | None]] = {}
    for payer in payers:
        for month, final in payer.months:
            by_month.setdefault(month, []).append(final)
    for month, finals in sorted(by_month.items()):
        # The least that is said of it: not final, unknown, final.
        yield month, False if False in finals else None if None in finals else True
