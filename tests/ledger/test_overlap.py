"""Overlaps that can't be counted once are named, the first ones; how many more is told."""

from __future__ import annotations

import pytest

from govern.ledger.overlap import Clash, named_once


def clash(number: int) -> Clash:
    return Clash("a.csv", f"{number:02}.csv", "2026-09", ("1 CNY", "2 USD"), "overlap")


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (1, "a.csv and 00.csv: overlap (2026-09; 1 CNY, 2 USD at stake)"),
        (20, "a.csv and 19.csv: overlap (2026-09; 1 CNY, 2 USD at stake)"),
        (21, "and 1 more overlaps"),
        (25, "and 5 more overlaps"),
    ],
)
def test_twenty_are_named_and_the_rest_is_counted(count: int, last: str) -> None:
    # Each of them found twice is one.
    names = named_once([clash(number) for number in range(count)] * 2)
    assert (len(names), names[-1]) == (min(count, 21), last)
