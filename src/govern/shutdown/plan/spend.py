"""What the bill charges, as far as a checklist must tell it apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from govern.judge.audit.facts import by_day, cut_by, last_day
from govern.judge.bill.payers import horizons
from govern.ledger.interpret import fill
from govern.ledger.ledger import Ledger
from govern.model.checklist import Saving
from govern.model.clock import coarsest, known_at
from govern.model.money import EXACT

#: What a call can cost; of other services nobody's API key is the cause.
BY_CALL = ("inference", "batch", "web_search", "other")


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
    known = by_day(ledger)
    windows = [
        (payer, *last_day(horizon, bool(known[payer])))
        for payer, horizon in horizons(ledger, as_of).items()
        if known.get(payer) is not None
    ]
    fill(
        ledger.connection,
        "windows",
        (("payer", "VARCHAR"), ("since", "TIMESTAMP"), ("until", "TIMESTAMP")),
        windows,
    )
    rows = ledger.query(
        "SELECT sub_account_id, workspace_id, api_key_id, region_id, service, charge_category,"
        " channel IS NOT DISTINCT FROM 'bmp' AS playground, billing_currency,"
        " sum(charges)::BIGINT, sum(billed_cost),"
        " CASE WHEN count(*) FILTER"
        f" (WHERE since IS NULL OR {cut_by('since')} OR {cut_by('until')}) = 0 THEN"
        " coalesce(sum(billed_cost)"
        " FILTER (WHERE first >= since AND last < until AND width <> 'month'), 0) END, max(last),"
        " list(DISTINCT width)"
        " FROM ledger LEFT JOIN windows ON payer IS NOT DISTINCT FROM billing_account_id"
        " WHERE kind = 'charge' GROUP BY ALL"
        " ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3 NULLS LAST, 4 NULLS LAST, 5, 6, 7, 8 NULLS LAST"
    )
    ledger.connection.execute("DROP TABLE windows")
    return tuple(replace(Spend(*row), width=coarsest(widths)) for *row, widths in rows)


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
    rows = ledger.query(
        "SELECT DISTINCT billing_account_id FROM ledger WHERE kind = 'charge' "
        "AND billing_account_id IS NOT NULL ORDER BY 1"
    )
    return tuple(str(row[0]) for row in rows)
