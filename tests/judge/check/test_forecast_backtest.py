"""How good the forecast is: the table of docs/policies.md, worked out anew."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from statistics import median

from govern.judge.check.forecast import DAYS, forecast_of

PAGE = Path(__file__).parents[3] / "docs" / "policies.md"
MONTHS = 100
LENGTH = 30

#: What a key costs on its n-th day, before chance: the month before it has the days below 0.
KINDS = {
    "steady": lambda day: 100.0,
    "weekdays only": lambda day: 100.0 if day % 7 < 5 else 0.0,
    "growing by 3% a day": lambda day: 100.0 * 1.03**day,
    "one batch a week": lambda day: 700.0 if day % 7 == 2 else 10.0,
}


def months(kind: str) -> list[dict[int, Decimal]]:
    """Months that begin on any weekday, each day up to 30 % dearer or cheaper, in cents."""
    rng = random.Random(f"months of {kind}")
    found = []
    for _ in range(MONTHS):
        weekday = rng.randrange(7)
        found.append(
            {
                day: Decimal(round(KINDS[kind](day + weekday) * rng.uniform(70, 130))) / 100
                for day in range(-DAYS, LENGTH)
            }
        )
    return found


def measured(kind: str, done: int) -> str:
    """The median error, and how often the month's cost lies within the interval."""
    errors, within = [], 0
    for days in months(kind):
        cost = sum((days[day] for day in range(LENGTH)), Decimal(0))
        told = forecast_of({day: days[day] for day in days if day < done}, LENGTH, done)
        errors.append(abs(told.shown - cost) / cost)
        within += told.least <= cost <= told.most
    return f"{median(errors):.1%}, {within} of {MONTHS}"


def table() -> str:
    after = (3, 7, 14, 21)
    lines = [f"| a key's use | {' | '.join(f'after {day} days' for day in after)} |"]
    lines.append("|---" * (len(after) + 1) + "|")
    for kind in KINDS:
        told = " | ".join(measured(kind, day) for day in after)
        lines.append(f"| {kind} | {told} |")
    return "\n".join(lines) + "\n"


def test_the_page_shows_what_the_backtest_measures() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")
