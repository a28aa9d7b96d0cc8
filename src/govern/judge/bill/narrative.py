"""A bill in words: how much was read, how far it reaches, what it sums to, what was rejected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from govern.model.bill import BillSummary
from govern.model.clock import up_to, wall_text
from govern.model.document import Section
from govern.model.figures import EXACT, Figures
from govern.model.money import plain
from govern.model.text import shorten, some

_SHOWN_REJECTS = 10
_SHOWN_WORDS = 10
_FEES = "charge_categories"


def bill_section(bill: BillSummary, as_of: datetime | None = None) -> Section:
    """How much was read, how far it reaches, and what it sums to."""
    rows = [
        [
            total.currency or "(no currency)",
            plain(total.billed_cost),
            plain(total.unparsed_cost),
            plain(total.other_cost),
            "unknown" if total.rejected_cost is None else plain(total.rejected_cost),
        ]
        for total in bill.totals
    ]
    return Section(
        "The bill",
        sentences=[_rows(bill, EXACT), *_unparsed(bill), *_read(bill), *_reach(bill, as_of)],
        columns=("currency", "Model Studio", "of it unparsed", "other products", "rejected"),
        rows=rows,
        right=frozenset({1, 2, 3, 4}),
        folded=True,
    )


def bill_screen(
    bill: BillSummary, figures: Figures, as_of: datetime | None = None, *, brief: bool = False
) -> Section:
    """The same in few lines. ``brief``: without its sums and reach, which are told already."""
    sums = [
        f"{figures.money(total.billed_cost, total.currency)} of Model Studio, "
        f"{figures.amount(total.other_cost)} of other products"
        for total in bill.totals
        if total.currency
    ]
    said = [f"{'; '.join(sums)}."] if sums and not brief else []
    reach = [] if brief else _reach(bill, as_of)
    told = [_rows(bill, figures), *said, *_unparsed(bill), *_read(bill), *reach]
    return Section("The bill", [" ".join(told)])


def _rows(bill: BillSummary, figures: Figures) -> str:
    totals = bill.count("totals_rows")
    return (
        f"{figures.count(bill.count('rows'))} rows: {figures.count(bill.count('charges'))} Model "
        f"Studio charges, {figures.count(bill.count('other'))} of other products, "
        f"{figures.count(bill.rejected)} rejected"
        + (f", {figures.count(totals)} totals rows" if totals else "")
        + "."
    )


def _unparsed(bill: BillSummary) -> Sequence[str]:
    if not bill.unparsed:
        return ()
    whose = "1 charge has" if bill.unparsed == 1 else f"{bill.unparsed} charges have"
    return [f"{whose} an Instance ID of no known layout; that money is in every total."]


def _read(bill: BillSummary) -> Sequence[str]:
    """What is new in it, and which of its files are empty."""
    empty = [f"Empty files, ignored: {', '.join(bill.empty)}."] if bill.empty else []
    return [*_new(bill.unknown), *empty]


def _new(unknown: Mapping[str, Sequence[str]]) -> list[str]:
    """What is on no known list; it counts like everything else."""
    said = []
    new = [
        f"{name} {some(words, _SHOWN_WORDS)}"
        for name, words in unknown.items()
        if words and name != _FEES
    ]
    if new:
        said.append(f"New to govern, and counted all the same: {'; '.join(new)}.")
    if unknown.get(_FEES):
        said.append(f"Unknown fee types, taken as usage: {some(unknown[_FEES], _SHOWN_WORDS)}.")
    return said


def _reach(bill: BillSummary, as_of: datetime | None) -> list[str]:
    if bill.reaches is None:
        return ["It holds no charge, so it reaches nowhere."]
    columns = sorted({file.billed_cost_column for file in bill.files})
    said = [
        f"It reaches {bill.reached} (by its {_basis(bill)})"
        + (f"; judged as of {as_of:%Y-%m-%d %H:%M}" if as_of else "")
        + f". Amounts are those of {', '.join(columns)}."
    ]
    for month, final in bill.months:
        if final is not True:
            why = "is not final yet" if final is False else "may not be final"
            said.append(f"{month} {why}: bills become final at 12:00 on the 3rd of the next month.")
    if len(bill.payers) < 2:
        return said + [f"Missing: {_span(*gap)}." for gap in bill.gaps]
    differ = len({payer.reaches for payer in bill.payers}) > 1
    for payer in bill.payers:
        if differ:
            said.append(
                f"Of {payer.text} it shows charges {up_to(payer.reaches, payer.reach_width)}."
            )
        said += [f"Missing of {payer.text}: {_span(*gap)}." for gap in payer.gaps]
    return said


def _basis(bill: BillSummary) -> str:
    if bill.reach_basis != "charge":
        return "export instant"
    coarse = bill.reach_width in ("day", "month")
    return "last charge" + (f", which is known to the {bill.reach_width} only" if coarse else "")


def _span(start: datetime, end: datetime) -> str:
    return f"{wall_text(start)} to {wall_text(end)}"


def reject_sections(bill: BillSummary) -> Sequence[Section]:
    """The first rejected rows, if there are any."""
    if not bill.rejects:
        return ()
    shown = bill.rejects[:_SHOWN_REJECTS]
    left = bill.rejected - len(shown)
    return [
        Section(
            "Rejected rows",
            sentences=[f"{left} more are not shown."] if left > 0 else (),
            columns=("place", "column", "value", "reason"),
            rows=[
                [
                    f"{reject.path}:{reject.line}",
                    reject.column or "",
                    shorten(reject.value, 60),
                    reject.reason,
                ]
                for reject in shown
            ],
            folded=True,
        )
    ]
