"""What the bill charges, as far as a checklist must tell it apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from govern.judge.audit.facts import by_day, last_day
from govern.judge.bill.payers import horizons
from govern.ledger import query
from govern.ledger.clauses import CHARGES, Clause, known
from govern.ledger.ledger import Ledger
from govern.ledger.spans import IN_SPAN, PERHAPS_IN_SPAN, WITH_SPANS, spans
from govern.model.checklist import Saving, Share, Stake
from govern.model.clock import coarsest, known_at
from govern.model.money import EXACT

_PLACE = ("sub_account_id", "workspace_id", "api_key_id", "region_id", "service")

#: What tells one spend from another, besides what policies ask for.
_USUAL = (*_PLACE, "charge_category", "billing_currency")


@dataclass(frozen=True)
class Spend:
    """Charges of one key (or of none), workspace, region, service and category, in a currency.

    ``playground``: by the console's Playground. ``per_day`` is what the last full 24 hours of the
    bill cost; None where the bill's times are too coarse. Instants are naive, on the bill clock;
    ``width``: how exactly ``last`` is known. ``instance_id`` is told of charges of no known layout.

    ``policies`` are those that it falls under, of those that were asked for, ``more`` its values
    in further columns of theirs. ``number`` tells it from the others.
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
    instance_id: str | None = None
    policies: frozenset[str] = frozenset()
    more: Mapping[str, str | None] = field(default_factory=dict)
    number: int = 0

    @property
    def usage(self) -> bool:
        return self.charge_category == "usage"

    def value(self, column: str) -> str | None:
        """Its value in a column that policies may name."""
        found: str | None
        if column in self.more:
            found = self.more[column]
        else:
            found = self.currency if column == "billing_currency" else getattr(self, column)
        return found


def spending(
    ledger: Ledger, as_of: datetime, asked: Mapping[str, Clause], columns: Iterable[str] = ()
) -> tuple[Spend, ...]:
    """All Model Studio charges of the bill, apart by what each policy of ``asked`` matches.

    ``columns``: further ones by which they are to be told apart.
    """
    more = sorted({*columns} - {*_USUAL})
    daily = by_day(ledger)
    windows = [
        (payer, *last_day(horizon, bool(daily[payer])))
        for payer, horizon in horizons(ledger, as_of).items()
        if daily.get(payer) is not None
    ]
    with spans(ledger, windows):
        rows = query.ask(
            ledger,
            (*_USUAL, query.PLAYGROUND, query.OWN_ID, *more, *asked.values()),
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
    return tuple(_spend(number, row, more, list(asked)) for number, row in enumerate(rows))


def _spend(number: int, row: Sequence[Any], more: Sequence[str], asked: Sequence[str]) -> Spend:
    account, workspace, key, region, service, category, currency, playground, own_id = row[:9]
    values, matched = row[9 : 9 + len(more)], row[9 + len(more) : -6]
    charges, cost, per_day, untold, last, widths = row[-6:]
    return Spend(
        sub_account_id=account,
        workspace_id=workspace,
        api_key_id=key,
        region_id=region,
        service=service,
        charge_category=category,
        playground=playground,
        currency=currency,
        charges=charges,
        billed_cost=cost,
        per_day=None if untold else per_day or Decimal(0),
        last=last,
        width=coarsest(widths),
        instance_id=own_id,
        policies=frozenset(id for id, holds in zip(asked, matched, strict=True) if holds),
        more=dict(zip(more, values, strict=True)),
        number=number,
    )


def last_of(spends: Iterable[Spend]) -> str:
    """When the last of their charges was, in a sentence: ``on 2026-09-05``, ``in 2026-09``."""
    known = list(spends)
    width = coarsest([one.width for one in known])
    return known_at(max(one.last for one in known), width if width == "month" else "day")


def shares(spends: Iterable[Spend]) -> tuple[Share, ...]:
    """What these cost a day now, piece by piece; nothing where it is nothing."""
    return tuple(
        Share(spend.number, spend.currency, spend.per_day)
        for spend in spends
        if spend.usage and spend.per_day
    )


def stakes(shares: Iterable[Share]) -> tuple[Stake, ...]:
    """What these shares come to a day, per currency."""
    return tuple(Stake(one.currency, one.amount) for one in savings(shares))


def savings(shares: Iterable[Share]) -> tuple[Saving, ...]:
    """The same, as what is saved."""
    return together([Saving(one.currency, one.amount)] for one in shares)


def together(many: Iterable[Sequence[Saving]]) -> tuple[Saving, ...]:
    """Savings added up, per currency; nothing where it is nothing."""
    sums: dict[str, Decimal] = {}
    for savings_of_one in many:
        for saving in savings_of_one:
            known = sums.get(saving.currency, Decimal(0))
            sums[saving.currency] = EXACT.add(known, saving.amount)
    return tuple(Saving(currency, sums[currency]) for currency in sorted(sums) if sums[currency])


def worth(costs: Iterable[Saving | Stake]) -> Decimal:
    """How dear something is, to put steps in an order; no sum over currencies is made."""
    return max((cost.amount for cost in costs), default=Decimal(0))


def paying_accounts(ledger: Ledger) -> tuple[str, ...]:
    """The accounts that pay the Model Studio charges of the bill."""
    rows = query.ask(ledger, ["billing_account_id"], (), CHARGES & known("billing_account_id"))
    return tuple(str(row[0]) for row in rows)
