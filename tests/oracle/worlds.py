"""Growth, share, price and forecast, judged in every world that the bill allows.

A charge whose subject nothing tells may be any subject's, a new one's, or none that the policy is
about. Each way to deal all of them out is a world. What is found in every world is certain; where
two worlds differ, the policy is undecided. Ratios are fractions; nothing is rounded.

Open points:
 W1  A growth is against at least the floor, a share of at least the floor; a growth isn't asked of
     the first month of the bill. All months of the bill are taken to be shown whole.
 W2  A forecast is of the last month: what it cost on its whole days, and the mean of the seven days
     before `done` for each day after them; at least what is charged. `done` is the first day that
     isn't shown whole. A month of which every day is costs what it cost.
 W3  Where the charges that surely belong add up to 0 or less, and not all of them are 0, nothing is
     a share of them: the policy is undecided, and what is found in other months is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

from .bill import BILL_CLOCK, Charge
from .judge import Group, group_of, limit_of, lowest_limit, per_columns, sort_charges, subject_id

Place = tuple[Group, str]  # subject and billing month
World = Sequence[tuple[Group, Charge]]

NEW: Group = ("a subject that nobody knows",)


def worlds(policy: Mapping[str, Any], charges: Iterable[Charge]) -> Iterator[World]:
    sorts = sort_charges(policy, charges)
    columns = per_columns(policy)
    sure = [(group_of(charge, columns), charge) for charge in sorts.certain]
    subjects = sorted({group for group, _ in sure}, key=str)
    choices: list[Group | None] = [*subjects, *([NEW] if columns else [()]), None]
    for dealt in product(choices, repeat=len(sorts.floating)):
        loose = zip(dealt, sorts.floating, strict=True)
        yield [*sure, *((group, charge) for group, charge in loose if group is not None)]


def verdict(
    policy: Mapping[str, Any], charges: Sequence[Charge], done: date
) -> tuple[set[Place], bool]:
    """What is found for certain, and whether it is undecided. Money of one currency only."""
    everything = [found(policy, charges, world, done) for world in worlds(policy, charges)]
    certain = set.intersection(*everything)
    shared = next(iter(policy["limit"])) == "share"
    nothing = shared and bool(unshared(policy, charges))
    return certain, nothing or any(one != certain for one in everything)


def unshared(policy: Mapping[str, Any], charges: Sequence[Charge]) -> set[str]:
    """The months whose charges that surely belong are no whole of anything (W3)."""
    least = Fraction(policy["floor"].split()[0]) if "floor" in policy else Fraction(0)
    sure = sort_charges(policy, charges).certain
    columns = per_columns(policy)
    bad = set()
    for month in {charge.billing_month for charge in sure}:
        groups: dict[Group, Fraction] = {}
        for charge in _in(sure, month):
            group = group_of(charge, columns)
            groups[group] = groups.get(group, Fraction(0)) + _of(charge.billed_cost)
        if max(_cost(sure, month), least) <= 0 and any(groups.values()):
            bad.add(month)
    return bad


def found(
    policy: Mapping[str, Any], charges: Sequence[Charge], world: World, done: date
) -> set[Place]:
    """The subjects and months above their limit in one world."""
    ((measure, text),) = policy["limit"].items()
    least = Fraction(policy["floor"].split()[0]) if "floor" in policy else Fraction(0)
    groups = {group for group, _ in world}
    bad = unshared(policy, charges)
    every = sorted({charge.billing_month for charge in charges})
    above = set()
    for group in groups:
        limit = _limit(policy, measure, text, group)
        for number, month in enumerate(every):
            mine = [charge for owner, charge in world if owner == group]
            figure = None
            if measure == "growth" and number:
                before = max(_cost(mine, every[number - 1]), least)
                figure = (_cost(mine, month) / before - 1) * 100
            elif measure == "share" and month not in bad:
                whole = max(_cost([charge for _, charge in world], month), least)
                figure = _cost(mine, month) / whole * 100 if whole > 0 else None
            elif measure == "price":
                listed = sum((_of(charge.list_cost) for charge in _in(mine, month)), Fraction(0))
                figure = _cost(mine, month) / listed * 100 if listed else None
            elif measure == "forecast_cost" and month == every[-1]:
                figure = forecast(mine, month, done)
            if figure is not None and figure > limit:
                above.add((group, month))
    return above


def forecast(mine: Sequence[Charge], month: str, done: date) -> Fraction:
    year, number = map(int, month.split("-"))
    first = date(year, number, 1)
    after = date(year + number // 12, number % 12 + 1, 1)
    so_far = _cost(mine, month)
    if done >= after:
        return so_far
    whole = _cost([charge for charge in mine if _day(charge) < done], month)
    week = [charge for charge in mine if done - timedelta(days=7) <= _day(charge) < done]
    mean = sum((_of(charge.billed_cost) for charge in week), Fraction(0)) / 7
    return max(so_far, whole + mean * (after - max(done, first)).days)


def _limit(policy: Mapping[str, Any], measure: str, text: str, group: Group) -> Fraction:
    """In percent, or of the only currency."""
    plain = {**policy, "limit_for": {k: _money(v) for k, v in policy.get("limit_for", {}).items()}}
    unit, default = "CNY", _amount(text)
    if group == NEW and per_columns(policy):
        return Fraction(lowest_limit(plain, "billed_cost", unit, default))
    return Fraction(limit_of(plain, "billed_cost", unit, default, subject_id(policy, group)))


def _amount(text: str) -> Any:
    from decimal import Decimal

    return Decimal(text.removesuffix("%").removesuffix(" CNY"))


def _money(text: str) -> str:
    return f"{_amount(text)} CNY"


def _day(charge: Charge) -> date:
    return charge.start.astimezone(BILL_CLOCK).date()


def _in(charges: Iterable[Charge], month: str) -> list[Charge]:
    return [charge for charge in charges if charge.billing_month == month]


def _cost(charges: Iterable[Charge], month: str) -> Fraction:
    return sum((_of(charge.billed_cost) for charge in _in(charges, month)), Fraction(0))


def _of(amount: Any) -> Fraction:
    return Fraction(amount or 0)
