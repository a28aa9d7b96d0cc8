"""The charges of one subject, sorted by whether they count in one verdict, and if not, why.

Each charge lands in the first of the classes below that it belongs to, so that the classes come to
all charges that the subject has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from govern.judge.bill.matching import Values, window_of
from govern.judge.check.asked import Asked, Key, perhaps
from govern.judge.check.sentence import condition_text, value_text, words
from govern.ledger.clauses import (
    CHARGES,
    MONTHLY,
    UNTOLD_SERVICE,
    WITHOUT_UNIT,
    Clause,
    Column,
    another,
    begins_before,
    has_value,
    known,
    of_files,
    same,
)


@dataclass(frozen=True)
class Class:
    """Charges of one kind. ``column``: its values tell them apart further.

    ``asked``: the column of ``where`` that they don't fulfil. ``unknown``: they could count, or
    count for more than can be told; ``any_amount``: of such charges no amount is small. ``own``:
    they are the subject's for certain.
    """

    code: str
    reason: str
    clause: Clause
    column: str | Column | None = None
    asked: str | None = None
    unknown: bool = False
    any_amount: bool = False
    own: bool = True


@dataclass(frozen=True)
class Sorted:
    """``own``: all charges of the subject; ``counted``: those that count; ``classes``: the rest."""

    own: Clause
    counted: Clause
    classes: tuple[Class, ...]


def sort(asked: Asked, values: Values, key: Key) -> Sorted:
    """What becomes of each charge of the subject ``key[0]``, in its period and unit."""
    own = CHARGES & ~asked.of_any_subject
    for column, value in zip(asked.policy.columns, key[0], strict=True):
        own &= same(column, value)
    counted = own
    classes = []
    for each in _classes(asked, values, key):
        classes.append(replace(each, clause=counted & each.clause))
        counted &= ~each.clause
    return Sorted(own, counted, tuple(classes))


def of_anybody(asked: Asked, key: Key) -> Iterator[Class]:
    """Charges that could be any subject's: of the period and unit, as far as these are told."""
    _, period, unit = key
    here = same(asked.period, period)
    there = asked.measurable() & here
    if asked.measure.unit_column and not asked.measure.of_one_unit:
        there &= same(asked.measure.unit_column, unit)
    for each in _anybodys(asked):
        yield replace(each, clause=each.clause & (here if each.any_amount else there))


def unsure(asked: Asked) -> Iterator[Class]:
    """Whatever of the whole bill the policy can't be sure of, each charge once."""
    rest = asked.possible
    for each in (*_no_limit(asked), *_coarse(asked), *_lacking(asked), *_loose(asked)):
        yield replace(each, clause=rest & each.clause, own=False)
        rest &= ~each.clause


def reason_of(each: Class, value: str | None) -> str:
    """Why such a charge doesn't count, with its own value where that is why."""
    if each.code == "where":
        return f"its {each.column} is {value_text(value)}; {each.reason}"
    if each.column is not None:
        return f"{value_text(value)}: {each.reason}"
    return each.reason


def _classes(asked: Asked, values: Values, key: Key) -> Iterator[Class]:
    _, period, unit = key
    policy = asked.policy
    yield from _elsewhere(asked, period)
    for condition in policy.where:
        reason = f"the policy asks for charges whose {condition_text(condition)}"
        column = condition.column
        yield Class("where", reason, ~perhaps(condition, values), column, column)
    yield from _outside(asked)
    yield from _coarse(asked)
    if asked.measure.against != "list":
        yield from _lacking(asked)
    yield from _units(asked, unit)
    yield from _own(asked)


def _elsewhere(asked: Asked, period: str) -> Iterator[Class]:
    every = asked.policy.every
    if every != "total":
        reason = f"in another {every}, which has a verdict of its own"
        clause = ~same(asked.period, period)
        if asked.by_day:
            clause &= ~MONTHLY
        yield Class("period", reason, clause, asked.period)


