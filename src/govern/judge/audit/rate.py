"""An estimate: what still charges, at the rate of the last full 24 hours, until the month ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from govern.judge.audit.facts import IDENTITY, Identity
from govern.judge.bill.horizon import Horizon
from govern.ledger import query
from govern.ledger.clauses import CHARGES, USAGE, cut_by, same, within
from govern.ledger.ledger import Ledger
from govern.model.audit import Audited, RunRate
from govern.model.clock import next_month
from govern.model.money import EXACT

_DAY = 86_400
_CENT = Decimal("0.01")


def run_rates(
    ledger: Ledger,
    keys: Sequence[Audited],
    accounts: Mapping[str | None, Horizon],
    windows: Mapping[str | None, tuple[datetime, datetime] | None],
) -> list[RunRate]:
    """Per currency and month, over all keys that charge or leak; usage only."""
    still = [
        (key.sub_account_id, key.workspace_id, key.api_key_id)
        for key in keys
        if key.state in ("charging", "leaking")
    ]
    sums: dict[tuple[str, str], RunRate] = {}
    for payer in accounts if still else ():
        window = windows[payer]
        if window is None:
            continue
        month = f"{window[1]:%Y-%m}"
        left = int((next_month(window[1]) - window[1]).total_seconds())
        for currency, per_day, so_far in _spending(ledger, still, payer, window):
            rest = (per_day * left / _DAY).quantize(_CENT, ROUND_HALF_UP)
            known = sums.get((month, currency))
            rate = RunRate(currency, month, per_day, so_far, EXACT.add(so_far, rest))
            sums[month, currency] = _plus(known, rate) if known else rate
    return [sums[key] for key in sorted(sums)]


def _spending(
    ledger: Ledger,
    identities: Iterable[Identity],
    payer: str | None,
    window: tuple[datetime, datetime],
) -> list[tuple[str, Decimal, Decimal]]:
    """Of these keys' use: (currency, cost in ``window``, cost in its last month so far).

    A currency of which the cost in ``window`` can't be told is left out.
    """
    theirs = set(identities)
    rows = query.ask(
        ledger,
        ("billing_currency", *IDENTITY["api_key"]),
        (
            query.total("billed_cost", within(*window)),
            query.total("billed_cost", same("month", f"{window[1]:%Y-%m}")),
            query.groups(cut_by(window[0]) | cut_by(window[1])),
        ),
        CHARGES & USAGE & same("billing_account_id", payer),
    )
    sums_of: dict[str, tuple[Decimal, Decimal]] = {}
    untold = set()
    for currency, *identity, rate, so_far, cut in rows:
        if tuple(identity) in theirs:
            known_rate, known_so_far = sums_of.get(currency, (Decimal(0), Decimal(0)))
            sums_of[currency] = (
                EXACT.add(known_rate, rate or Decimal(0)),
                EXACT.add(known_so_far, so_far or Decimal(0)),
            )
            untold |= {currency} if cut else set()
    return [(currency, *both) for currency, both in sums_of.items() if currency not in untold]


def _plus(rate: RunRate, other: RunRate) -> RunRate:
    return RunRate(
        rate.currency,
        rate.month,
        EXACT.add(rate.per_day, other.per_day),
        EXACT.add(rate.so_far, other.so_far),
        EXACT.add(rate.by_month_end, other.by_month_end),
    )
