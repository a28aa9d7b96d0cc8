"""Why a policy can't be decided: what the bill lacks, and what is unknown and could matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from govern.judge.asked import PERIOD, Asked, Key
from govern.judge.matching import Clause
from govern.model.money import EXACT


def undecided(asked: Asked, observed: Mapping[Key, Decimal]) -> str | None:
    """The reasons, or None where the verdict stands. ``observed``: each group's own measure.

    What is unknown is added to each subject only to ask whether the verdict could change.
    """
    reasons = [*_lacking(asked), *_no_limit(asked), *_undecided(asked, observed)]
    return "; ".join(reasons) or None


def _lacking(asked: Asked) -> Iterable[str]:
    """What the bill doesn't carry: days, usage, list cost."""
    possible = asked.certain | asked.straddling | asked.unparsed
    if asked.policy.every in ("day", "week"):
        monthly = asked.count(possible & Clause("width = 'month'"))
        if monthly:
            yield f"needs charges by day; {_count(monthly)} known to the month only"
    if asked.policy.measure in ("usage", "list_cost"):
        without = [
            file.number for file in asked.ledger.files if asked.policy.measure not in file.fields
        ]
        lacking = asked.count(possible & Clause("list_contains(?::INTEGER[], file)", (without,)))
        if without and lacking:
            name = "usage" if asked.policy.measure == "usage" else "list cost"
            yield (
                f"needs the {name}, which the bill doesn't carry for {_count(lacking)[:-4]}"
                " (export it by billable item)"
            )


def _no_limit(asked: Asked) -> Iterable[str]:
    """Currencies of charges that match, or could, and for which the policy has no limit."""
    if not asked.money:
        return
    possible = asked.certain | asked.straddling | asked.unparsed
    named = [limit.unit for limit in asked.policy.limits]
    clause = possible & Clause("NOT list_contains(?::VARCHAR[], billing_currency)", (named,))
    rows = asked.ledger.query(
        f"SELECT DISTINCT billing_currency FROM ledger WHERE {clause.sql} ORDER BY 1",
        clause.parameters,
    )
    if rows:
        names = ", ".join(str(row[0]) for row in rows)
        yield (
            f"matching charges in {names}, for which there is no limit: add one, "
            "or name billing_currency in where"
        )


def _undecided(asked: Asked, observed: Mapping[Key, Decimal]) -> Iterable[str]:
    """Whether what is unknown could push a subject over its limit that is below it now."""
    loose = _slack(asked, asked.unparsed, by_subject=False)
    own = _slack(asked, asked.straddling, by_subject=True)
    if not loose and not own:
        return
    nothing = (Decimal(0), 0)
    known = {*observed, *own}
    for values, period, unit in sorted(known, key=str):
        floating, floating_count = loose.get(((), period, unit), nothing)
        mine, count = own.get((values, period, unit), nothing)
        limit = asked.policy.limit_of(asked.subject(values).id, unit)
        sure = observed.get((values, period, unit), Decimal(0))
        if limit and sure <= limit.amount < EXACT.add(sure, EXACT.add(floating, mine)):
            yield _because(asked, floating_count, count)
            return
    for (_, period, unit), (floating, count) in sorted(loose.items(), key=str):
        if not asked.policy.columns and ((), period, unit) in known:
            continue
        limit = (
            asked.policy.lowest_limit(unit)
            if asked.policy.columns
            else asked.policy.limit_of("bill", unit)
        )
        if limit and floating > limit.amount:
            yield _because(asked, count, 0)
            return


def _slack(asked: Asked, unknown: Clause, *, by_subject: bool) -> dict[Key, tuple[Decimal, int]]:
    """Positive sums of the policy's own measure, and counts."""
    keys = asked.keys() if by_subject else ""
    clause = unknown & asked.measurable()
    rows = asked.ledger.query(
        f"SELECT {keys}{PERIOD[asked.policy.every]}, {asked.unit()}, "
        f"coalesce(sum(greatest({asked.policy.measure}, 0)), 0), sum(charges)::BIGINT "
        f"FROM ledger WHERE {clause.sql} GROUP BY ALL",
        clause.parameters,
    )
    return {(tuple(row[:-4]), row[-4], row[-3]): (Decimal(row[-2]), row[-1]) for row in rows}


def _because(asked: Asked, unparsed: int, straddling: int) -> str:
    reasons = []
    names = f" or of which the inventory knows no {' or '.join(asked.names)}"
    if unparsed:
        reasons.append(
            f"{unparsed} matching charge{'s have' if unparsed > 1 else ' has'} an Instance ID "
            "of no known layout (instance_ids: in govern.yaml can teach it)"
            + (names if asked.names else "")
        )
    if straddling:
        reasons.append(
            f"{_count(straddling)} not known exactly enough to be before or after from/before"
            + (names if asked.names else "")
        )
    return f"undecided: {' and '.join(reasons)}, which could break the limit"


def _count(charges: int) -> str:
    return f"{charges} {'charge is' if charges == 1 else 'charges are'}"
