"""How far a bill reaches, whether its month is final, and what is missing in between."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from bills import bill, paid, row

from govern.bill.exported import by_name, day_of, exports_of
from govern.judge.bill.summary import summarise
from govern.ledger.reading import Reading, read
from govern.model.bill import BillSummary
from govern.model.clock import BILL_CLOCK, parse_moment, parse_zone

NAME = "1902910424969427-20261003120001_202609_consumedetailbillv2.csv"


def summary(*paths: Path, as_of: str = "2026-10-05", exported: str | None = None) -> BillSummary:
    instants = {str(paths[0]): parse_moment(exported)} if exported else {}
    with read([str(path) for path in paths], Reading(exported_at=instants)) as ledger:
        return summarise(ledger, parse_moment(as_of).wall)


def test_without_an_export_instant_a_bill_reaches_its_last_charge_of_any_product(
    tmp_path: Path,
) -> None:
    other = row(账单日期="2026-09-20", 产品Code="ecs", 商品Code="ecs", 产品名称="x", 商品名称="x")
    found = summary(bill(tmp_path, paid("1", 账单日期="2026-09-05"), other))
    assert (found.reaches, found.reach_basis) == (datetime(2026, 9, 20), "charge")
    assert found.last_charge == datetime(2026, 9, 5)


def test_a_file_name_tells_when_it_was_exported(tmp_path: Path) -> None:
    found = summary(bill(tmp_path, paid("1"), name=NAME))
    assert (found.reaches, found.reach_basis) == (datetime(2026, 10, 3, 12, 0, 1), "export")


def test_the_instant_in_a_name_is_utc_plus_8_on_whatever_clock_the_bill_is_read(
    tmp_path: Path,
) -> None:
    path = bill(tmp_path, paid("1"), name=NAME)
    with read([str(path)], Reading(clock=parse_zone("+09:00"))) as ledger:
        found = summarise(ledger, datetime(2026, 10, 5)).document()
    assert found["reaches"] == "2026-10-03T13:00:01+09:00"
    assert found["months"] == [{"month": "2026-09", "final": True}]


def test_a_given_export_instant_is_moved_to_the_bill_clock(tmp_path: Path) -> None:
    found = summary(bill(tmp_path, paid("1")), exported="2026-09-10T00:00:00Z")
    assert found.reaches == datetime(2026, 9, 10, 8)


def test_a_modification_time_says_nothing(tmp_path: Path) -> None:
    found = summary(bill(tmp_path, paid("1")))
    assert found.reaches == datetime(2026, 9, 5)


@pytest.mark.parametrize(
    ("exported", "as_of", "final"),
    [
        (None, "2026-10-02", False),
        (None, "2026-10-03T11:59:59", False),
        (None, "2026-10-05", None),
        ("2026-10-03T11:59:59", "2026-10-05", False),
        ("2026-10-03T12:00:00", "2026-10-05", None),
        ("2026-10-03T12:00:01", "2026-10-05", True),
        ("2026-10-04", "2026-10-02", False),
    ],
)
def test_a_month_is_final_only_if_it_was_exported_after_noon_on_the_third(
    tmp_path: Path, exported: str | None, as_of: str, final: bool | None
) -> None:
    found = summary(bill(tmp_path, paid("1")), as_of=as_of, exported=exported)
    assert found.months == (("2026-09", final),)


@pytest.mark.parametrize(
    ("zone", "exported", "as_of", "final"),
    [
        # 12:00 on the 3rd in UTC+8 is 13:00 in Tokyo and 04:00 in London's winter and UTC.
        ("+09:00", "2026-10-03T12:30:00+09:00", "2026-10-05", False),
        ("+09:00", "2026-10-03T13:00:01+09:00", "2026-10-05", True),
        ("+09:00", None, "2026-10-03T12:59:59", False),
        ("Z", "2026-10-03T04:00:01Z", "2026-10-05", True),
        ("Z", "2026-10-03T03:59:59Z", "2026-10-05", False),
    ],
)
def test_a_month_is_final_by_utc_plus_8_on_whatever_clock_the_bill_is_read(
    tmp_path: Path, zone: str, exported: str | None, as_of: str, final: bool | None
) -> None:
    path = bill(tmp_path, paid("1"))
    instants = {str(path): parse_moment(exported)} if exported else {}
    with read([str(path)], Reading(clock=parse_zone(zone), exported_at=instants)) as ledger:
        assert summarise(ledger, parse_moment(as_of).wall).months == (("2026-09", final),)


def test_a_missing_month_is_a_gap(tmp_path: Path) -> None:
    rows = [
        paid("1", 账单月份="2026-07", 账单日期="2026-07-05"),
        paid("1", 账单月份="2026-10", 账单日期="2026-10-05"),
    ]
    assert summary(bill(tmp_path, *rows)).gaps == ((datetime(2026, 8, 1), datetime(2026, 10, 1)),)


def test_a_missing_day_between_daily_files_is_a_gap_and_an_empty_file_is_none(
    tmp_path: Path,
) -> None:
    paths = [
        bill(
            tmp_path,
            paid("1", 账单日期=f"2026-09-0{day}"),
            name=f"100_BillingItemDetail_2026090{day}.csv",
        )
        for day in (1, 2, 6)
    ]
    (tmp_path / "100_BillingItemDetail_20260904.csv").write_bytes(b"")
    with read([str(tmp_path)], Reading()) as ledger:
        gaps = summarise(ledger, datetime(2026, 10, 5)).gaps
    assert len(paths) == 3
    assert gaps == (
        (datetime(2026, 9, 3), datetime(2026, 9, 4)),
        (datetime(2026, 9, 5), datetime(2026, 9, 6)),
    )


@pytest.mark.parametrize(
    ("name", "instant"),
    [
        (NAME, datetime(2026, 10, 3, 12, 0, 1)),
        (f"b.zip/{NAME}", datetime(2026, 10, 3, 12, 0, 1)),
        (f"{NAME[:-4]}.zip/p1.csv", datetime(2026, 10, 3, 12, 0, 1)),
        (
            "1902910424969427-20261003120001_consumedetailbillv2.csv",
            datetime(2026, 10, 3, 12, 0, 1),
        ),
        ("1902910424969427_2688801000001_consumeDetailBillV2_20261003.csv", None),
        ("bill-20261003.csv", None),
        ("1902910424969427-20261399120001_x.csv", None),
    ],
)
def test_export_instants_in_names(name: str, instant: datetime | None) -> None:
    told = by_name(name)
    assert (told and told.on(BILL_CLOCK)) == instant


def test_parts_of_one_export_differ_in_their_sequence_number_only() -> None:
    def same(*names: str) -> bool:
        return len(set(exports_of([(name, name) for name in names]))) == 1

    assert same("1_Detail_202609_1.csv", "1_Detail_202609_2.csv")
    assert same("1_Detail_202609_1_1.csv", "1_Detail_202609_1_2.csv")
    assert not same("1_Detail_20260901.csv", "1_Detail_20260902.csv")
    assert not same("1_Detail_202609.csv", "1_Detail_202609 (1).csv")
    assert not same("a/1_Detail_202609_1.csv", "b/1_Detail_202609_2.csv")


def test_daily_files_are_known_by_their_names() -> None:
    assert str(day_of("x/1_BillingItemDetail_20260903.csv.gz")) == "2026-09-03"
    assert day_of("1_BillingItemDetailMonthly_202609.csv") is None
    assert day_of("1_Detail_20269999.csv") is None


@pytest.mark.parametrize(
    "name",
    [
        "100_BillingItemDetail_20260903.csv",
        "100_InstanceDetail_20260903_1.csv.gz",
        "100_SplitItemDetailDaily_20260903.zip",
        "100_InstanceBill_20260903.csv",
        "b.zip/100_BillingItemDetail_20260903_1_2.csv",
        "consumeDetailBillV2/100_BillingItemDetail_20260903.csv",
        "renamed_20260903.csv",
    ],
)
def test_a_file_of_one_day_by_its_name(name: str) -> None:
    assert str(day_of(name)) == "2026-09-03"


@pytest.mark.parametrize(
    "name",
    [
        "169_2688801000001_consumeDetailBillV2_20260903.csv",
        "169_2688801000001_consumeDetailBillV2_20260903_1.csv",
        "169_2688801000001_consumeDetailBillV2_20260903.zip/part_20260903.csv",
        "169_2688801000001_splitDetailBillV2_20260903.csv.gz",
        "169_2688801000001_consumeDetailBillV2_202609.csv",
        "169-20261003120001_consumedetailbillv2.csv",
    ],
)
def test_a_bill_of_the_month_to_date_is_no_file_of_one_day(name: str) -> None:
    assert day_of(name) is None


def test_pushed_bills_of_the_month_to_date_leave_no_gap_and_tell_no_instant(
    tmp_path: Path,
) -> None:
    rows = [paid("1", 主键=f"k{day}", 账单日期=f"2026-09-{day:02}") for day in (2, 12, 20)]
    names = [f"100_2688801000001_consumeDetailBillV2_202609{day}.csv" for day in (13, 21)]
    found = summary(bill(tmp_path, *rows[:2], name=names[0]), bill(tmp_path, *rows, name=names[1]))
    assert (found.gaps, found.reach_basis, found.reaches) == (
        (), "charge", datetime(2026, 9, 20)
    )  # fmt: skip
    assert (found.totals[0].billed_cost, found.count("duplicates")) == (3, 2)
