"""Amounts with a unit: one right spelling each, and what was probably meant where it isn't."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal

from govern.model.money import NotExact, parse_amount, plain
from govern.model.policy import Limit
from govern.model.text import nearest
from govern.model.words import UNITS
from govern.policy.fields import Reader, quoted, scalar
from govern.policy.marks import Items, Node, Source

#: ISO 4217: what Alibaba Cloud bills in, and what else is common. None differs from CNY or USD
#: in one letter (as CNH and BSD would), so a slip there is always seen.
CURRENCIES = (
    *("CNY", "USD", "JPY", "HKD", "SGD", "EUR", "GBP", "MYR", "IDR", "THB", "PHP", "VND", "KRW"),
    *("TWD", "MOP", "INR", "AUD", "NZD", "CAD", "AED", "SAR", "QAR", "CHF", "SEK", "NOK", "DKK"),
    *("PLN", "CZK", "HUF", "RON", "TRY", "ILS", "EGP", "ZAR", "KES", "NGN", "BRL", "MXN", "CLP"),
    *("COP", "PEN", "ARS", "KZT", "PKR"),
)

_RIGHT = re.compile(r"((?:0|[1-9]\d*)(?:\.\d+)?) ([A-Za-z]+)", re.ASCII)
_WHOLE = re.compile(r"0|[1-9]\d*", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4}(?![A-Za-z]))?", re.ASCII)
_SPOKEN: dict[str, str] = {
    "¥": "CNY",
    "RMB": "CNY",
    "YUAN": "CNY",
    "元": "CNY",
    "人民币": "CNY",
    "$": "USD",
    "US$": "USD",
    "DOLLAR": "USD",
    "DOLLARS": "USD",
    "美元": "USD",
    "€": "EUR",
    "EURO": "EUR",
    "EUROS": "EUR",
    "£": "GBP",
    "TOKEN": "tokens",
}


def money(source: Source, node: Node) -> Limit | None:
    """``500 CNY``, and no other spelling."""
    return _quantity(source, node, CURRENCIES, "an amount of money", "500 CNY")


def usage(source: Source, node: Node) -> Limit | None:
    """``2000000 tokens``, and no other spelling."""
    return _quantity(source, node, UNITS, "a quantity", "2000000 tokens")


def charges(source: Source, node: Node) -> Limit | None:
    """A bare whole number."""
    found = scalar(source, node)
    if found is None:
        return None
    if not _WHOLE.fullmatch(found.text):
        meant = _meant(found.text)
        whole = meant is not None and meant[0] >= 0 and meant[0] == meant[0].to_integral_value()
        hint = plain(meant[0]) if meant and whole else "a whole number, such as 0"
        source.refuse(node, f"{quoted(found.text)} is no number of charges: write {hint}")
        return None
    return _exact(source, node, found.text, "charges")


MEASURES: Mapping[str, Reader] = {
    "billed_cost": money,
    "list_cost": money,
    "usage": usage,
    "charges": charges,
}


def any_measure(source: Source, node: Node) -> Limit | None:
    """``800 CNY``, ``100 tokens`` or ``5 charges``."""
    units = (*CURRENCIES, *UNITS, "charges")
    limit = _quantity(source, node, units, "a limit", "800 CNY or 5 charges")
    if limit and limit.unit == "charges" and limit.amount != limit.amount.to_integral_value():
        source.refuse(node, "charges are counted in whole numbers")
        return None
    return limit


def limits(source: Source, measure: str, node: Node) -> tuple[Limit, ...]:
    """One limit, or for money a list of one per currency. Empty after a fault."""
    if not isinstance(node, Items):
        one = MEASURES[measure](source, node)
        return (one,) if one else ()
    if MEASURES[measure] is not money:
        source.refuse(node, f"only money may be a list, one per currency; {measure} has one limit")
        return ()
    if not node.nodes:
        source.refuse(node, "an empty list limits nothing")
    found: dict[str, Limit] = {}
    for item in node.nodes:
        limit = money(source, item)
        if limit and limit.unit in found:
            source.refuse(item, f"a second limit in {limit.unit}: one per currency")
        elif limit:
            found[limit.unit] = limit
    return tuple(found.values())


def _quantity(
    source: Source, node: Node, units: Sequence[str], thing: str, example: str
) -> Limit | None:
    found = scalar(source, node)
    if found is None:
        return None
    right = _RIGHT.fullmatch(found.text)
    if right and right[2] in units:
        return _exact(source, node, right[1], right[2])
    meant = _meant(found.text)
    if meant is None or not (unit := _unit(meant[1], units)):
        hint = f"write {example}"
    elif meant[0] < 0:
        hint = f"a limit isn't negative; write {plain(-meant[0])} {unit}"
    else:
        hint = f"write {plain(meant[0])} {unit}"
    source.refuse(node, f"{quoted(found.text)} is not {thing}: {hint}")
    return None


def _exact(source: Source, node: Node, number: str, unit: str) -> Limit | None:
    try:
        return Limit(parse_amount(number), unit)
    except NotExact as reason:
        source.refuse(node, str(reason))
        return None


def _meant(written: str) -> tuple[Decimal, str] | None:
    """The number in a text, and what else stands there; None where that is too long to tell."""
    if len(written) > 100:
        return None
    folded = unicodedata.normalize("NFKC", written).replace("\u2212", "-")
    number = _NUMBER.search(folded)
    if not number:
        return None
    before, after = folded[: number.start()].strip(), folded[number.end() :].strip()
    sign = "-" if before.startswith("-") else ""
    try:
        amount = parse_amount(sign + number[0] if sign else number[0])
    except NotExact:
        return None
    return amount, before.removeprefix("-") + after


def _unit(word: str, units: Sequence[str]) -> str | None:
    """The unit behind a word: itself, a sign or name for it, or the nearest; the first for none."""
    if not word:
        return units[0]
    spoken = _SPOKEN.get(word.upper())
    if spoken in units:
        return spoken
    near = nearest(word, units) if word.isalpha() else None
    # 2000 ktokens are not 2000 tokens: a word that begins otherwise may mean another amount.
    return near if near and near[0].casefold() == word[0].casefold() else None