def _outside(asked: Asked) -> Iterator[Class]:
    """Before ``from``, or not before ``before``."""
    window = window_of(asked.policy, asked.ledger)
    outside = ~window.inside & ~window.straddling
    if window.start:
        reason = f"before {window.start:%Y-%m-%d %H:%M}, from which on the policy counts"
        yield Class("before_from", reason, outside & begins_before(window.start))
    if window.end:
        reason = f"not before {window.end:%Y-%m-%d %H:%M}, up to which the policy counts"
        yield Class("after_before", reason, outside)


def _coarse(asked: Asked) -> Iterator[Class]:
    if asked.by_day:
        reason = "known to its month only, and the policy needs to know its day"
        yield Class("month", reason, MONTHLY, unknown=True, any_amount=True)


def _lacking(asked: Asked) -> Iterator[Class]:
    measure = asked.measure
    if not measure.lacking:
        return
    column = "list_cost" if measure.against == "list" else measure.column
    without = [file.number for file in asked.ledger.files if column not in file.fields]
    if without:
        reason = f"its file doesn't carry the {measure.lacking} (export it by billable item)"
        yield Class("column", reason, of_files(without), unknown=True, any_amount=True)


def _units(asked: Asked, unit: str) -> Iterator[Class]:
    measure = asked.measure
    column = measure.unit_column
    if measure.of_one_unit:
        filled = known(column) & ~same(column, "")
        reason = f"in another unit than {unit}, and units are never added to each other"
        yield Class("unit", reason, filled & another(column, unit), column)
        reason = "without a unit of usage: it could be any"
        yield Class("no_unit", reason, WITHOUT_UNIT, unknown=True, any_amount=True)
        yield Class("no_usage", "without a unit, and nothing was used", ~filled)
    elif column:
        reason = f"not in {unit}, and each currency has a verdict of its own"
        yield Class("currency", reason, ~same(column, unit), column)


def _own(asked: Asked) -> Iterator[Class]:
    """Charges whose subject is known, and nothing else of what matters."""
    reason = "not known exactly enough to be before or after from/before"
    yield Class("time", reason, asked.straddling, unknown=True)
    yield Class("inventory", _UNLISTED, asked.unlisted, unknown=True)


_UNLISTED = "of a key or workspace that the inventory doesn't list, and it doesn't show everything"


def _anybodys(asked: Asked) -> Iterator[Class]:
    loose = Class("", "", asked.untold, unknown=True, own=False)
    yield replace(
        loose,
        code="layout",
        reason="its Instance ID has no known layout, so it could be anybody's "
        "(instance_ids: in govern.yaml can teach it)",
        clause=asked.untold & ~UNTOLD_SERVICE,
    )
    yield replace(
        loose,
        code="service",
        reason="neither commodity nor Instance ID tells its service, so it could be any",
        clause=asked.untold & UNTOLD_SERVICE,
    )
    yield replace(loose, code="inventory", reason=_UNLISTED, clause=asked.nameless)
    if asked.measure.of_one_unit:
        yield replace(
            loose,
            code="no_unit",
            reason="it could be anybody's, and has no unit of usage: it could be any amount",
            clause=asked.of_any_subject & WITHOUT_UNIT,
            any_amount=True,
        )


def _loose(asked: Asked) -> Iterable[Class]:
    without_unit = [each for each in _units(asked, asked.policy.limits[0].unit) if each.unknown]
    anybodys = [each for each in _anybodys(asked) if not each.any_amount]
    return [*without_unit, *anybodys, *_own(asked)]


def _no_limit(asked: Asked) -> Iterator[Class]:
    if asked.measure.money or asked.policy.floor:
        limits = [limit.unit for limit in asked.policy.floor or asked.policy.limits]
        yield Class(
            "no_limit",
            f"in a currency other than {words(limits, 'or')}, and the policy has no limit in it",
            has_value("billing_currency", limits, absent=False, excludes=True),
            unknown=True,
            any_amount=True,
        )
