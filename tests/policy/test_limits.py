"""Limits as they are written: of whatever measure, in percent, and floors."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from govern.policy.policies import load_policies
from govern.policy.waivers import load_waivers
from policy.files import faults_of, write


def policy(folder: Path, rest: str) -> str:
    return write(folder, f"version: 1\npolicies:\n  - {{id: p, title: P, per: api_key, {rest}}}\n")


def waiver(folder: Path, up_to: str) -> str:
    return write(
        folder,
        "version: 1\nwaivers:\n  - {policy: p, subject: '7', reason: r, owner: o, "
        f"expires: 2027-01-01, up_to: {up_to}}}\n",
        name="w.yaml",
    )


@pytest.mark.parametrize(
    ("up_to", "amount", "unit"),
    [
        ("800 CNY", "800", "CNY"),
        ("0.5 CNY", "0.5", "CNY"),
        ("5 charges", "5", "charges"),
        ("100 tokens", "100", "tokens"),
        ("0.5 tokens", "0.5", "tokens"),
    ],
)
def test_a_waiver_s_limit_is_of_whatever_measure(
    tmp_path: Path, up_to: str, amount: str, unit: str
) -> None:
    (loaded,) = load_waivers([waiver(tmp_path, up_to)])
    assert loaded.up_to is not None
    assert (loaded.up_to.amount, loaded.up_to.unit) == (Decimal(amount), unit)


def test_what_is_counted_is_counted_in_whole_numbers(tmp_path: Path) -> None:
    (fault,) = faults_of(lambda: load_waivers([waiver(tmp_path, "1.5 charges")]))
    assert "charges are counted in whole numbers" in fault.message


def test_a_growth_is_limited_in_percent_above_a_floor(tmp_path: Path) -> None:
    path = policy(tmp_path, "every: month, limit: {growth: 50%}, floor: 100 CNY")
    (loaded,) = load_policies([path])
    (limit,), (floor,) = loaded.limits, loaded.floor
    assert (limit.amount, limit.unit) == (Decimal(50), "%")
    assert (floor.amount, floor.unit) == (Decimal(100), "CNY")


def test_a_floor_is_above_zero(tmp_path: Path) -> None:
    path = policy(tmp_path, "every: month, limit: {growth: 50%}, floor: 0 CNY")
    (fault,) = faults_of(lambda: load_policies([path]))
    assert "a floor is above it" in fault.message
