"""Changes to policies and waivers, one at a time: a good test notices each of them.

What is changed is what a slip of the hand changes and nobody sees: limits, selectors, periods,
dates, subjects, and what is excused. Words and ids are no part of a verdict and stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from govern.model.clock import Moment, wall_text
from govern.model.measure import MEASURES, Measure
from govern.model.money import plain
from govern.model.policy import Condition, Limit, Pattern, Policy, quantity
from govern.model.waiver import Waiver
from govern.model.words import PERIODS, SUBJECTS


@dataclass(frozen=True)
class Mutant:
    """One change to a policy: ``changed`` is what it became.

    ``kill`` says what a test would have to hold to notice it.
    """

    changed: Policy
    change: str
    kill: str


@dataclass(frozen=True)
class WaiverMutant:
    """One change to a waiver. ``waivers`` are all that hold then, ``waiver`` the one of before."""

    waiver: Waiver
    waivers: tuple[Waiver, ...]
    change: str
    kill: str


def mutants(policy: Policy) -> Iterator[Mutant]:
    """Every change to one policy, in the order in which its fields are written."""
    yield from _subjects(policy)
    yield from _selectors(policy)
    yield from _periods(policy)
    yield from _dates(policy)
    yield from _measures(policy)
    yield from _limits(policy)
    yield from _special_limits(policy)


def _subjects(policy: Policy) -> Iterator[Mutant]:
    kill = f"name the subject that fires: fires: {{{policy.id}: SUBJECT}}"
    if policy.subject_kind == "columns":
        for column in policy.columns if len(policy.columns) > 1 else ():
            rest = tuple(one for one in policy.columns if one != column)
            yield Mutant(replace(policy, columns=rest), f"per: without {column}", kill)
        return
    known = policy.measure.subjects or tuple(SUBJECTS)
    for word in known:
        whole = word == "bill" and bool(policy.measure.against)
        if word != policy.subject_kind and not whole:
            changed = replace(policy, subject_kind=word, columns=SUBJECTS[word])
            yield Mutant(changed, f"per: {policy.subject_kind} → {word}", kill)


def _selectors(policy: Policy) -> Iterator[Mutant]:
    for at, condition in enumerate(policy.where):
        rest = (*policy.where[:at], *policy.where[at + 1 :])
        column = condition.column
        outside = "a charge of its own subject that differs in nothing else"
        yield Mutant(
            replace(policy, where=rest),
            f"where: without {column}",
            f"stay silent about {outside} than {column}",
        )
        opposite = replace(condition, excludes=not condition.excludes)
        yield Mutant(
            _with(policy, at, opposite),
            f"where: {column} {'without not' if condition.excludes else 'with not'}",
            "fire for a charge that it is about",
        )
        for pattern in condition.patterns if len(condition.patterns) > 1 else ():
            fewer = tuple(one for one in condition.patterns if one is not pattern)
            verb = "stay silent about" if condition.excludes else "fire for"
            yield Mutant(
                _with(policy, at, replace(condition, patterns=fewer)),
                f"where: {column} without {_shown(pattern)}",
                f"{verb} {column} {_shown(pattern)} alone",
            )


def _with(policy: Policy, at: int, condition: Condition) -> Policy:
    return replace(policy, where=(*policy.where[:at], condition, *policy.where[at + 1 :]))


def _shown(pattern: Pattern) -> str:
    return "none" if pattern.text is None else pattern.text or '""'


def _periods(policy: Policy) -> Iterator[Mutant]:
    for word in PERIODS:
        if word != policy.every and word in policy.measure.periods:
            yield Mutant(
                replace(policy, every=word),
                f"every: {policy.every} → {word}",
                f"have charges of one subject that a {word} and a {policy.every} divide otherwise",
            )


def _dates(policy: Policy) -> Iterator[Mutant]:
    before, at = "a charge just before it", "a charge at it"
    for moved, change in _moved("from", policy.start) if policy.start else ():
        later = moved is not None and moved.wall > _wall(policy.start)
        kill = f"fire for {at}" if later else f"stay silent about {before}"
        yield Mutant(replace(policy, start=moved), change, kill)
    for moved, change in _moved("before", policy.end) if policy.end else ():
        earlier = moved is not None and moved.wall < _wall(policy.end)
        kill = f"fire for {before}" if earlier else f"stay silent about {at}"
        yield Mutant(replace(policy, end=moved), change, kill)


def _moved(name: str, moment: Moment) -> Iterator[tuple[Moment | None, str]]:
    """Without it; and a day earlier and later, or a minute where it has a time."""
    yield None, f"{name}: without {wall_text(moment.wall)}"
    for sign in (-1, 1):
        moved = replace(moment, wall=moment.wall + sign * _step(moment))
        yield moved, f"{name}: {wall_text(moment.wall)} → {wall_text(moved.wall)}"


def _wall(moment: Moment | None) -> datetime:
    assert moment is not None
    return moment.wall


def _step(moment: Moment) -> timedelta:
    at_midnight = (moment.wall.hour, moment.wall.minute, moment.wall.second) == (0, 0, 0)
    return timedelta(days=1) if at_midnight else timedelta(minutes=1)


def _measures(policy: Policy) -> Iterator[Mutant]:
    """Another measure of the same units: what is billed, or what it costs at list price."""
    for name, measure in MEASURES.items():
        plain_sums = _is_sum(measure) and _is_sum(policy.measure)
        if plain_sums and name != policy.measure.name:
            yield Mutant(
                replace(policy, measure=measure),
                f"limit: {policy.measure.name} → {name}",
                f"have charges whose {name} differs from their {policy.measure.name}",
            )


def _is_sum(measure: Measure) -> bool:
    return measure.money and not measure.beyond


def _limits(policy: Policy) -> Iterator[Mutant]:
    for limits, change, kill in _changed(policy.limits):
        yield Mutant(replace(policy, limits=limits), f"limit: {change}", kill)
    for floor, change, _ in _changed(policy.floor):
        kill = "have a subject held against the floor, just above the limit and exactly at it"
        yield Mutant(replace(policy, floor=floor), f"floor: {change}", kill)


def _special_limits(policy: Policy) -> Iterator[Mutant]:
    for at, (pattern, limits) in enumerate(policy.limit_for):
        before, after = policy.limit_for[:at], policy.limit_for[at + 1 :]
        told = f"limit_for: {_shown(pattern)}"
        yield Mutant(
            replace(policy, limit_for=(*before, *after)),
            f"{told}: without",
            f"have a charge of {_shown(pattern)} between the general limit and its own",
        )
        for others, change, kill in _changed(limits):
            changed = (*before, (pattern, others), *after)
            yield Mutant(replace(policy, limit_for=changed), f"{told}: {change}", kill)


def _changed(limits: tuple[Limit, ...]) -> Iterator[tuple[tuple[Limit, ...], str, str]]:
    """Each limit by one in its last digit, up and down; and, of several, without it."""
    for at, limit in enumerate(limits):
        before, after = limits[:at], limits[at + 1 :]
        for moved, change, above in _moved_limit(limit):
            kill = "fire just above" if above else "stay silent exactly at"
            yield (*before, moved, *after), change, f"{kill} {_told(limit)}"
        if len(limits) > 1:
            kill = f"have a charge in {limit.unit} and be decided"
            yield (*before, *after), f"without {_told(limit)}", kill


def _moved_limit(limit: Limit) -> Iterator[tuple[Limit, str, bool]]:
    for sign in (1, -1):
        moved = replace(limit, amount=limit.amount + sign * _last_digit(limit.amount))
        if moved.amount >= 0:
            yield moved, f"{_told(limit)} → {_told(moved)}", sign > 0


def _told(limit: Limit) -> str:
    return quantity(limit.amount, limit.unit)


def _last_digit(amount: Decimal) -> Decimal:
    exponent = Decimal(plain(amount)).as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent)


def waiver_mutants(waivers: Sequence[Waiver]) -> Iterator[WaiverMutant]:
    """Every change to one of these waivers."""
    for at, waiver in enumerate(waivers):
        before, after = tuple(waivers[:at]), tuple(waivers[at + 1 :])
        for changed, change, kill in _waivers(waiver):
            yield WaiverMutant(waiver, (*before, *changed, *after), change, kill)


def _waivers(waiver: Waiver) -> Iterator[tuple[tuple[Waiver, ...], str, str]]:
    yield (), "waiver: without", "expect waived"
    if waiver.subject.text != "*":
        everybody = replace(waiver, subject=Pattern("*"))
        yield (
            (everybody,),
            f"subject: {_shown(waiver.subject)} → *",
            "fire for a subject that isn't waived",
        )
    wall = waiver.expires.wall
    for sign, kill in (
        (1, f"fire with as_of: {wall_text(wall)}"),
        (-1, f"expect waived with as_of just before {wall_text(wall)}"),
    ):
        moved = replace(waiver.expires, wall=wall + sign * _step(waiver.expires))
        change = f"expires: {wall_text(wall)} → {wall_text(moved.wall)}"
        yield (replace(waiver, expires=moved),), change, kill
    if waiver.up_to is None:
        return
    for moved_to, change, above in _moved_limit(waiver.up_to):
        kill = "fire just above" if above else "expect waived exactly at"
        told = f"up_to: {change}"
        yield (replace(waiver, up_to=moved_to),), told, f"{kill} {_told(waiver.up_to)}"
    told = _told(waiver.up_to)
    yield (replace(waiver, up_to=None),), f"up_to: without {told}", f"fire above {told}"
