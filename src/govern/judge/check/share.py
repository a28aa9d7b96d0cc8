"""``share``: what a subject costs, of what all charges cost that the policy is about."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import product

from govern.judge.check.asked import Asked, Key
from govern.judge.check.figure import Excess, Figure, Figures, above, hundredfold, percent
from govern.judge.check.sight import Sight
from govern.judge.check.unknown import Slack, because, slack
from govern.model.money import EXACT, add, plain
from govern.model.policy import in_unit


def shares(asked: Asked, observed: Mapping[Key, Decimal], sight: Sight) -> Figures:
    """A figure for each group; a total that isn't above 0 has no shares."""
    loose = slack(asked, asked.of_any_subject, by_subject=False)
    own = slack(asked, asked.of_its_subject, by_subject=True)
    figures, reasons = [], []
    for period, unit in sorted({key[1:] for key in (*observed, *own, *loose)}):
        groups = sorted({k for k in (*observed, *own) if k[1:] == (period, unit)}, key=str)
        total = add([observed[key] for key in groups if key in observed])
        floor = in_unit(asked.policy.floor, unit)
        whole = max(total, floor.amount if floor else total)
        if whole <= 0:
            if any(observed.get(key) or key in own for key in groups):
                reasons.append(
                    f"{asked.named(period)} adds up to {plain(total)} {unit}, of which nothing is "
                    "a share"
                )
            continue
        anybody = loose.get(((), period, unit), Slack())
        strays = add([own[key].amount for key in groups if key in own])
        for key in (*groups, *([((), period, unit)] if anybody.amount else ())):
            sure, mine = observed.get(key, Decimal(0)), own.get(key, Slack())
            others = EXACT.subtract(strays, mine.amount)
            figures.append(
                Figure(
                    key,
                    percent(sure, whole),
                    f"cost {plain(sure)} {unit} of {plain(whole)} {unit}"
                    f"{' (the floor)' if whole > total else ''}: {plain(percent(sure, whole))}%",
                    _excess(sure, total, whole, (mine.amount, anybody.amount, others)),
                    because(anybody, mine),
                )
            )
    return Figures(tuple(figures), tuple(reasons))


def _excess(
    sure: Decimal, total: Decimal, whole: Decimal, unknown: tuple[Decimal, Decimal, Decimal]
) -> Excess:
    """``unknown``: what could be the subject's own, what could be anybody's, and what others'.

    A share is the least or the most where each of them is nothing or all, the subject's or not.
    """
    own, anybody, others = unknown

    def of(limit: Decimal) -> tuple[Decimal, Decimal]:
        found = []
        for is_own, belongs, are_others in product((0, 1), ("", "it", "another"), (0, 1)):
            gained = add([own * is_own, anybody if belongs == "it" else Decimal(0)])
            lost = add([others * are_others, anybody if belongs == "another" else Decimal(0)])
            of_all = max(add([total, gained, lost]), whole if whole > total else gained)
            found.append(above(hundredfold(EXACT.add(sure, gained)), limit, of_all))
        return min(found), max(found)

    return of
