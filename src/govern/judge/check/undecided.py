"""Why a policy can't be decided: what the bill lacks, and what is unknown and could matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from govern.judge.check.asked import Asked, Key
from govern.judge.check.figure import Figures
from govern.judge.check.unknown import Slack, because, charges_text, counted, slack
from govern.ledger import query
from govern.ledger.clauses import (
    MONTHLY,
    WITHOUT_UNIT,
    Column,
    has_value,
    of_files,
)
from govern.model.money import EXACT


def undecided(
    asked: Asked, observed: Mapping[Key, Decimal], figures: Figures | None = None
) -> str | None:
    """The reasons, or None where the verdict stands. ``observed``: each group's own measure;
    ``figures``: what they come to, where that is no plain sum.

    What is unknown is added to each subject only to ask whether the verdict could change.
    """
    reasons = [
        *_lacking(asked),
        *_no_limit(asked),
        *_without_unit(asked, observed),
        *(_by_figures(asked, figures) if figures else _undecided(asked, observed)),
    ]
    return "; ".join(reasons) or None


def _lacking(asked: Asked) -> Iterable[str]:
    """What the bill doesn't carry: days, usage, list cost."""
    possible = asked.possible
    if asked.by_day:
        monthly = asked.count(possible & MONTHLY)
        if monthly:
            yield f"needs charges by day; {counted(monthly)} known to the month only"
    measure = asked.measure
    if measure.lacking:
        column = "list_cost" if measure.against == "list" else measure.column
        without = [file.number for file in asked.ledger.files if column not in file.fields]
        lacking = asked.count(possible & of_files(without)) if without else 0
        if lacking:
            yield (
                f"needs the {measure.lacking}, which the bill doesn't carry for "
                f"{charges_text(lacking)} (export it by billable item)"
            )


def _no_limit(asked: Asked) -> Iterable[str]:
    """Currencies of charges that match, or could, and for which the policy has no limit."""
    named = [one.unit for one in asked.policy.floor or asked.policy.limits]
    if not asked.measure.money and not asked.policy.floor:
        return
    if asked.values.of("billing_currency") <= set(named):
        return
    clause = asked.possible & has_value("billing_currency", named, absent=False, excludes=True)
    rows = query.ask(asked.ledger, ["billing_currency"], (), clause)
    if rows:
        names = ", ".join(str(row[0]) for row in rows)
        yield (
            f"matching charges in {names}, for which there is no limit: add one, "
            "or name billing_currency in where"
        )


def _without_unit(asked: Asked, observed: Mapping[Key, Decimal]) -> Iterable[str]:
    """Usage without a unit: no quantity of it is small, since it could count millions each.

    Of a subject that breaks its limit anyway it changes nothing.
    """
    if not asked.measure.of_one_unit:
        return
    without = asked.values.occurring(WITHOUT_UNIT)
    unit = asked.policy.limits[0].unit
    loose = asked.count(asked.of_any_subject & without)
    clause = (asked.certain | asked.of_its_subject) & without
    by: list[str | Column] = [*asked.policy.columns, asked.period]
    rows = query.ask(asked.ledger, by, [query.charges()], clause)
    for *values, period, charges in rows:
        subject = tuple(values)
        limit = asked.policy.limit_of(asked.subject(subject).id, unit)
        if limit and observed.get((subject, period, unit), Decimal(0)) <= limit.amount:
            loose += charges
    if loose:
        yield f"undecided: {counted(loose)} without a unit of usage, which could be any"


def _by_figures(asked: Asked, figures: Figures) -> Iterable[str]:
    """What could not be measured, and figures that what is unknown could push over their limit."""
    yield from figures.reasons
    for figure in figures.figures:
        values, _, unit = figure.key
        anybody = asked.policy.columns and not values
        limit = (
            asked.policy.lowest_limit(unit)
            if anybody
            else asked.policy.limit_of(asked.subject(values).id, unit)
        )
        if limit and figure.above(limit.amount) is None:
            yield figure.unknown
            return


def _undecided(asked: Asked, observed: Mapping[Key, Decimal]) -> Iterable[str]:
    """Whether what is unknown could push a subject over its limit that is below it now."""
    loose = slack(asked, asked.of_any_subject, by_subject=False)
    own = slack(asked, asked.of_its_subject, by_subject=True)
    if not loose and not own:
        return
    known = {*observed, *own}
    for values, period, unit in sorted(known, key=str):
        floating = loose.get(((), period, unit), Slack())
        mine = own.get((values, period, unit), Slack())
        limit = asked.policy.limit_of(asked.subject(values).id, unit)
        sure = observed.get((values, period, unit), Decimal(0))
        most = EXACT.add(sure, EXACT.add(floating.amount, mine.amount))
        if limit and sure <= limit.amount < most:
            yield because(floating, mine)
            return
    for (_, period, unit), floating in sorted(loose.items(), key=str):
        if not asked.policy.columns and ((), period, unit) in known:
            continue
        limit = (
            asked.policy.lowest_limit(unit)
            if asked.policy.columns
            else asked.policy.limit_of("bill", unit)
        )
        if limit and floating.amount > limit.amount:
            yield because(floating, Slack())
            return
