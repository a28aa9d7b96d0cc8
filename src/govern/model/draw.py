"""Figures to look at rather than to read: bars and sparklines of one line of text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_EIGHTHS = "▏▎▍▌▋▊▉█"
_STEPS = "▁▂▃▄▅▆▇█"


def bar(value: Decimal, largest: Decimal, width: int = 12) -> str:
    """A bar of at most ``width`` characters; nothing below zero has a length."""
    if value <= 0 or largest <= 0:
        return ""
    eighths = max(1, int(value * width * 8 / largest))
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest - 1] if rest else "")


def sparkline(values: Sequence[Decimal]) -> str:
    """One character per value, measured by the largest; zero and less is a dot."""
    largest = max(values, default=Decimal(0))
    return "".join(
        _STEPS[min(7, int(value * 8 / largest))] if value > 0 else "·" for value in values
    )
