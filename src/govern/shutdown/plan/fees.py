"""What a bill tells of plans: the fees that were paid for them, and when the next one may come.

No bill says when a plan renews. That a fee pays for one month is documented for the Coding Plan and
the Token Plan; when the next one comes is an estimate all the same, since a fee may pay for several
months, and a renewal is deducted up to 9 days before the plan's end.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from govern.ledger import query
from govern.ledger.clauses import CHARGES, is_one_of
from govern.ledger.ledger import Ledger
from govern.model.checklist import Saving, Stake
from govern.model.inventory import PLANS
from govern.model.money import EXACT
from govern.shutdown.plan.spend import together

#: The plans that are paid by the month.
MONTHLY_PLANS = ("coding_plan", "token_plan")


@dataclass(frozen=True)
class Fee:
    """What was paid for a plan at an instant, naive on the bill's clock; below 0: paid back.

    ``id``: what the bill calls the plan, if it names it. ``covered``: up to where the payer's bill
    shows charges.
    """

    service: str
    id: str | None
    currency: str
    amount: Decimal
    at: datetime
    covered: datetime | None


def fees(ledger: Ledger, covered: dict[str | None, datetime]) -> tuple[Fee, ...]:
    """Every fee for a plan, in the order of time. ``covered``: by paying account."""
    rows = query.ask(
        ledger,
        ("first", "service", query.OWN_ID, "billing_currency", "billing_account_id"),
        (query.total("billed_cost"),),
        CHARGES & is_one_of("service", PLANS) & is_one_of("charge_category", _PAID),
    )
    return tuple(
        Fee(service, id, currency, amount, at, covered.get(payer))
        for at, service, id, currency, payer, amount in rows
    )


_PAID = ("purchase", "adjustment")


@dataclass(frozen=True)
class NextFee:
    """What the next fee of some plans would be, and about when; ``ended``: it may never come."""

    stakes: tuple[Stake, ...]
    last: datetime
    at: datetime | None
    ended: bool = False


def next_fee(known: Iterable[Fee], kind: str, as_of: datetime) -> NextFee | None:
    """Of the plans of one kind that these fees paid for; None where nothing is paid any more."""
    plans: dict[tuple[str | None, str], list[Fee]] = {}
    for fee in known:
        plans.setdefault((fee.id, fee.currency), []).append(fee)
    last = [paid for found in plans.values() if (paid := _last(found))]
    if not last:
        return None
    sums = together([Saving(fee.currency, fee.amount)] for fee in last)
    stakes = tuple(Stake(one.currency, one.amount, "renewal") for one in sums)
    latest = max(fee.at for fee in last)
    if kind not in MONTHLY_PLANS:
        return NextFee(stakes, latest, None)
    dates = [at for fee in last if (at := _renewal(fee, as_of))]
    return NextFee(stakes, latest, min(dates, default=None), ended=not dates)


def _last(found: Sequence[Fee]) -> Fee | None:
    """The last fee of one plan, unless what was paid for it was paid back."""
    total = Decimal(0)
    for fee in found:
        total = EXACT.add(total, fee.amount)
    paid = [fee for fee in found if fee.amount > 0]
    return max(paid, key=lambda fee: fee.at) if paid and total > 0 else None


def _renewal(fee: Fee, as_of: datetime) -> datetime | None:
    """The first end of a month of the plan after ``as_of``; none where one passed without a fee."""
    months = 1
    while months_after(fee.at, months) <= as_of:
        # A fee known to its day may come at its end.
        if fee.covered and months_after(fee.at, months) < fee.covered - timedelta(days=1):
            return None
        months += 1
    return months_after(fee.at, months)


def months_after(start: datetime, months: int) -> datetime:
    """The same day of a later month, or the last one of a month that is too short for it."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))
