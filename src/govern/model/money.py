"""Exact numbers: Decimal from first touch, no float, nothing rounded."""

from __future__ import annotations

import re
import unicodedata
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, Subnormal

#: Digits after the point that a ledger carries, and digits before it that a single row may have.
#: 14 whole digits leave room for 10^9 rows in 38 digits, so a sum can't overflow silently.
SCALE = 15
WHOLE_DIGITS = 14

EXACT = Context(prec=76, traps=[Inexact, InvalidOperation, Overflow, Subnormal])

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<currency>[¥$€£]?)(?P<sign2>[+-]?)"
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d*)(?:\.(?P<fraction>\d*))?(?:[eE](?P<exponent>[+-]?\d{1,4}))?",
    re.ASCII,
)


#: Marks a floating-point number of which more digits are shown than it is sure to hold.
INEXACT = "≈"


class NotExact(ValueError):
    """A number that can't be carried exactly; the message says why."""


def parse_amount(text: str) -> Decimal:
    """The amount in a cell, exactly.

    Accepts thousands separators, one currency sign, scientific notation, full-width digits and
    blanks or tabs around it. Raises :class:`NotExact` with the reason for everything else,
    and for amounts beyond 14 whole digits or 15 decimals, which a ledger can't carry.
    """
    if len(text) > 200:
        raise NotExact("not a number")
    cleaned = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    if not cleaned:
        raise NotExact("empty")
    if cleaned.startswith(INEXACT):
        raise NotExact("a floating-point number of too many digits to be exact")
    written = _NUMBER.fullmatch(cleaned)
    if not written or not (written["whole"] or written["fraction"]):
        raise NotExact("not a number")
    if written["sign"] and written["sign2"]:
        raise NotExact("not a number")
    digits = (written["whole"] or "0").replace(",", "") + "." + (written["fraction"] or "0")
    number = Decimal(f"{written['sign'] or written['sign2']}{digits}e{written['exponent'] or 0}")
    return _carried(number)


def _carried(number: Decimal) -> Decimal:
    if not number:
        return Decimal(0)
    if number.adjusted() >= WHOLE_DIGITS:
        raise NotExact(f"impossible: more than {WHOLE_DIGITS} digits before the point")
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    trailing = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    if -(exponent + trailing) > SCALE:
        raise NotExact(f"more than {SCALE} decimals, which can't be carried exactly")
    return number


def plain(number: Decimal) -> str:
    """Plain notation without trailing zeros: ``512.3``, ``0``, never ``5E+2``."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def add(numbers: list[Decimal]) -> Decimal:
    """The exact sum."""
    total = Decimal(0)
    for number in numbers:
        total = EXACT.add(total, number)
    return total


def number(value: Decimal | None) -> str | None:
    """The amount in plain notation; None stays None."""
    return None if value is None else plain(value)
