"""What two exports both hold counts once; what can't be decided is not judged at all."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from bills import bill, paid, row
from seeds import seeds

from govern.judge.bill.summary import summarise
from govern.judge.check.check import Terms, check
from govern.ledger.ledger import Ledger
from govern.ledger.reading import Reading, read
from govern.model.clock import parse_moment
from govern.model.measure import CHARGES
from govern.model.policy import Limit, Policy

AS_OF = datetime(2026, 10, 5)


def counted(*paths: Path, how: Reading | None = None) -> tuple[Decimal, int, list[str]]:
    """The billed cost, the duplicates, and the overlaps that could not be decided."""
    with read([str(path) for path in paths], how or Reading()) as ledger:
        found = summarise(ledger, AS_OF)
        return found.totals[0].billed_cost, found.count("duplicates"), ledger.clashes


def keyed(amount: str, key: str, **cells: str) -> str:
    return paid(amount, 主键=key, **cells)


def test_a_file_given_twice_counts_once(tmp_path: Path) -> None:
    one = bill(tmp_path, keyed("1", "k1"), keyed("2", "k2"), name="a.csv")
    other = bill(tmp_path, keyed("1", "k1"), keyed("2", "k2"), name="b.csv")
    assert counted(one, other) == (Decimal(3), 2, [])
    assert counted(one, one) == (Decimal(3), 0, [])


def test_a_later_export_adds_only_what_is_new(tmp_path: Path) -> None:
    one = bill(tmp_path, keyed("1", "k1"), keyed("2", "k2"), name="a.csv")
    other = bill(tmp_path, keyed("2", "k2"), keyed("4", "k3"), name="b.csv")
    assert counted(one, other) == (Decimal(7), 1, [])


def test_what_was_left_out_is_told_with_its_cost_by_currency(tmp_path: Path) -> None:
    rows = [keyed("1", "k1"), keyed("2", "k2"), keyed("5", "k3", 定价币种="USD")]
    one = bill(tmp_path, *rows, name="a.csv")
    other = bill(tmp_path, *rows, keyed("9", "k4"), name="b.csv")
    with read([str(one), str(other)], Reading()) as ledger:
        told = {file.duplicates: file.duplicate_costs for file in ledger.files}
    assert told == {0: (), 3: (("CNY", "3"), ("USD", "5"))}


def test_a_row_with_a_key_is_one_of_those_of_its_content(tmp_path: Path) -> None:
    one = bill(tmp_path, keyed("1", "k1"), name="a.csv")
    other = bill(tmp_path, paid("1"), paid("1"), name="b.csv")
    assert counted(one, other) == (Decimal(2), 1, [])
    # One that an earlier export holds too is none of them any more.
    again = bill(tmp_path, keyed("1", "k1"), keyed("7", "k2"), name="c.csv")
    assert counted(one, other, again) == (Decimal(9), 2, [])


def test_rows_with_keys_of_several_exports_are_all_of_them(tmp_path: Path) -> None:
    # The two share a key, so theirs are keys of one kind.
    one = bill(tmp_path, keyed("1", "k1"), keyed("5", "k0"), name="a.csv")
    other = bill(tmp_path, keyed("1", "k2"), keyed("5", "k0"), name="b.csv")
    keyless = bill(tmp_path, paid("1"), paid("1"), paid("1"), name="c.csv")
    assert counted(one, other, keyless) == (Decimal(8), 3, [])


def test_the_same_charge_written_differently_is_the_same(tmp_path: Path) -> None:
    one = bill(tmp_path, keyed("1.50", "k1"), name="a.csv")
    other = bill(tmp_path, keyed("1.5", "k1\t", 账单日期="2026/9/5"), name="b.csv")
    assert counted(one, other) == (Decimal("1.5"), 1, [])


def test_without_keys_identical_content_counts_as_often_as_where_it_is_most_frequent(
    tmp_path: Path,
) -> None:
    one = bill(tmp_path, paid("1"), paid("1"), paid("2"), name="a.csv")
    other = bill(tmp_path, paid("1"), paid("1"), paid("1"), paid("4"), name="b.csv")
    assert counted(one, other) == (Decimal(1 * 3 + 2 + 4), 2, [])


def test_the_same_key_with_another_amount_is_not_judged(tmp_path: Path) -> None:
    one = bill(tmp_path, keyed("1", "k1"), name="a.csv")
    other = bill(tmp_path, keyed("3", "k1"), name="b.csv")
    _, _, clashes = counted(one, other)
    assert len(clashes) == 1
    for said in (str(one), str(other), "2026-09-05", "1 CNY", "k1", "--exported-at"):
        assert said in clashes[0]


def test_with_known_export_instants_the_later_export_wins_and_the_difference_is_shown(
    tmp_path: Path,
) -> None:
    one = bill(tmp_path, keyed("1", "k1"), keyed("2", "k2"), name="a.csv")
    other = bill(tmp_path, keyed("3.5", "k1"), name="b.csv")
    how = Reading(
        exported_at={
            str(one): parse_moment("2026-10-01T00:00:00+08:00"),
            str(other): parse_moment("2026-10-02T00:00:00+08:00"),
        }
    )
    assert counted(one, other, how=how) == (Decimal("5.5"), 1, [])
    with read([str(one), str(other)], how) as ledger:
        assert ledger.notes == [
            f"1 charge of {one} changed in the later export {other}, which counts: 2.5 CNY"
        ]
    early, late = how.exported_at.values()
    swapped = replace(how, exported_at={str(one): late, str(other): early})
    assert counted(one, other, how=swapped)[0] == 3


def test_a_month_summary_beside_its_daily_export_is_not_judged(tmp_path: Path) -> None:
    month = bill(tmp_path, paid("3", 账单日期=""), name="month.csv")
    days = bill(tmp_path, paid("1"), paid("2"), name="days.csv")
    _, _, clashes = counted(month, days)
    assert len(clashes) == 1 and "whole months" in clashes[0] and "2026-09" in clashes[0]


def test_a_month_summary_of_another_commodity_does_not_overlap(tmp_path: Path) -> None:
    month = bill(tmp_path, paid("3", 账单日期="", 商品Code="sfm_training_public_cn"), name="m.csv")
    days = bill(tmp_path, paid("1"), name="days.csv")
    assert counted(month, days) == (Decimal(4), 0, [])


def test_exports_whose_keys_do_not_match_although_the_content_does_are_not_judged(
    tmp_path: Path,
) -> None:
    one = bill(tmp_path, keyed("1", "k1"), name="a.csv")
    other = bill(tmp_path, keyed("1", "other"), name="b.csv")
    assert "keys don't match" in counted(one, other)[2][0]


def test_files_that_differ_in_their_sequence_number_are_parts_of_one_export(tmp_path: Path) -> None:
    one = bill(tmp_path, paid("1"), name="100_BillingItemDetail_202609_1.csv")
    other = bill(tmp_path, paid("1"), name="100_BillingItemDetail_202609_2.csv")
    assert counted(one, other) == (Decimal(2), 0, [])


def test_inside_one_file_every_row_counts(tmp_path: Path) -> None:
    assert counted(bill(tmp_path, keyed("1", "k"), keyed("1", "k"))) == (Decimal(2), 0, [])


def test_days_of_different_daily_files_do_not_overlap(tmp_path: Path) -> None:
    one = bill(tmp_path, keyed("1", "k1"), name="a_20260905.csv")
    other = bill(tmp_path, keyed("1", "k2", 账单日期="2026-09-06"), name="a_20260906.csv")
    assert counted(one, other) == (Decimal(2), 0, [])
    keyless = [
        bill(tmp_path, paid("1", 账单日期=f"2026-09-0{day}"), name=f"b_2026090{day}.csv")
        for day in (1, 2)
    ]
    assert counted(*keyless) == (Decimal(2), 0, [])


def test_a_key_that_stands_in_two_daily_files_counts_once(tmp_path: Path) -> None:
    one = bill(tmp_path, keyed("1", "k1"), name="a_20260905.csv")
    other = bill(tmp_path, keyed("1", "k1", 账单日期="2026-09-06"), name="a_20260906.csv")
    assert counted(one, other) == (Decimal(1), 1, [])


def test_a_file_with_keys_for_some_rows_counts_the_others_by_content(tmp_path: Path) -> None:
    one = bill(tmp_path, keyed("1", "k1"), paid("1"), paid("1"), name="a.csv")
    other = bill(tmp_path, paid("1"), paid("1"), name="b.csv")
    # Three rows of this content stand in a.csv, so three count: one by its key, two without.
    assert counted(one, other) == (Decimal(3), 2, [])
    fewer = bill(tmp_path, keyed("1", "k2"), name="c.csv")
    # The keys are two charges; a third row of a.csv has no key.
    assert counted(one, fewer)[2] != []


def test_evidence_never_shows_a_row_that_does_not_count(tmp_path: Path) -> None:
    one = bill(tmp_path, paid("1"), paid("1"), name="a.csv")
    other = bill(tmp_path, paid("1"), paid("1"), paid("1"), name="b.csv")
    policy = Policy("p", "t", "bill", (), CHARGES, (Limit(Decimal(0), "charges"),), "f", 1)
    with read([str(one), str(other)], Reading()) as ledger:
        report = check(ledger, [policy], Terms(AS_OF, evidence=9))
    (finding,) = report.findings
    assert finding.charges == 3
    assert [one.path for one in finding.evidence] == [str(other)] * 3


def test_more_than_twenty_overlaps_are_counted_only(tmp_path: Path) -> None:
    months = [f"20{year}-{month:02d}" for year in (24, 25) for month in range(1, 13)]
    one = bill(tmp_path, *(paid("1", 账单月份=m, 账单日期="") for m in months), name="m.csv")
    days = [
        bill(tmp_path, paid("1", 账单月份=m, 账单日期=f"{m}-05"), name=f"{m}.csv") for m in months
    ]
    _, _, clashes = counted(one, *days)
    assert len(clashes) == 21 and clashes[-1] == "and 4 more overlaps"


def _total(ledger: Ledger) -> list[object]:
    rows = ledger.query(
        "SELECT billing_currency, sum(billed_cost), sum(list_cost), sum(usage), sum(charges) "
        "FROM ledger WHERE kind = 'charge' GROUP BY 1 ORDER BY 1"
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("seed", seeds(3, 16))
def test_shuffling_splitting_repeating_and_exporting_again_never_change_a_total(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    has_keys = rng.random() < 0.5
    rows = [
        row(
            **{
                "应付金额": f"{rng.randrange(-5, 100)}.{rng.randrange(10**10):010d}",
                "账单日期": f"2026-09-{rng.randrange(1, 6):02d}",
                "主键": f"k{number}" if has_keys else "",
                "定价币种": rng.choice(["CNY", "CNY", "USD"]),
                "资产/资源实例ID": f"{rng.randrange(3)};llm-a;qwen-max;output_token;app;0",
            }
        )
        for number in range(40)
    ]
    if not has_keys:
        rows += rng.choices(rows, k=5)
    whole = bill(tmp_path, *rows, name="whole.csv")
    with read([str(whole)], Reading()) as ledger:
        expected = _total(ledger)

    days: dict[str, list[str]] = {}
    for one in rows:
        days.setdefault(one.split(",")[5], []).append(one)
    shuffled = bill(tmp_path, *rng.sample(rows, len(rows)), name="shuffled.csv")
    early = bill(tmp_path, *rng.sample(rows, 20), name="early.csv")
    daily = [bill(tmp_path, *of, name=f"x_{day}.csv") for day, of in days.items()]
    for files in (
        [shuffled],
        daily,
        [whole, shuffled],
        [*daily, whole],
        [early, whole],
        [whole, early, *daily],
    ):
        with read([str(path) for path in files], Reading()) as ledger:
            assert ledger.clashes == []
            assert _total(ledger) == expected, [path.name for path in files]
