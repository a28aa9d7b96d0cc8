"""The bill as it was read: counts, totals, reach; and the law that nothing is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from govern.judge.bill.payers import horizons
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
    of_files,
)
from govern.ledger.ledger import BillFile, Ledger
from govern.ledger.lookup import Search
from govern.model.bill import MOST_REJECTS, BillSummary, FileSummary, Payer, RejectedRow, Total
from govern.model.clock import coarsest, instant
from govern.model.errors import GovernError
from govern.model.money import EXACT, plain

#: Groups of rejected rows that are looked up in the files; more would only be counted anyway.
_MOST_REJECTED_GROUPS = 50_000


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
        rejects=tuple(_rejects(ledger)),
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
    return coarsest(str(row[0]) for row in query.ask(ledger, ["width"], (), at_last))


def _payers(ledger: Ledger, as_of: datetime) -> Iterable[Payer]:
    for payer, horizon in horizons(ledger, as_of).items():
        months = tuple((month.name, month.final) for month in horizon.months)
        yield Payer(payer, horizon.covered, months, tuple(horizon.gaps))


def _months(payers: Sequence[Payer]) -> Iterable[tuple[str, bool | None]]:
    """Each month that any payer has something of, and whether its bills are final."""
    found: dict[str, list[bool | None]] = {}
    for payer in payers:
        for month, final in payer.months:
            found.setdefault(month, []).append(final)
    for month, finals in sorted(found.items()):
        # The least that is said of it: not final, unknown, final.
        yield month, False if False in finals else None if None in finals else True


def _rejects(ledger: Ledger) -> list[RejectedRow]:
    """The first rejected rows, in the order of files and lines."""
    found = [
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
        found.append(
            RejectedRow(
                row.path,
                row.line,
                None if at is None else header[at],
                "" if at is None else row.cells[at],
                reason,
            )
        )
    order = {file.name: file.number for file in ledger.files}
    found.sort(key=lambda reject: (order[reject.path], reject.line))
    return found[:MOST_REJECTS]


def totals_rows_that_disagree(ledger: Ledger) -> list[str]:
    """Each totals row is held, per currency, against all other rows of its own file, those that
    another file holds too among them.

    Rejected rows whose currency is unknown may be of any: what they sum to may be the difference
    of one currency.
    """
    stated: dict[int, list[tuple[str | None, Decimal]]] = {}
    for file, currency, amount in _totals_rows(ledger):
        stated.setdefault(file, []).append((currency, amount))
    if not stated:
        return []
    sums: dict[int, dict[str | None, Decimal]] = {file: {} for file in stated}
    summed = query.ask(
        ledger,
        ("file", "billing_currency"),
        [query.total("billed_cost")],
        ~TOTALS_ROWS & of_files(stated),
    )
    left_out = [
        (file, currency, Decimal(amount))
        for file in stated
        for currency, amount in ledger.files[file].duplicate_costs
    ]
    for file, currency, amount in (*summed, *left_out):
        of_file = sums[file]
        of_file[currency] = EXACT.add(of_file.get(currency, Decimal(0)), amount or Decimal(0))
    return [
        f"{ledger.files[file].name}: {wrong}"
        for file in sorted(stated)
        for wrong in _disagreeing(stated[file], sums[file])
    ]


def _totals_rows(ledger: Ledger) -> Iterable[tuple[int, str | None, Decimal]]:
    """File, currency and amount of each totals row, alone even where several are of one group."""
    many = {}
    for group, file, currency, amount, rows in query.rows(
        ledger,
        ("id", "file", "billing_currency", "billed_cost", "charges"),
        TOTALS_ROWS,
        order=("file", "billing_currency", "billed_cost", "id"),
    ):
        if rows > 1 and ledger.files[file].staged:
            many[group] = file, currency
        else:
            yield file, currency, amount
    for row in Search(ledger, many).rows() if many else ():
        yield *many[row.group], row.amount("billed_cost")


def _disagreeing(
    stated: Sequence[tuple[str | None, Decimal]], sums: Mapping[str | None, Decimal]
) -> list[str]:
    """The totals rows of one file that its sums contradict, in words."""
    currencies = [currency for currency in sums if currency is not None]
    unknown = sums.get(None, Decimal(0))
    wrong: list[str] = []
    differences: set[tuple[str | None, Decimal]] = set()
    for currency, amount in stated:
        if currency is None and len(currencies) == 1:
            currency = currencies[0]
        if currency not in sums and sums:
            return ["the totals row names no currency of the file"]
        told = sums.get(currency, Decimal(0))
        difference = EXACT.subtract(amount, told)
        if difference:
            said = f"the totals row says {plain(amount)} {currency or ''}".rstrip()
            wrong.append(f"{said}, the rows sum to {plain(told)}")
            differences.add((currency, difference))
    explained = len(differences) == 1 and differences.pop()[1] == unknown
    return [] if explained else list(dict.fromkeys(wrong))
