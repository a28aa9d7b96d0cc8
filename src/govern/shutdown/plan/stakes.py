"""The money on each step: all that is at stake in it, and the part that is counted there once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from govern.model.checklist import Saving, Share, Step
from govern.shutdown.plan.spend import savings, stakes, worth
from govern.shutdown.plan.steps import KINDS, OWN

_RANK = {name: rank for rank, name in enumerate(KINDS)}


def with_money(steps: Sequence[Step]) -> list[Step]:
    """The steps with what is at stake in them. One that nothing asks for any more keeps its sums.

    A cost that several steps are about is counted at the first of these: the one that disables its
    key, another one that ends it, the one that has it decided, at last one that deletes.
    """
    counted: dict[str, tuple[Saving, ...]] = {}
    taken: set[int] = set()
    for step in sorted(steps, key=_first_counted):
        if step.shares and _counts(step):
            own = [share for share in step.shares if share.number not in taken]
            taken |= {share.number for share in own}
            counted[step.id] = savings(own)
    return [
        replace(step, at_stake=stakes(step.shares), saves_per_day=counted.get(step.id, ()))
        if step.shares
        else step
        for step in steps
    ]


def joined(one: Iterable[Share], other: Iterable[Share]) -> tuple[Share, ...]:
    """The shares of two steps that are one; what both have is one cost."""
    known = {share.number: share for share in (*one, *other)}
    return tuple(known.values())


def urgency(step: Step) -> Decimal:
    """What waits for the step a day: of one that ends it what it ends, else all at stake."""
    kind = KINDS.get(step.kind, OWN)
    days = [stake for stake in step.at_stake if stake.per == "day"]
    return worth(step.saves_per_day) if kind.stops else worth([*step.saves_per_day, *days])


def _counts(step: Step) -> bool:
    kind = KINDS.get(step.kind, OWN)
    return kind.stops or kind.decides


def _first_counted(step: Step) -> tuple[bool, bool, bool, int, str]:
    kind = KINDS.get(step.kind, OWN)
    other = step.subject.kind != "api_key"
    return kind.phase == "delete", not kind.stops, other, _RANK.get(step.kind, 0), step.id
