"""Which months and days each payer's own files show, told by their rows and their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from bills import other, timed_text

from govern.bill.exported import About, about, given
from govern.judge.bill.horizon import Horizon
from govern.judge.bill.payers import horizons
from govern.judge.bill.summary import summarise
from govern.ledger.reading import Reading, read
from govern.model.bill import BillSummary
from govern.model.clock import parse_zone

AS_OF = datetime(2026, 12, 1)


def found(
    folder: Path,
    files: Mapping[str, Sequence[str] | None],
    *,
    exported: Mapping[str, str] | None = None,
    zone: str = "+08:00",
    as_of: datetime = AS_OF,
) -> tuple[dict[str | None, Horizon], BillSummary]:
    """Of files by name; None is a file without a byte."""
    for name, rows in files.items():
        text = "" if rows is None else timed_text(*rows)
        (folder / name).write_text(text)
    told = given([f"{folder / name}={at}" for name, at in (exported or {}).items()])
    how = Reading(exported_at=told, clock=parse_zone(zone))
    with read([str(folder / name) for name in files], how) as ledger:
        return horizons(ledger, as_of), summarise(ledger, as_of)


def daily(*days: str, account: str = "100") -> dict[str, Sequence[str] | None]:
    return {
        f"{account}_BillingItemDetail_{day.replace('-', '')}.csv": [
            other(f"{day} 10:00:00", account)
        ]
        for day in days
    }


def at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "1902910424969427-20260908231958_202609_consumedetailbillv2.csv",
            About("1902910424969427", "2026-09"),
        ),
        (
            "x/190291-20260908231958_202609_consumedetailbillv2.zip/p.csv",
            About("190291", "2026-09"),
        ),
        ("190291-20260908231958_202609_consumedetailbillv2 (1).csv", About("190291", "2026-09")),
        # What the real exports of May 2026 were called: no month.
        ("1902910424969427-20260908231958_consumedetailbillv2.csv", About()),
        ("169000_2688801000001_consumeDetailBillV2_202609.csv", About("169000", "2026-09")),
        ("169000_BillingItemDetailMonthly_202609_1_2.csv", About("169000", "2026-09")),
        (
            "169000_BillingItemDetail_20260903.csv.gz",
            About("169000", "2026-09", date(2026, 9, 3)),
        ),
        ("2026-09-03.csv", About(None, "2026-09", date(2026, 9, 3))),
        ("20260903_1.csv", About(None, "2026-09", date(2026, 9, 3))),
        ("190291_202608_202609.csv", About()),
        ("bill_202609.csv", About()),
        ("202609/bill.csv", About()),
        ("-", About()),
    ],
)
def test_a_name_tells_the_payer_and_the_month_or_nothing(name: str, told: About) -> None:
    assert about(name) == told


def test_a_gap_over_the_end_of_a_month_is_one(tmp_path: Path) -> None:
    files = daily("2026-09-28", "2026-09-29", "2026-10-02", "2026-10-03")
    horizon, bill = found(tmp_path, files)
    assert horizon["100"].gaps == ((at(9, 30), at(10, 2)),)
    assert bill.gaps == ((at(9, 30), at(10, 2)),)


def test_daily_files_from_the_middle_of_a_month_show_nothing_before(tmp_path: Path) -> None:
    horizon, _ = found(tmp_path, daily("2026-09-10", "2026-09-11"))
    assert horizon["100"].start == at(9, 10)
    assert horizon["100"].gaps == ()
    assert "begins on 2026-09-10" in (horizon["100"].lacking(at(9, 9, 23)) or "")


def test_nor_does_a_whole_month_after_them(tmp_path: Path) -> None:
    files = daily("2026-09-29", "2026-09-30") | {"october.csv": [other("2026-10-09 10:00:00")]}
    assert found(tmp_path, files)[0]["100"].start == at(9, 29)


def test_a_month_whose_daily_files_begin_late_is_a_gap_after_another_month(tmp_path: Path) -> None:
    files = {"september.csv": [other("2026-09-30 10:00:00")], **daily("2026-10-03", "2026-10-04")}
    horizon, _ = found(tmp_path, files, exported={"september.csv": "2026-10-04T00:00:00"})
    assert horizon["100"].gaps == ((at(10, 1), at(10, 3)),)


def test_another_payer_s_file_of_a_day_hides_no_missing_one(tmp_path: Path) -> None:
    files = daily("2026-09-01", "2026-09-03") | daily(
        "2026-09-01", "2026-09-02", "2026-09-03", account="200"
    )
    horizon, bill = found(tmp_path, files)
    assert horizon["100"].gaps == ((at(9, 2), at(9, 3)),)
    assert horizon["200"].gaps == ()
    assert [payer.gaps for payer in bill.payers] == [((at(9, 2), at(9, 3)),), ()]


def test_an_empty_daily_file_is_its_payer_s_day(tmp_path: Path) -> None:
    files = daily("2026-09-01", "2026-09-03", "2026-09-05")
    files |= daily("2026-09-01", "2026-09-05", account="200")
    files |= {
        "100_BillingItemDetail_20260902.csv": None,
        "100_BillingItemDetail_20260904.csv": [],
        # Whose day this is nobody can tell where two pay.
        "20260903.csv": None,
    }
    horizon, _ = found(tmp_path, files)
    assert horizon["100"].gaps == ()
    assert horizon["200"].gaps == ((at(9, 2), at(9, 5)),)


def test_a_daily_file_with_another_payer_s_rows_only_is_a_day_of_who_its_name_tells(
    tmp_path: Path,
) -> None:
    files = daily("2026-09-01", "2026-09-03")
    files["100_BillingItemDetail_20260902.csv"] = [other("2026-09-02 10:00:00", "200")]
    assert found(tmp_path, files)[0]["100"].gaps == ()


def test_a_missing_month_is_missed_by_the_payer_who_misses_it(tmp_path: Path) -> None:
    months = ("2026-08", "2026-09", "2026-10")
    files = {f"{month}.csv": [other(f"{month}-05 10:00:00", "200")] for month in months}
    files["2026-08.csv"] += [other("2026-08-05 10:00:00")]  # type: ignore[operator]
    files["2026-10.csv"] += [other("2026-10-05 10:00:00")]  # type: ignore[operator]
    horizon, bill = found(tmp_path, files)
    assert horizon["100"].gaps == ((at(9, 1), at(10, 1)),)
    assert horizon["200"].gaps == ()
    assert bill.gaps == ((at(9, 1), at(10, 1)),)


def test_of_several_exports_of_a_month_the_latest_known_instant_counts(tmp_path: Path) -> None:
    files = {
        "a.csv": [other("2026-09-05 10:00:00")],
        "b.csv": [other("2026-09-06 10:00:00")],
        "c.csv": [other("2026-09-29 10:00:00")],
    }
    told = {"a.csv": "2026-09-20T00:00:00", "b.csv": "2026-09-10T00:00:00"}
    (month,) = found(tmp_path, files, exported=told)[0]["100"].months
    assert (month.until, month.exported, month.final) == (at(9, 20), True, False)
    (month,) = found(tmp_path, files)[0]["100"].months
    assert (month.until, month.exported, month.final) == (at(9, 29, 10), False, None)


def test_daily_files_are_final_only_if_the_last_day_is_there(tmp_path: Path) -> None:
    days = [f"2026-09-{day:02}" for day in range(1, 31)]
    name = "100_BillingItemDetail_{}.csv"
    last = {name.format("20260930"): "2026-10-05T00:00:00"}
    (month,) = found(tmp_path, daily(*days), exported=last)[0]["100"].months
    assert (month.final, month.end) == (True, at(10, 1))
    last = {name.format("20260928"): "2026-10-05T00:00:00"}
    (month,) = found(tmp_path, daily(*days[:28]), exported=last)[0]["100"].months
    assert (month.final, month.shown) == (None, at(9, 29))


@pytest.mark.parametrize(
    ("early", "final"),
    [("2026-09-20", False), ("2026-10-03T12:00:00", False), ("2026-10-03T12:00:01", True)],
)
def test_nor_are_they_if_any_day_is_known_to_have_been_exported_before_that_noon(
    tmp_path: Path, early: str, final: bool
) -> None:
    days = [f"2026-09-{day:02}" for day in range(1, 31)]
    name = "100_BillingItemDetail_{}.csv"
    told = {name.format("20260930"): "2026-10-05T00:00:00"}
    told[name.format("20260915")] = early if "T" in early else f"{early}T00:00:00"
    (month,) = found(tmp_path, daily(*days), exported=told)[0]["100"].months
    assert month.final is final


def test_the_instant_of_an_earlier_day_s_file_says_nothing_of_the_later_ones(
    tmp_path: Path,
) -> None:
    days = [f"2026-09-{day:02}" for day in range(1, 31)]
    told = {"100_BillingItemDetail_20260901.csv": "2026-10-05T00:00:00"}
    (month,) = found(tmp_path, daily(*days), exported=told)[0]["100"].months
    assert (month.until, month.exported, month.final) == (at(9, 30, 10), False, None)


def test_daily_files_that_go_on_where_an_export_ended_leave_a_gap_from_its_instant(
    tmp_path: Path,
) -> None:
    files = {"whole.csv": [other("2026-09-05 10:00:00")], **daily("2026-09-25", "2026-09-26")}
    told = {"whole.csv": "2026-09-20T12:00:00"}
    horizon, _ = found(tmp_path, files, exported=told)
    assert horizon["100"].gaps == ((at(9, 20, 12), at(9, 25)),)
    # The export is about all of the month, the daily files beside it or not.
    (month,) = horizon["100"].months
    assert (month.start, month.end) == (at(9, 1), at(10, 1))


def test_of_two_such_exports_the_later_one_says_from_where(tmp_path: Path) -> None:
    files = {
        "a.csv": [other("2026-09-05 10:00:00")],
        "b.csv": [other("2026-09-06 10:00:00")],
        **daily("2026-09-25"),
    }
    told = {"a.csv": "2026-09-20T12:00:00", "b.csv": "2026-09-22T12:00:00"}
    horizon, _ = found(tmp_path, files, exported=told)
    assert horizon["100"].gaps == ((at(9, 22, 12), at(9, 25)),)
    # Of one whose instant isn't known, its last row.
    horizon, _ = found(tmp_path, files, exported={"a.csv": "2026-09-05T12:00:00"})
    assert horizon["100"].gaps == ((at(9, 6, 10), at(9, 25)),)


def test_days_to_the_very_end_of_a_month_leave_no_gap_before_the_next(tmp_path: Path) -> None:
    files = {**daily("2026-09-29", "2026-09-30"), "october.csv": [other("2026-10-09 10:00:00")]}
    assert found(tmp_path, files)[0]["100"].gaps == ()


def test_a_header_without_an_instant_fills_no_gap(tmp_path: Path) -> None:
    files = {
        "a.csv": [other("2026-08-05 10:00:00"), other("2026-10-05 10:00:00")],
        "100_BillingItemDetailMonthly_202609.csv": [],
    }
    assert found(tmp_path, files)[0]["100"].gaps == ((at(9, 1), at(10, 1)),)
    told = {"100_BillingItemDetailMonthly_202609.csv": "2026-10-04T00:00:00"}
    assert found(tmp_path, files, exported=told)[0]["100"].gaps == ()


def test_a_month_of_two_files_of_different_months_has_the_instant_of_its_own(
    tmp_path: Path,
) -> None:
    files = {
        "100200-20260920000000_202609_x.csv": [other("2026-09-05 10:00:00")],
        "100200-20261104000000_202610_x.csv": [
            other("2026-10-01 10:00:00"),
            other("2026-09-30 23:59:00"),
        ],
    }
    september, october = found(tmp_path, files)[0]["100"].months
    assert (september.until, september.final) == (at(9, 20), False)
    assert (october.until, october.final) == (at(11, 4), True)


def test_on_another_clock_a_month_is_shown_only_where_both_clocks_call_it_so(
    tmp_path: Path,
) -> None:
    files = {"b.csv": [other("2026-09-05 10:00:00")]}
    (month,) = found(tmp_path, files, exported={"b.csv": "2026-10-09T00:00:00"}, zone="Z")[0][
        "100"
    ].months
    # In UTC+8 September begins and ends eight hours earlier.
    assert (month.start, month.end) == (at(9, 1), at(9, 30, 16))
    tokyo = found(tmp_path, files, exported={"b.csv": "2026-10-09T00:00:00"}, zone="+09:00")[0][
        "100"
    ].months[0]
    assert (tokyo.start, tokyo.end) == (at(9, 1, 1), at(10, 1))


def test_on_another_clock_months_that_follow_each_other_leave_no_gap(tmp_path: Path) -> None:
    files = {"b.csv": [other("2026-09-05 10:00:00"), other("2026-10-05 10:00:00")]}
    for zone in ("Z", "+09:00"):
        assert found(tmp_path, files, zone=zone)[0]["100"].gaps == ()


@pytest.mark.parametrize(
    ("exported", "final"),
    [("2026-10-03T11:59:59", False), ("2026-10-03T12:00:00", None), ("2026-10-03T12:00:01", True)],
)
def test_an_export_is_final_only_after_noon_of_the_third(
    tmp_path: Path, exported: str, final: bool | None
) -> None:
    files = {"b.csv": [other("2026-09-05 10:00:00")]}
    (month,) = found(tmp_path, files, exported={"b.csv": exported})[0]["100"].months
    assert month.final is final


@pytest.mark.parametrize(
    ("as_of", "final"), [(datetime(2026, 10, 3, 11, 59, 59), False), (at(10, 3, 12), None)]
)
def test_before_that_noon_no_month_is_final(
    tmp_path: Path, as_of: datetime, final: bool | None
) -> None:
    files = {"b.csv": [other("2026-09-05 10:00:00")]}
    (month,) = found(tmp_path, files, as_of=as_of)[0]["100"].months
    assert month.final is final


def test_of_four_months_only_the_missing_one_is_a_gap(tmp_path: Path) -> None:
    for number, months in enumerate((["08", "10", "11"], ["08", "09", "11"])):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = {f"2026-{month}.csv": [other(f"2026-{month}-05 10:00:00")] for month in months}
        (gap,) = found(folder, files)[0]["100"].gaps
        assert gap == [(at(9, 1), at(10, 1)), (at(10, 1), at(11, 1))][number]


def test_an_empty_file_without_a_name_s_account_is_a_day_of_the_only_payer(tmp_path: Path) -> None:
    files = daily("2026-09-01", "2026-09-03") | {"20260902.csv": []}
    assert found(tmp_path, files)[0]["100"].gaps == ()


def test_a_header_whose_name_tells_no_payer_is_no_payer_s_month(tmp_path: Path) -> None:
    files = {"a.csv": [other("2026-09-05 10:00:00")], "2026-10-03.csv": []}
    told = {"2026-10-03.csv": "2026-11-04T00:00:00"}
    horizon, _ = found(tmp_path, files, exported=told)
    assert list(horizon) == ["100"]
    assert [month.name for month in horizon["100"].months] == ["2026-09"]


def test_payers_stand_in_their_order(tmp_path: Path) -> None:
    files = {
        name: [other("2026-09-05 10:00:00", account)]
        for name, account in (("a.csv", "200"), ("b.csv", ""), ("c.csv", "100"))
    }
    assert list(found(tmp_path, files)[0]) == ["", "100", "200"]


def test_rows_of_a_month_in_another_month_s_file_show_it_where_it_has_none(tmp_path: Path) -> None:
    october = "100_BillingItemDetailMonthly_202610.csv"
    files = {october: [other("2026-10-01 10:00:00"), other("2026-09-30 23:00:00")]}
    told = {october: "2026-11-04T00:00:00"}
    months = found(tmp_path, files, exported=told)[0]["100"].months
    assert [(month.name, month.until, month.exported) for month in months] == [
        ("2026-09", at(9, 30, 23), False),
        ("2026-10", at(11, 4), True),
    ]
    own = {"100_BillingItemDetailMonthly_202609.csv": [other("2026-09-05 10:00:00")]}
    september, _ = found(tmp_path, files | own, exported=told)[0]["100"].months
    assert (september.until, september.exported) == (at(9, 5, 10), False)


def test_an_empty_day_of_another_month_lengthens_nothing(tmp_path: Path) -> None:
    files = daily("2026-09-01", "2026-09-02")
    files |= {"100_BillingItemDetail_20261005.csv": []}
    horizon, _ = found(tmp_path, files)
    assert horizon["100"].end == at(9, 3)


def test_of_two_files_of_one_day_the_later_export_counts(tmp_path: Path) -> None:
    (first,) = daily("2026-09-01")
    again = first.replace(".csv", "_2.csv")
    files = daily("2026-09-01", "2026-09-02") | {again: [other("2026-09-01 11:00:00")]}
    (last,) = daily("2026-09-02")
    instants = {first: "2026-09-02T03:00:00", again: "2026-09-09T00:00:00"}
    instants[last] = "2026-09-09T00:00:00"
    horizon, _ = found(tmp_path, files, exported=instants)
    assert horizon["100"].months[0].days == ((at(9, 2), at(9, 9)), (at(9, 3), at(9, 9)))
    early = instants | {again: "2026-09-01T23:00:00"}
    horizon, _ = found(tmp_path, files, exported=early)
    assert horizon["100"].months[0].days[0] == (at(9, 2), at(9, 2, 3))
