"""``limit``, ``forbid`` and ``limit_for``: how much is too much, and for whom it differs."""

from __future__ import annotations

from decimal import Decimal

from govern.model.measure import CHARGES, MEASURES, Measure
from govern.model.policy import Limit, Pattern
from govern.model.words import PERIODS
from govern.policy.fields import pattern, unknown
from govern.policy.limits import floor, limits
from govern.policy.marks import Fields, Node, Scalar, Source


def rule(source: Source, node: Fields) -> tuple[Measure | None, tuple[Limit, ...]]:
    """The measure and its limits; ``forbid: charges`` is a limit of no charges."""
    limit, forbid = node.key("limit"), node.key("forbid")
    if limit and forbid:
        source.refuse(max(limit, forbid, key=_place), "limit and forbid: a policy has one of them")
    if forbid:
        return CHARGES, (Limit(Decimal(0), CHARGES.units[0]),)
    written = node.value("limit")
    if written is None:
        source.refuse(node, "limit or forbid is missing")
        return None, ()
    if not isinstance(written, Fields) or not written.entries:
        source.refuse(written, "a limit names its measure, such as {billed_cost: 500 CNY}")
        return None, ()
    (first, value), *more = written.entries
    for key, _ in written.entries:
        if key.text not in MEASURES:
            unknown(source, key, "measure", MEASURES)
    for key, _ in more:
        source.refuse(key, "a limit has exactly one measure")
    measure = MEASURES.get(first.text)
    return measure, limits(source, measure, value) if measure else ()


def _place(node: Scalar) -> tuple[int, int]:
    return node.line, node.column


def exceptions(
    source: Source, node: Node | None, measure: Measure | None, general: tuple[Limit, ...]
) -> tuple[tuple[Pattern, tuple[Limit, ...]], ...]:
    """``limit_for``, the most exact pattern first; without a measure there is nothing to read."""
    if node is None or measure is None:
        return ()
    if not isinstance(node, Fields):
        source.refuse(node, "a mapping of subjects to limits belongs here")
        return ()
    limits_for = []
    for key, value in node.entries:
        own = limits(source, measure, value)
        if measure.of_one_unit and own and general and own[0].unit != general[0].unit:
            source.refuse(value, f"the limit is in {general[0].unit}")
        subject = pattern(source, key)
        if subject:
            limits_for.append((subject, own))
    return tuple(sorted(limits_for, key=lambda exception: exception[0].exactness))


def of_whom(source: Source, node: Fields, measure: Measure | None) -> tuple[Limit, ...]:
    """``floor``; and whether the measure can be asked of such periods and subjects at all."""
    if measure is None:
        return ()
    every, per, least = (node.value(name) for name in ("every", "per", "floor"))
    if isinstance(every, Scalar) and every.text in set(PERIODS) - set(measure.periods):
        periods = " or ".join(measure.periods)
        source.refuse(every, f"{measure.name} is asked of every: {periods}")
    if per and measure.subjects and not (isinstance(per, Scalar) and per.text in measure.subjects):
        subjects = " or ".join(measure.subjects)
        source.refuse(per, f"{measure.name} is asked per {subjects}")
    for name in ("from", "before") if measure.whole else ():
        cut = node.key(name)
        if cut:
            source.refuse(cut, f"{measure.name} looks at the whole bill: it takes no {name}")
    if isinstance(per, Scalar) and per.text == "bill" and measure.against == "total":
        source.refuse(per, "the bill is the total: a share is asked per key, workspace, model …")
    if least is None:
        if measure.floor == "needs":
            why = "what was before counts as at least that"
            source.refuse(node, f"{measure.name} needs a floor, such as floor: 100 CNY: {why}")
        return ()
    if not measure.floor:
        source.refuse(node.key("floor") or node, f"{measure.name} has no floor")
        return ()
    return floor(source, least)
