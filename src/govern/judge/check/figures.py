"""Which measures are no plain sums, and what makes their figures. A line here adds one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from govern.judge.check.asked import Asked, Key
from govern.judge.check.figure import Figures
from govern.judge.check.growth import growths
from govern.judge.check.idle import silences
from govern.judge.check.price import prices
from govern.judge.check.running import forecasts
from govern.judge.check.share import shares
from govern.judge.check.sight import Sight

#: By what the sum is held against, or what is measured besides it.
_MADE: dict[str, Callable[[Asked, Mapping[Key, Decimal], Sight], Figures]] = {
    "before": growths,
    "total": shares,
    "list": prices,
    "ahead": forecasts,
    "silence": silences,
}


def figures_of(asked: Asked, observed: Mapping[Key, Decimal], sight: Sight) -> Figures | None:
    """``observed``: the sum of each group. None where the sums themselves are limited."""
    made = _MADE.get(asked.measure.against or asked.measure.beyond)
    return made(asked, observed, sight) if made else None
