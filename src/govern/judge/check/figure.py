"""What a measure that is no plain sum comes to, exactly: it is rounded only where it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, localcontext

from govern.judge.check.asked import Key
from govern.model.money import EXACT

#: By how much a group is above a limit, at least and at most, times some positive number; the least
#: is None where nothing bounds it.
Excess = Callable[[Decimal], tuple[Decimal | None, Decimal]]

_SHOWN = Decimal("0.01")


@dataclass(frozen=True)
class Figure:
    """One group. ``shown`` is what is known of it, and ``wording`` says that in words.

    ``unknown``: what lies between the least and the most of its ``excess``. ``interval``: between
    what it probably lies, where it is an estimate. A figure whose key has no values is that of a
    subject that isn't known yet.
    """

    key: Key
    shown: Decimal
    wording: str
    excess: Excess
    unknown: str = ""
    interval: tuple[Decimal, Decimal] | None = None

    def above(self, limit: Decimal) -> bool | None:
        """Whether it is strictly above the limit; None where that can't be decided."""
        least, most = self.excess(limit)
        if least is not None and least > 0:
            return True
        return None if most > 0 else False


@dataclass(frozen=True)
class Figures:
    """All groups of one policy. ``reasons``: what could not be measured. ``remark``: what wasn't
    asked."""

    figures: tuple[Figure, ...]
    reasons: tuple[str, ...] = ()
    remark: str | None = None


def hundredfold(amount: Decimal) -> Decimal:
    return EXACT.multiply(amount, Decimal(100))


def above(part: Decimal, limit: Decimal, whole: Decimal) -> Decimal:
    """``part`` minus ``limit`` times ``whole``: above 0 where the quotient is above the limit."""
    return EXACT.subtract(part, EXACT.multiply(limit, whole))


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """As it is shown: rounded up to two decimals, so never below what was measured."""
    return rounded(hundredfold(part), whole)


def rounded(part: Decimal, whole: Decimal) -> Decimal:
    """``part / whole``, rounded up to two decimals."""
    with localcontext(EXACT) as context:
        context.clear_traps()
        return (part / whole).quantize(_SHOWN, ROUND_CEILING)
