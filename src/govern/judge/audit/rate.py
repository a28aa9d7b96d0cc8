"""An estimate: what still charges, at the rate of the last full 24 hours, until the month ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from govern.judge.audit.facts import spending
from govern.judge.bill.horizon import Horizon
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
        (one.sub_account_id, one.workspace_id, one.api_key_id)
        for one in keys
        if one.state in ("charging", "leaking")
    ]
    sums: dict[tuple[str, str], RunRate] = {}
    for payer in accounts if still else ():
        window = windows[payer]
        if window is None:
            continue
        month = f"{window[1]:%Y-%m}"
        left = int((next_month(window[1]) - window[1]).total_seconds())
        for currency, per_day, so_far in spending(ledger, still, payer, window):
            rest = (per_day * left / _DAY).quantize(_CENT, ROUND_HALF_UP)
            known = sums.get((month, currency))
            rate = RunRate(currency, month, per_day, so_far, EXACT.add(so_far, rest))
            sums[month, currency] = _plus(known, rate) if known else rate
    return [sums[key] for key in sorted(sums)]


def _plus(one: RunRate, other: RunRate) -> RunRate:
    return RunRate(
        one.currency,
        one.month,
        EXACT.add(one.per_day, other.per_day),
        EXACT.add(one.so_far, other.so_far),
        EXACT.add(one.by_month_end, other.by_month_end),
    )
