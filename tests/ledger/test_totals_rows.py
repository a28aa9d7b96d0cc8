"""A totals row is held, per currency, against all other rows of its own file."""

from __future__ import annotations

from pathlib import Path

import pytest
from bills import NAMES, bill, paid

from govern.judge.bill.totals_rows import totals_rows_that_disagree
from govern.ledger.reading import Reading, read
from govern.model.clock import parse_moment


def total(amount: str, currency: str = "") -> str:
    cells = {NAMES[0]: "合计", "应付金额": amount, "定价币种": currency}
    return ",".join(cells.get(name, "") for name in NAMES)


def wrong(*paths: Path, how: Reading | None = None) -> list[str]:
    with read([str(path) for path in paths], how or Reading()) as ledger:
        assert ledger.clashes == []
        return totals_rows_that_disagree(ledger)


def keyed(cost: str, key: str) -> str:
    return paid(cost, 主键=key)


@pytest.mark.parametrize("key", ["k", ""])
def test_rows_that_another_file_holds_too_are_of_the_sum(tmp_path: Path, key: str) -> None:
    rows = [keyed(cost, key and f"{key}{cost}") for cost in ("1", "2", "4")]
    one = bill(tmp_path, *rows[:2], total("3"), name="a.csv")
    other = bill(tmp_path, *rows, total("7", "CNY"), name="b.csv")
    assert wrong(one, other) == wrong(other, one) == []
    short = bill(tmp_path, *rows[:2], total("2.5"), name="c.csv")
    assert wrong(other, short) == [f"{short}: the totals row says 2.5 CNY, the rows sum to 3"]


def test_rows_that_a_later_export_changed_are_of_the_sum_as_their_file_has_them(
    tmp_path: Path,
) -> None:
    one = bill(tmp_path, keyed("1", "k1"), total("1"), name="a.csv")
    other = bill(tmp_path, keyed("5", "k1"), total("5"), name="b.csv")
    how = Reading(
        exported_at={
            str(one): parse_moment("2026-10-01T00:00:00+08:00"),
            str(other): parse_moment("2026-10-02T00:00:00+08:00"),
        }
    )
    assert wrong(one, other, how=how) == []


def test_each_currency_has_a_totals_row_of_its_own(tmp_path: Path) -> None:
    rows = [paid("1"), paid("2"), paid("5", 定价币种="USD")]
    right = bill(tmp_path, *rows, total("3", "CNY"), total("5", "USD"))
    assert wrong(right) == []
    swapped = bill(tmp_path, *rows, total("5", "CNY"), total("3", "USD"))
    assert wrong(swapped) == [
        f"{swapped}: the totals row says 5 CNY, the rows sum to 3",
        f"{swapped}: the totals row says 3 USD, the rows sum to 5",
    ]
    nameless = bill(tmp_path, *rows, total("8"))
    assert wrong(nameless) == [f"{nameless}: the totals row names no currency of the file"]


def test_a_rejected_row_is_of_the_sum_of_its_currency(tmp_path: Path) -> None:
    rows = [paid("1"), paid("2", 账单日期="2026-99-99", 账单月份=""), paid("5", 定价币种="USD")]
    assert wrong(bill(tmp_path, *rows, total("3", "CNY"), total("5", "USD"))) == []
    path = bill(tmp_path, *rows, total("1", "CNY"), total("5", "USD"))
    assert wrong(path) == [f"{path}: the totals row says 1 CNY, the rows sum to 3"]


def test_rejected_rows_of_an_unknown_currency_may_be_the_difference_of_one_currency(
    tmp_path: Path,
) -> None:
    rows = [paid("1"), paid("2", 定价币种=""), paid("5", 定价币种="USD")]
    assert wrong(bill(tmp_path, *rows, total("3", "CNY"), total("5", "USD"))) == []
    assert wrong(bill(tmp_path, *rows, total("1", "CNY"), total("7", "USD"))) == []
    assert len(wrong(bill(tmp_path, *rows, total("3", "CNY"), total("7", "USD")))) == 2
    assert len(wrong(bill(tmp_path, *rows, total("2", "CNY"), total("6", "USD")))) == 2
    alone = bill(tmp_path, *rows[:2], total("3"), total("1"))
    assert wrong(alone) == []
    path = bill(tmp_path, *rows[:2], total("4"))
    assert wrong(path) == [f"{path}: the totals row says 4 CNY, the rows sum to 1"]


def test_two_totals_rows_of_one_currency_are_each_held_against_the_rows(tmp_path: Path) -> None:
    assert wrong(bill(tmp_path, paid("1"), paid("2"), total("3"), total("3"))) == []
    path = bill(tmp_path, paid("1"), paid("2"), total("2"), total("4"))
    assert wrong(path) == [
        f"{path}: the totals row says 2 CNY, the rows sum to 3",
        f"{path}: the totals row says 4 CNY, the rows sum to 3",
    ]


def test_the_totals_row_of_each_of_many_files_is_its_own(tmp_path: Path) -> None:
    files = [
        bill(tmp_path, paid(f"{number}.5"), total(f"{number}.5"), name=f"{number}.csv")
        for number in range(5)
    ]
    assert wrong(*files) == []
