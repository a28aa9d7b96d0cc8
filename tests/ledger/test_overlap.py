"""Overlaps that can't be counted once are named, the first ones; how many more is told."""

from __future__ import annotations

import pytest

from govern.ledger.overlap import Clash, apart, named_once


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


@pytest.mark.parametrize(
    ("exports", "pair"),
    [
        # Each is called by its layout and by the family of its keys.
        (["1a"], None),
        (["1a", "1b"], None),
        (["1a", "2a"], None),
        (["1a", "2b"], ("1a", ["2b"])),
        (["1a", "2b", "2c", "1c"], ("1a", ["2b", "2c"])),
        # The second and the third differ in both, the first from neither.
        (["1a", "2a", "1b"], ("2a", ["1b"])),
        (["1a", "1b", "2a"], ("2a", ["1b"])),
        (["1a", "2a", "3a"], None),
    ],
)
def test_exports_are_apart_where_they_differ_and_share_no_keys(
    exports: list[str], pair: tuple[str, list[str]] | None
) -> None:
    assert apart(exports, lambda export: export[0], lambda export: export[1]) == pair
