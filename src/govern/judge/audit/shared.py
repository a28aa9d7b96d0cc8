"""What an audit says on a terminal as it does in full: verdict, how far it sees, the rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from govern.model.audit import DELAYS, After, Audited, AuditReport
from govern.model.clock import known_at, up_to
from govern.model.figures import Figures
from govern.model.money import add

#: States in words, the least reassuring first.
STATES = {
    "leaking": "LEAKING",
    "charging": "charging",
    "settling": "settling",
    "stopped": "stopped",
    "quiet": "quiet",
    "unused": "unused",
}


def verdict(report: AuditReport, figures: Figures) -> str:
    """How the run ended; one that is clean says what charges all the same, and how much a day."""
    code, reason = report.exit.code, report.exit.reason
    charging = sum(1 for one in report.keys if one.state == "charging")
    daily = _per_day(report, figures)
    word = {0: "OK", 1: "STILL COSTS", 3: "NOT JUDGED"}.get(code, "NOT TRUSTED")
    if code == 1 and daily:
        shorter = reason.replace(" are charging", " charge").replace(" is charging", " charges")
        reason = f"{shorter}, {daily}"
    elif code == 0 and charging:
        word = "STILL CHARGING"
        many = "1 key charges" if charging == 1 else f"{charging} keys charge"
        reason = f"{many}{f', {daily}' if daily else ''}; {reason}"
    return f"{word}: {reason} (exit code {code})"


def _per_day(report: AuditReport, figures: Figures) -> str:
    """What still charges, at the last full day's rate; nothing where no bill tells it."""
    currencies = dict.fromkeys(rate.currency for rate in report.run_rate)
    sums = [
        (currency, add([one.per_day for one in report.run_rate if one.currency == currency]))
        for currency in currencies
    ]
    told = figures.sums((currency, amount) for currency, amount in sums if amount)
    return f"{told} a day" if told else ""


def finals(report: AuditReport) -> Iterable[str]:
    """Months of which nothing more will come."""
    final = [month for month, final in report.bill.months if final]
    if final:
        yield f"Final, so nothing more will be added to it: {', '.join(final)}."


def settles(report: AuditReport) -> str:
    """When silence is a proof, and why only then."""
    delays = "; ".join(f"{what} {delay}" for what, delay in DELAYS.items())
    return (
        f"Silence counts as proof only {report.settle} behind that, since bills arrive late "
        f"({delays})."
    )


def gaps(report: AuditReport) -> Iterable[str]:
    """What keeps a bill from proving more."""
    if report.bill.gaps:
        yield "Parts of the bill are missing (see The bill): nothing is proved across them."


def rates(report: AuditReport, figures: Figures) -> Iterable[str]:
    """What the month will have cost, if it goes on like this."""
    for rate in report.run_rate:
        yield (
            f"At the last full day's rate of {figures.money(rate.per_day, rate.currency)}, what "
            f"still charges will have cost {figures.money(rate.by_month_end, rate.currency)} by "
            f"the end of {rate.month} ({figures.amount(rate.so_far)} so far; an estimate)."
        )


def notes(report: AuditReport) -> Iterable[str]:
    """Of the journal, of the settle time, and of the files."""
    if report.journal:
        yield report.journal.sentence
    yield from report.notes


def covered(report: AuditReport) -> str:
    """How far the bill shows charges; of several payers, each where they differ."""
    payers = {payer: up_to(payer.reaches, payer.reach_width) for payer in report.bill.payers}
    if len(set(payers.values())) == 1:
        return next(iter(payers.values()))
    return ", ".join(f"of {payer.text} {until}" for payer, until in payers.items())


def after_text(after: After, figures: Figures) -> str:
    """Charges after a stop: how many, what they cost, and since when."""
    charges = "1 charge" if after.charges == 1 else f"{after.charges} charges"
    first = known_at(after.first_charge, after.width)
    return f"{charges}, {figures.money(after.billed_cost, after.currency)}, first {first}"


def more(rest: Sequence[Audited], figures: Figures) -> str:
    """What a table says that leaves these out; each charge belongs to one of them."""
    rates = [cost for one in rest for cost in one.costs if cost.per_day]
    sums = [
        (currency, add([cost.per_day or Decimal(0) for cost in rates if cost.currency == currency]))
        for currency in dict.fromkeys(cost.currency for cost in rates)
    ]
    daily = f" ({figures.sums(sums)} a day)" if sums else ""
    are = "is" if len(rest) == 1 else "are"
    return f"{len(rest)} more{daily} {are} not shown here: --top 0 shows all."
