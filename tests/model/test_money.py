"""Exact numbers: what a cell may say, and where the limits of a ledger lie."""

from __future__ import annotations

from decimal import Decimal, Inexact

import pytest

from govern.model.money import INEXACT, NotExact, add, number, parse_amount, plain


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1", "1"),
        ("-0.5", "-0.5"),
        ("+2", "2"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0.000", "0"),
        ("-0", "0"),
        ("1,234,567.89", "1234567.89"),
        ("¥12", "12"),
        ("-$1.5", "-1.5"),
        ("$-1.5", "-1.5"),
        ("1.5e3", "1500"),
        ("1.5E-3", "0.0015"),
        ("\u221212", "-12"),
        ("１２．５", "12.5"),
        ("\t7 ", "7"),
        ("0" * 199 + "1", "1"),
        ("99999999999999", "99999999999999"),
        ("-99999999999999.999999999999999", "-99999999999999.999999999999999"),
        ("0.000000000000001", "0.000000000000001"),
        # Zeros at the end are no decimals.
        ("0.10000000000000000000", "0.1"),
        ("0e9999", "0"),
    ],
)
def test_an_amount_is_carried_exactly(text: str, amount: str) -> None:
    found = parse_amount(text)
    assert found == Decimal(amount)
    assert found.is_signed() == amount.startswith("-")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \t", "empty"),
        ("x", "not a number"),
        (".", "not a number"),
        ("-", "not a number"),
        ("--1", "not a number"),
        ("-$-1", "not a number"),
        ("+-1", "not a number"),
        ("1,23", "not a number"),
        ("1 2", "not a number"),
        ("NaN", "not a number"),
        ("0" * 200 + "1", "not a number"),
        (f"{INEXACT}0.1", "a floating-point number of too many digits to be exact"),
        ("100000000000000", "impossible: more than 14 digits before the point"),
        ("1e14", "impossible: more than 14 digits before the point"),
        ("0.0000000000000001", "more than 15 decimals, which can't be carried exactly"),
        ("1e-16", "more than 15 decimals, which can't be carried exactly"),
    ],
)
def test_what_can_t_be_carried_exactly_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(NotExact) as told:
        parse_amount(text)
    assert str(told.value) == reason


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("5E+2", "500"),
        ("512.300", "512.3"),
        ("512.000", "512"),
        ("500", "500"),
        ("-0.00", "0"),
        ("-0", "0"),
        ("-1.50", "-1.5"),
        ("1E-15", "0.000000000000001"),
    ],
)
def test_an_amount_is_written_plainly(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text
    assert number(Decimal(amount)) == text


def test_no_amount_stays_none() -> None:
    assert number(None) is None


def test_a_sum_is_exact_to_the_last_decimal_of_the_greatest_amounts() -> None:
    most, least = Decimal("99999999999999.999999999999999"), Decimal("0.000000000000001")
    assert add([]) == 0
    assert add([most] * 3 + [least]) == Decimal("299999999999999.999999999999998")


def test_a_sum_that_would_be_rounded_is_refused() -> None:
    with pytest.raises(Inexact):
        add([Decimal("1e61"), Decimal("1e-15")])
