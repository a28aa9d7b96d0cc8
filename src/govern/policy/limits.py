"""Amounts with a unit: one right spelling each, and what was probably meant where it isn't."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from govern.model.measure import BILLED_COST, MEASURES, PERCENT, Measure
from govern.model.money import NotExact, parse_amount, plain
from govern.model.policy import Limit, quantity
from govern.model.text import nearest
from govern.policy.fields import quoted, scalar
from govern.policy.marks import Items, Node, Source

_RIGHT = re.compile(r"((?:0|[1-9]\d*)(?:\.\d+)?)(?: ([A-Za-z]+)|(%))", re.ASCII)
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
    "PERCENT": PERCENT,
}


def any_limit(source: Source, node: Node) -> Limit | None:
    """``800 CNY``, ``100 tokens`` or ``5 charges``: of whatever measure."""
    units = tuple(dict.fromkeys(unit for measure in MEASURES.values() for unit in measure.units))
    limit = _quantity(source, node, units, "a limit", "800 CNY or 5 charges")
    whole = limit and limit.amount == limit.amount.to_integral_value()
    if (
        limit
        and not whole
        and any(measure.counted and limit.unit in measure.units for measure in MEASURES.values())
    ):
        source.refuse(node, f"{limit.unit} are counted in whole numbers")
        return None
    return limit


def limits(source: Source, measure: Measure, node: Node) -> tuple[Limit, ...]:
    """One limit, or for money a list of one per currency. Empty after a fault."""
    if not isinstance(node, Items):
        single = _limit(source, measure, node)
        return (single,) if single else ()
    if not measure.money:
        problem = f"only money may be a list, one per currency; {measure.name} has one limit"
        source.refuse(node, problem)
        return ()
    if not node.nodes:
        source.refuse(node, "an empty list limits nothing")
    by_unit: dict[str, Limit] = {}
    for item in node.nodes:
        limit = _limit(source, measure, item)
        if limit and limit.unit in by_unit:
            source.refuse(item, f"a second limit in {limit.unit}: one per currency")
        elif limit:
            by_unit[limit.unit] = limit
    return tuple(by_unit.values())


def floor(source: Source, node: Node) -> tuple[Limit, ...]:
    """The least amount of money that something counts as, one or a list of one per currency."""
    floors = limits(source, BILLED_COST, node)
    for limit in floors:
        if not limit.amount:
            source.refuse(node, "nothing is a part of 0: a floor is above it")
    return floors


def _limit(source: Source, measure: Measure, node: Node) -> Limit | None:
    """``500 CNY``, ``2000000 tokens`` or a bare number of what is counted; no other spelling."""
    if measure.counted:
        return _number(source, node, measure.units[0])
    return _quantity(source, node, measure.units, measure.thing, measure.example)


def _number(source: Source, node: Node, unit: str) -> Limit | None:
    written = scalar(source, node)
    if written is None:
        return None
    if not _WHOLE.fullmatch(written.text):
        meant = _meant(written.text)
        whole = meant is not None and meant[0] >= 0 and meant[0] == meant[0].to_integral_value()
        hint = plain(meant[0]) if meant and whole else "a whole number, such as 0"
        source.refuse(node, f"{quoted(written.text)} is no number of {unit}: write {hint}")
        return None
    return _exact(source, node, written.text, unit)


def _quantity(
    source: Source, node: Node, units: Sequence[str], thing: str, example: str
) -> Limit | None:
    written = scalar(source, node)
    if written is None:
        return None
    right = _RIGHT.fullmatch(written.text)
    if right and (right[2] or right[3]) in units:
        return _exact(source, node, right[1], right[2] or right[3])
    meant = _meant(written.text)
    if meant is None or not (unit := _unit(meant[1], units)):
        hint = f"write {example}"
    elif meant[0] < 0:
        hint = f"a limit isn't negative; write {quantity(-meant[0], unit)}"
    else:
        hint = f"write {quantity(meant[0], unit)}"
    source.refuse(node, f"{quoted(written.text)} is not {thing}: {hint}")
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
