"""How amounts are told to people: to the last digit, or to the cent where a person only looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from govern.model.money import plain

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Figures:
    """``cents``: money is rounded half up to the cent, thousands are separated. Else all is exact.

    What isn't nothing is never shown as nothing: a part of a cent is ``<0.01``.
    """

    cents: bool = False

    def amount(self, amount: Decimal) -> str:
        if not self.cents:
            return plain(amount)
        if self.below(amount):
            return "<0.01" if amount > 0 else ">-0.01"
        return f"{amount.quantize(_CENT, ROUND_HALF_UP):,f}"

    def below(self, amount: Decimal) -> bool:
        """Whether it is something, but less than what is shown."""
        return self.cents and 0 < abs(amount) < _CENT

    def money(self, amount: Decimal, currency: str) -> str:
        """``4,469.03 CNY``."""
        return f"{self.amount(amount)} {currency}"

    def sums(self, sums: Iterable[tuple[str, Decimal]]) -> str:
        """Per currency: ``512.30 CNY, 4.00 USD``."""
        return ", ".join(self.money(amount, currency) for currency, amount in sums)

    def count(self, count: int | Decimal) -> str:
        """A number of things, which is never rounded."""
        if not self.cents:
            return plain(Decimal(count))
        return f"{Decimal(plain(Decimal(count))):,f}"


EXACT = Figures()
CENTS = Figures(cents=True)
