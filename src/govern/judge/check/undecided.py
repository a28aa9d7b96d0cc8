"""Why a policy can't be decided: what the bill lacks, and what is unknown and could matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from govern.judge.check.asked import Asked, Key
from govern.ledger import query
from govern.ledger.clauses import (
    MONTHLY,
    SPREAD,
    UNTOLD_SERVICE,
    WITHOUT_UNIT,
    Clause,
    Column,
    has_value,
    of_files,
)
from govern.model.money import EXACT


def undecided(asked: Asked, observed: Mapping[Key, Decimal]) -> str | None:
    """The reasons, or None where the verdict stands. ``observed``: each group's own measure.

    What is unknown is added to each subject only to ask whether the verdict could change.
    """
    reasons = [
        *_lacking(asked),
        *_no_limit(asked),
        *_without_unit(asked, observed),
        *_undecided(asked, observed),
    ]
    return "; ".join(reasons) or None


def _lacking(asked: Asked) -> Iterable[str]:
    """What the bill doesn't carry: days, usage, list cost."""
    possible = asked.possible
    if asked.policy.every in ("day", "week"):
        monthly = asked.count(possible & MONTHLY)
        if monthly:
            yield f"needs charges by day; {_count(monthly)} known to the month only"
    measure = asked.measure
    if measure.lacking:
        without = [file.number for file in asked.ledger.files if measure.column not in file.fields]
        lacking = asked.count(possible & of_files(without)) if without else 0
        if lacking:
            yield (
                f"needs the {measure.lacking}, which the bill doesn't carry for {_charges(lacking)}"
                " (export it by billable item)"
            )


def _no_limit(asked: Asked) -> Iterable[str]:
    """Currencies of charges that match, or could, and for which the policy has no limit."""
    if not asked.measure.money:
        return
    named = [limit.unit for limit in asked.policy.limits]
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
    unit = asked.policy.limits[0].unit
    loose = asked.count(asked.of_any_subject & WITHOUT_UNIT)
    clause = (asked.certain | asked.of_its_subject) & WITHOUT_UNIT
    by: list[str | Column] = [*asked.policy.columns, asked.period]
    rows = query.ask(asked.ledger, by, [query.charges()], clause)
    for *values, period, charges in rows:
        subject = tuple(values)
        limit = asked.policy.limit_of(asked.subject(subject).id, unit)
        if limit and observed.get((subject, period, unit), Decimal(0)) <= limit.amount:
            loose += charges
    if loose:
        yield f"undecided: {_count(loose)} without a unit of usage, which could be any"


@dataclass(frozen=True)
class _Slack:
    """What could be added to a sum, in the policy's own measure; negative amounts add nothing.

    ``unlisted`` of its charges could match only because the inventory doesn't show everything,
    ``untold`` only because nothing tells their service; ``summed`` of them stand in a ledger as
    sums whose rows aren't here.
    """

    amount: Decimal = Decimal(0)
    charges: int = 0
    unlisted: int = 0
    untold: int = 0
    summed: int = 0


def _undecided(asked: Asked, observed: Mapping[Key, Decimal]) -> Iterable[str]:
    """Whether what is unknown could push a subject over its limit that is below it now."""
    loose = _slack(asked, asked.of_any_subject, by_subject=False)
    own = _slack(asked, asked.of_its_subject, by_subject=True)
    if not loose and not own:
        return
    known = {*observed, *own}
    for values, period, unit in sorted(known, key=str):
        floating = loose.get(((), period, unit), _Slack())
        mine = own.get((values, period, unit), _Slack())
        limit = asked.policy.limit_of(asked.subject(values).id, unit)
        sure = observed.get((values, period, unit), Decimal(0))
        most = EXACT.add(sure, EXACT.add(floating.amount, mine.amount))
        if limit and sure <= limit.amount < most:
            yield _because(floating, mine)
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
            yield _because(floating, _Slack())
            return


def _slack(asked: Asked, unknown: Clause, *, by_subject: bool) -> dict[Key, _Slack]:
    by = asked.keys if by_subject else (asked.period, asked.unit)
    of_inventory = asked.nameless | asked.unlisted
    summed = SPREAD & of_files(file.number for file in asked.ledger.files if file.staged is None)
    rows = query.ask(
        asked.ledger,
        by,
        (
            query.positive(asked.measure.column),
            query.charges(),
            query.charges(of_inventory),
            query.charges(asked.untold & UNTOLD_SERVICE),
            query.charges(summed),
        ),
        unknown & asked.measurable(),
    )
    return {
        (tuple(values), period, unit): _Slack(Decimal(amount), *counts)
        for *values, period, unit, amount, counts in ((*row[:-4], row[-4:]) for row in rows)
    }


def _because(floating: _Slack, mine: _Slack) -> str:
    reasons = []
    unparsed = floating.charges - floating.unlisted - floating.untold
    straddling = mine.charges - mine.unlisted
    unlisted = floating.unlisted + mine.unlisted
    if unparsed:
        reasons.append(
            f"{unparsed} matching charge{'s have' if unparsed > 1 else ' has'} an Instance ID "
            "of no known layout (instance_ids: in govern.yaml can teach it)"
        )
    if floating.untold:
        reasons.append(
            f"of {_charges(floating.untold)} neither commodity nor Instance ID tells the service"
        )
    if straddling:
        reasons.append(
            f"{_count(straddling)} not known exactly enough to be before or after from/before"
            + (" (a ledger keeps sums by day: judge the bill itself)" if mine.summed else "")
        )
    if unlisted:
        reasons.append(
            f"{_count(unlisted)} of keys or workspaces that the inventory doesn't list, "
            "and it doesn't show everything"
        )
    return f"undecided: {' and '.join(reasons)}, which could break the limit"


def _charges(count: int) -> str:
    return f"{count} charge{'' if count == 1 else 's'}"


def _count(charges: int) -> str:
    return f"{_charges(charges)} {'is' if charges == 1 else 'are'}"
