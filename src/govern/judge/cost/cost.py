"""``govern cost`` as a function: what was spent and used, by any column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from govern import __version__
from govern.judge.bill.matching import Values
from govern.judge.bill.summary import summarise
from govern.judge.bill.trust import distrust, too_old
from govern.judge.cost.grouping import TIMES, add_known, groups, plus, selected
from govern.judge.cost.months import compared, months_of, remarks
from govern.judge.cost.remarks import named, notes
from govern.judge.cost.trends import steps_of, with_trends
from govern.ledger import query
from govern.ledger.clauses import Clause, same
from govern.ledger.ledger import Ledger
from govern.ledger.naming import name
from govern.model.bill import BillSummary
from govern.model.cost import CostReport, CostRow
from govern.model.directory import Directory
from govern.model.errors import GovernError, usage
from govern.model.exits import Exit, worst
from govern.model.money import add, plain
from govern.model.policy import Condition
from govern.model.words import INVENTORY_COLUMNS


@dataclass(frozen=True)
class Question:
    """What is asked. ``top`` shows so many rows per currency and the rest as one; 0 shows all.

    ``compare`` is a billing month to compare with. ``as_of`` is naive, on the bill's clock.
    """

    as_of: datetime
    by: tuple[str, ...]
    where: tuple[Condition, ...] = ()
    top: int = 0
    compare: str | None = None
    max_rejects: int = 0
    max_bill_age: timedelta | None = None
    directory: Directory = field(default_factory=lambda: Directory(()))

    def __post_init__(self) -> None:
        """Raise wrong usage for a question that no bill can answer."""
        columns = [*self.by, *(condition.column for condition in self.where)]
        names = [column for column in columns if column in INVENTORY_COLUMNS]
        if names and not self.directory:
            raise usage(f"{names[0]}: needs an --inventory")
        if self.compare and self.timed:
            raise usage(
                f"--compare holds two months side by side; --by {self.timed[0]} takes them apart"
            )

    @property
    def timed(self) -> tuple[str, ...]:
        """The periods that are asked for."""
        return tuple(column for column in self.by if column in TIMES)


def cost(ledger: Ledger, question: Question) -> CostReport:
    """Group the whole bill. Raises wrong usage for a month that the bill doesn't have."""
    bill = summarise(ledger, question.as_of)
    bare = CostReport(
        version=__version__,
        as_of=question.as_of,
        bill=bill,
        by=question.by,
        where=question.where,
        rows=(),
        totals=(),
        exit=Exit("overlap", "; ".join(ledger.clashes)),
    )
    if ledger.clashes:
        return bare
    directory = question.directory
    name(ledger, directory)
    values = Values(ledger, directory.words if directory else None)
    picked = selected(ledger, question.where, values)
    _nothing_lost(ledger, picked, bill)
    said = [*notes(ledger, question.by, question.where, values), *ledger.notes]
    months = months_of(ledger, question.compare, picked) if question.compare else None
    shown = picked & same("month", months[1]) if months else picked
    rows = groups(ledger, question.by, shown)
    totals = groups(ledger, (), shown)
    if months:
        before = picked & same("month", months[0])
        rows = compared(rows, groups(ledger, question.by, before))
        totals = compared(totals, groups(ledger, (), before))
        said = [*remarks(ledger, bill, months, picked), *said]
    kept = _top(sorted(rows.values(), key=_dearest), question.top)
    sums = [totals[key] for key in sorted(totals)]
    _sums_up(kept, sums)
    steps = None if months or question.timed else steps_of(ledger, shown)
    if steps:
        kept = with_trends(ledger, question.by, shown, steps, kept)
        sums = with_trends(ledger, (), shown, steps, sums)
    return replace(
        bare,
        rows=tuple(named(ledger, question.by, picked, kept) if directory else kept),
        totals=tuple(sums),
        exit=_exit(ledger, bill, question, sums),
        months=months,
        notes=tuple(said),
        steps=steps,
    )


def _top(rows: Sequence[CostRow], most: int) -> list[CostRow]:
    """The dearest of each currency, and one row that stands for all others of it."""
    if not most:
        return list(rows)
    shown: list[CostRow] = []
    rest: dict[str, CostRow] = {}
    taken: dict[str, int] = {}
    for row in rows:
        taken[row.currency] = taken.get(row.currency, 0) + 1
        if taken[row.currency] <= most:
            shown.append(row)
            continue
        known = rest.get(row.currency)
        bare = replace(row, values=tuple((column, None) for column, _ in row.values), rest=1)
        rest[row.currency] = replace(plus(known, row), rest=known.rest + 1) if known else bare
    return shown + [rest[currency] for currency in sorted(rest)]


def _dearest(row: CostRow) -> tuple[Decimal, str, list[tuple[bool, str]]]:
    values = [(value is None, value or "") for _, value in row.values]
    return -row.billed_cost, row.currency, values


def _nothing_lost(ledger: Ledger, picked: Clause, bill: BillSummary) -> None:
    """What is selected and what isn't must come to the bill's own total."""
    sums = query.total("billed_cost", picked), query.total("billed_cost", ~picked)
    rows = query.ask(ledger, ["billing_currency"], sums)
    parts = {
        currency: add_known(inside, outside) or Decimal(0) for currency, inside, outside in rows
    }
    for total in bill.totals:
        if total.currency and parts.get(total.currency, Decimal(0)) != total.billed_cost:
            raise _bug(total.currency, parts.get(total.currency), total.billed_cost)


def _sums_up(rows: Iterable[CostRow], totals: Iterable[CostRow]) -> None:
    sums: dict[str, list[Decimal]] = {}
    counts: dict[str, int] = {}
    for row in rows:
        sums.setdefault(row.currency, []).append(row.billed_cost)
        counts[row.currency] = counts.get(row.currency, 0) + row.charges
    for total in totals:
        summed = add(sums.pop(total.currency, []))
        if summed != total.billed_cost or counts.get(total.currency, 0) != total.charges:
            raise _bug(total.currency, summed, total.billed_cost)
    if sums:
        raise _bug(next(iter(sums)), None, Decimal(0))


def _bug(currency: str, summed: Decimal | None, total: Decimal) -> GovernError:
    amount = "nothing" if summed is None else plain(summed)
    return GovernError(
        "bug",
        f"the rows come to {amount} {currency} of {plain(total)}: please report this as a bug",
    )


def _exit(ledger: Ledger, bill: BillSummary, question: Question, totals: Sequence[CostRow]) -> Exit:
    exits = [Exit("clean", "added up"), *distrust(ledger, bill, question.max_rejects)]
    exits += too_old(bill, question.as_of, question.max_bill_age)
    if not bill.count("charges"):
        exits.append(Exit("nothing", "the bill has no Model Studio charge"))
    elif not totals:
        exits.append(Exit("nothing", "no charge of the bill matches --where"))
    return worst(exits)
