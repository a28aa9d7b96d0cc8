"""``share``: what a subject costs, of what all charges cost that the policy is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from govern.judge.check.asked import Asked, Key
from govern.judge.check.figure import Excess, Figure, Figures, above, hundredfold, percent
from govern.judge.check.sight import Sight
from govern.judge.check.unknown import Slack, because, slack
from govern.model.money import EXACT, add, plain
from govern.model.policy import in_unit


def shares(asked: Asked, observed: Mapping[Key, Decimal], sight: Sight) -> Figures:
    """A figure for each group; of a total that isn't above 0 nothing is a share."""
    del sight
    loose = slack(asked, asked.of_any_subject, by_subject=False)
    own = slack(asked, asked.of_its_subject, by_subject=True)
    figures, reasons = [], []
    for period, unit in sorted({key[1:] for key in (*observed, *own, *loose)}):
        keys = sorted({key for key in (*observed, *own) if key[1:] == (period, unit)}, key=str)
        floor = in_unit(asked.policy.floor, unit)
        total = _Total(
            unit,
            add([observed.get(key, Decimal(0)) for key in keys]),
            floor.amount if floor else Decimal(0),
            loose.get(((), period, unit), Slack()),
            add([own[key].amount for key in keys if key in own]),
        )
        if total.whole <= 0 and any(observed.get(key) for key in keys):
            name = asked.named(period)
            reasons.append(
                f"{name} adds up to {plain(total.sure)} {unit}, of which nothing is a share"
            )
            continue
        if total.anybody.amount and asked.policy.columns:
            keys.append(((), period, unit))
        figures += [
            _figure(key, observed.get(key, Decimal(0)), own.get(key, Slack()), total)
            for key in keys
        ]
    return Figures(tuple(figures), tuple(reasons))


@dataclass(frozen=True)
class _Total:
    """All charges of one period and currency: those that surely belong, what could be anybody's
    besides, and what could be somebody's own (``strays``). It counts as at least ``floor``."""

    unit: str
    sure: Decimal
    floor: Decimal
    anybody: Slack
    strays: Decimal

    @property
    def whole(self) -> Decimal:
        return self.with_more(Decimal(0))

    def with_more(self, unknown: Decimal) -> Decimal:
        return max(EXACT.add(self.sure, unknown), self.floor)


def _figure(key: Key, sure: Decimal, mine: Slack, total: _Total) -> Figure:
    share = percent(sure, total.whole) if total.whole else Decimal(0)
    wording = f"cost {plain(sure)} {total.unit} of {plain(total.whole)} {total.unit}"
    if total.whole > total.sure:
        wording += " (the floor)"
    unknown = because(total.anybody, mine)
    return Figure(key, share, f"{wording}: {plain(share)}%", _excess(sure, mine, total), unknown)


def _excess(sure: Decimal, mine: Slack, total: _Total) -> Excess:
    """A share is the least or the most where each unknown part is nothing or all of it: its own,
    what could be anybody's (the subject's, another's, or neither's), and what could be others'."""
    others = EXACT.subtract(total.strays, mine.amount)

    def of(limit: Decimal) -> tuple[Decimal, Decimal]:
        corners = []
        for is_own, whose, are_others in product((0, 1), ("mine", "another's", ""), (0, 1)):
            gained = add([mine.amount * is_own, total.anybody.amount * (whose == "mine")])
            lost = add([others * are_others, total.anybody.amount * (whose == "another's")])
            whole = total.with_more(EXACT.add(gained, lost))
            corners.append(above(hundredfold(EXACT.add(sure, gained)), limit, whole))
        return min(corners), max(corners)

    return of
