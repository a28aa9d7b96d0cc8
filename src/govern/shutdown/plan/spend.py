"""What the bill charges, as far as a checklist must tell it apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from govern.judge.audit.facts import by_day, last_day
from govern.judge.bill.payers import horizons
from govern.ledger import query
from govern.ledger.clauses import CHARGES, known
from govern.ledger.ledger import Ledger
from govern.ledger.spans import IN_SPAN, PERHAPS_IN_SPAN, WITH_SPANS, spans
from govern.model.checklist import Saving
from govern.model.clock import coarsest, known_at
from govern.model.money import EXACT

_PLACE = ("sub_account_id", "workspace_id", "api_key_id", "region_id", "service")


@dataclass(frozen=True)
class Spend:
    """Charges of one key (or of none), workspace, region, service and category, in a currency.

    ``playground``: by the console's Playground. ``per_day`` is what the last full 24 hours of the
    bill cost; None where the bill's times are too coarse. Instants are naive, on the bill clock;
    ``width``: how exactly ``last`` is known.
    """

    sub_account_id: str | None
    workspace_id: str | None
    api_key_id: str | None
    region_id: str | None
    service: str
    charge_category: str
    playground: bool
    currency: str
    charges: int
    billed_cost: Decimal
    per_day: Decimal | None
    last: datetime
    width: str = "second"

    @property
    def usage(self) -> bool:
        return self.charge_category == "usage"


def spending(ledger: Ledger, as_of: datetime) -> tuple[Spend, ...]:
    """All Model Studio charges of the bill."""
    daily = by_day(ledger)
    windows = [
        (payer, *last_day(horizon, bool(daily[payer])))
        for payer, horizon in horizons(ledger, as_of).items()
        if daily.get(payer) is not None
    ]
    with spans(ledger, windows):
        rows = query.ask(
            ledger,
            (*_PLACE, "charge_category", query.PLAYGROUND, "billing_currency"),
            (
                query.charges(),
                query.total("billed_cost"),
                query.total("billed_cost", IN_SPAN),
                query.groups(PERHAPS_IN_SPAN),
                query.greatest("last"),
                query.texts("width"),
            ),
            source=WITH_SPANS,
        )
    found = []
    for row in rows:
        *place, charges, cost, per_day, untold, last, widths = row
        rate = None if untold else per_day or Decimal(0)
        found.append(Spend(*[*place, charges, cost, rate, last, coarsest(widths)]))
    return tuple(found)


def last_of(spends: Iterable[Spend]) -> str:
    """When the last of their charges was, in a sentence: ``on 2026-09-05``, ``in 2026-09``."""
    known = list(spends)
    width = coarsest([one.width for one in known])
    return known_at(max(one.last for one in known), width if width == "month" else "day")


def savings(spends: Iterable[Spend]) -> tuple[Saving, ...]:
    """What these cost a day now, per currency; nothing where it is nothing."""
    sums: dict[str, Decimal] = {}
    for spend in spends:
        if spend.usage and spend.per_day:
            sums[spend.currency] = EXACT.add(sums.get(spend.currency, Decimal(0)), spend.per_day)
    return tuple(Saving(currency, sums[currency]) for currency in sorted(sums) if sums[currency])


def together(many: Iterable[Sequence[Saving]]) -> tuple[Saving, ...]:
    """Savings added up, per currency."""
    sums: dict[str, Decimal] = {}
    for savings_of_one in many:
        for saving in savings_of_one:
            known = sums.get(saving.currency, Decimal(0))
            sums[saving.currency] = EXACT.add(known, saving.amount)
    return tuple(Saving(currency, sums[currency]) for currency in sorted(sums))


def worth(saved: Sequence[Saving]) -> Decimal:
    """How dear something is, to put steps in an order; no sum over currencies is made."""
    return max((saving.amount for saving in saved), default=Decimal(0))


def paying_accounts(ledger: Ledger) -> tuple[str, ...]:
    """The accounts that pay the Model Studio charges of the bill."""
    rows = query.ask(ledger, ["billing_account_id"], (), CHARGES & known("billing_account_id"))
    return tuple(str(row[0]) for row in rows)
