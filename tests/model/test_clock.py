"""Time as a bill tells it: every width, edge and offset on literals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from govern.model.clock import (
    BILL_CLOCK,
    UNTIL,
    Moment,
    coarsest,
    final_from,
    instant,
    iso,
    known,
    known_at,
    known_text,
    month_start,
    next_month,
    parse_cell,
    parse_moment,
    parse_zone,
    period_before,
    period_bounds,
    period_of,
    reach,
    up_to,
    wall_text,
    width_end,
)

NOON = datetime(2026, 9, 5, 12)


def test_the_bill_clock_is_eight_hours_ahead_of_utc() -> None:
    assert iso(NOON, BILL_CLOCK) == "2026-09-05T12:00:00+08:00"
    assert instant(NOON, BILL_CLOCK) == "2026-09-05T12:00:00+08:00"
    assert instant(None, BILL_CLOCK) is None


def test_an_instant_with_a_zone_moves_and_one_without_stays() -> None:
    assert Moment(NOON).on(UTC) == NOON
    assert Moment(NOON, UTC).on(BILL_CLOCK) == datetime(2026, 9, 5, 20)


@pytest.mark.parametrize(
    ("text", "wall", "zone"),
    [
        ("2026-09-05", datetime(2026, 9, 5), None),
        ("2026-09-05T08:01", datetime(2026, 9, 5, 8, 1), None),
        ("2026-09-05 08:01:02", datetime(2026, 9, 5, 8, 1, 2), None),
        (" 2026-09-05T08:01:02Z ", datetime(2026, 9, 5, 8, 1, 2), UTC),
        ("2026-09-05T08:01-0330", datetime(2026, 9, 5, 8, 1), timezone(-timedelta(hours=3.5))),
        ("2000-01-01", datetime(2000, 1, 1), None),
        ("2199-12-31T23:59:59", datetime(2199, 12, 31, 23, 59, 59), None),
    ],
)
def test_an_instant_is_read_as_it_is_written(
    text: str, wall: datetime, zone: timezone | None
) -> None:
    assert parse_moment(text) == Moment(wall, zone)


@pytest.mark.parametrize(
    "text",
    ["", "2026-09", "2026-9-5", "2026-09-05T08", "2026-02-30", "1999-12-31", "2200-01-01", "now"],
)
def test_anything_else_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        parse_moment(text)


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        ("Z", timedelta(0)),
        ("UTC", timedelta(0)),
        ("+08:00", timedelta(hours=8)),
        ("UTC+08:00", timedelta(hours=8)),
        ("+08", timedelta(hours=8)),
        ("+0845", timedelta(hours=8, minutes=45)),
        ("-08:45", -timedelta(hours=8, minutes=45)),
        ("+14:00", timedelta(hours=14)),
        ("+14:59", timedelta(hours=14, minutes=59)),
        ("Asia/Shanghai", timedelta(hours=8)),
    ],
)
def test_a_zone_is_an_offset_or_a_name(text: str, ahead: timedelta) -> None:
    assert parse_zone(text).utcoffset(NOON) == ahead


@pytest.mark.parametrize("text", ["+15:00", "+08:60", "+8", "Mars/Olympus", "", "../etc/passwd"])
def test_anything_else_is_no_zone(text: str) -> None:
    with pytest.raises(ValueError, match=".*"):
        parse_zone(text)


def test_for_people_midnight_is_a_date() -> None:
    assert wall_text(None) == ""
    assert wall_text(datetime(2026, 9, 5)) == "2026-09-05"
    assert wall_text(datetime(2026, 9, 5, 0, 1)) == "2026-09-05 00:01"
    assert wall_text(datetime(2026, 9, 5, 1)) == "2026-09-05 01:00"


def test_no_time_is_told_more_exactly_than_it_is_known() -> None:
    start = datetime(2026, 9, 5)
    told = {
        "month": ("2026-09", "2026-09", "in 2026-09"),
        "day": ("2026-09-05", "2026-09-05", "on 2026-09-05"),
        "hour": ("2026-09-05 00:00", "2026-09-05 00:00", "in the hour from 2026-09-05 00:00"),
        "minute": ("2026-09-05 00:00", "2026-09-05 00:00", "at 2026-09-05 00:00"),
        "second": ("2026-09-05 00:00", "2026-09-05", "at 2026-09-05 00:00"),
    }
    for width, texts in told.items():
        assert (known(start, width), known_text(start, width), known_at(start, width)) == texts
    assert known_text(None, "month") == ""


def test_the_width_that_says_least_is_the_coarsest() -> None:
    assert coarsest([]) == "second"
    assert coarsest(["minute", "month", "day"]) == "month"
    assert coarsest(["minute", "second"]) == "minute"


def test_a_charge_ends_where_its_width_does() -> None:
    ends = {width: width_end(NOON, width) for width in ("second", "minute", "hour", "day", "month")}
    assert ends == {
        "second": NOON,
        "minute": datetime(2026, 9, 5, 12, 1),
        "hour": datetime(2026, 9, 5, 13),
        "day": datetime(2026, 9, 6, 12),
        "month": datetime(2026, 10, 1),
    }


@pytest.mark.parametrize(
    ("start", "following"),
    [
        (datetime(2026, 1, 31, 23, 59, 58), datetime(2026, 2, 1)),
        (datetime(2026, 2, 1), datetime(2026, 3, 1)),
        (datetime(2026, 9, 30, 1, 1, 1), datetime(2026, 10, 1)),
        (datetime(2026, 12, 1), datetime(2027, 1, 1)),
    ],
)
def test_the_next_month_begins_at_its_first_midnight(start: datetime, following: datetime) -> None:
    assert next_month(start) == following


def test_a_month_begins_on_its_first() -> None:
    assert month_start("2026-09") == datetime(2026, 9, 1)


@pytest.mark.parametrize(
    ("every", "key", "start", "end"),
    [
        ("month", "2026-12-01", datetime(2026, 12, 1), datetime(2027, 1, 1)),
        ("week", "2026-09-28", datetime(2026, 9, 28), datetime(2026, 10, 5)),
        ("day", "2026-09-30", datetime(2026, 9, 30), datetime(2026, 10, 1)),
    ],
)
def test_a_period_ends_where_the_next_one_begins(
    every: str, key: str, start: datetime, end: datetime
) -> None:
    assert period_bounds(every, key) == (start, end)


def test_a_month_s_bill_is_final_after_noon_of_the_third_in_utc_8() -> None:
    assert final_from("2026-09", BILL_CLOCK) == datetime(2026, 10, 3, 12)
    assert final_from("2026-12", UTC) == datetime(2027, 1, 3, 4)


@pytest.mark.parametrize(
    ("text", "start", "width"),
    [
        ("2026", None, None),
        ("202609", datetime(2026, 9, 1), "month"),
        ("2026-09", datetime(2026, 9, 1), "month"),
        ("2026年9月", datetime(2026, 9, 1), "month"),
        ("20260905", datetime(2026, 9, 5), "day"),
        ("2026-09-05", datetime(2026, 9, 5), "day"),
        ("2026/9/5", datetime(2026, 9, 5), "day"),
        ("2026.9.5", datetime(2026, 9, 5), "day"),
        ("2026年9月5日", datetime(2026, 9, 5), "day"),
        ("2026-09-05 08:01", datetime(2026, 9, 5, 8, 1), "minute"),
        ("20260905 8:01", datetime(2026, 9, 5, 8, 1), "minute"),
        ("2026-09-05 00:00", datetime(2026, 9, 5), "minute"),
        ("2026-09-05 08:01:02", datetime(2026, 9, 5, 8, 1, 2), "second"),
        ("2026-09-05 00:00:00", datetime(2026, 9, 5), "second"),
        ("2026-09-05T08:01:02.123456789", datetime(2026, 9, 5, 8, 1, 2), "second"),
        ("2026-09-05T00:01:02Z", datetime(2026, 9, 5, 8, 1, 2), "second"),
        ("2026-09-05 00:01 +09", datetime(2026, 9, 4, 23, 1), "minute"),
        ("2000-01-01", datetime(2000, 1, 1), "day"),
        ("2199-12-31", datetime(2199, 12, 31), "day"),
        ("1999-12-31", None, None),
        ("2200-01-01", None, None),
        ("2026-13", None, None),
        ("2026-02-29", None, None),
        ("2026-09 08:00", None, None),
        ("2026-09-05 24:00", None, None),
        ("2026-09-05" + " " * 89, datetime(2026, 9, 5), "day"),
        ("2026-09-05" + " " * 90, None, None),
        ("", None, None),
    ],
)
def test_a_cell_tells_a_time_and_how_wide_it_is(
    text: str, start: datetime | None, width: str | None
) -> None:
    if start is None:
        with pytest.raises(ValueError, match=".*"):
            parse_cell(text, BILL_CLOCK)
    else:
        assert parse_cell(text, BILL_CLOCK) == (start, width)


@pytest.mark.parametrize(
    ("begin", "end", "width"),
    [
        ("2026-09-05 08:00:00", "2026-09-05 08:00:00", "second"),
        ("2026-09-05 08:00:00", "2026-09-05 08:00:01", "second"),
        ("2026-09-05 08:00:00", "2026-09-05 08:00:02", "minute"),
        ("2026-09-05 08:00:00", "2026-09-05 08:01:00", "minute"),
        ("2026-09-05 08:00:00", "2026-09-05 08:01:01", "hour"),
        ("2026-09-05 08:00:00", "2026-09-05 09:00:00", "hour"),
        ("2026-09-05 08:00:00", "2026-09-05 09:00:01", "day"),
        ("2026-09-05 00:00:00", "2026-09-06 00:00:00", "day"),
        ("2026-09-05 00:00:00", "2026-09-06 00:00:01", "month"),
        # What begins on a day is no finer than one.
        ("2026-09-05", "2026-09-05", "day"),
    ],
)
def test_a_period_is_as_wide_as_it_is_long(begin: str, end: str, width: str) -> None:
    assert parse_cell(f"{begin}{UNTIL}{end}", BILL_CLOCK)[1] == width


def test_a_period_that_ends_before_it_begins_is_impossible() -> None:
    with pytest.raises(ValueError, match="2026-09-05 07:59:59"):
        parse_cell(f"2026-09-05 08:00:00{UNTIL}2026-09-05 07:59:59", BILL_CLOCK)


def test_a_day_has_its_24_hours_where_the_clock_changes() -> None:
    # On 25 October 2026 Berlin has 25 hours; the bill's day has 24.
    berlin = ZoneInfo("Europe/Berlin")
    text = f"2026-10-24T16:00:00Z{UNTIL}2026-10-25T16:00:00Z"
    assert parse_cell(text, berlin) == (datetime(2026, 10, 24, 18), "day")


@pytest.mark.parametrize(
    ("every", "at", "period", "before"),
    [
        ("month", datetime(2026, 1, 31, 23, 59), "2026-01", "2025-12"),
        ("month", datetime(2026, 3, 1), "2026-03", "2026-02"),
        # Weeks begin on Monday, and are called so.
        ("week", datetime(2026, 9, 7), "2026-09-07", "2026-08-31"),
        ("week", datetime(2026, 9, 13, 23, 59), "2026-09-07", "2026-08-31"),
        ("day", datetime(2026, 9, 7, 23, 59), "2026-09-07", "2026-09-06"),
        ("day", datetime(2026, 9, 1), "2026-09-01", "2026-08-31"),
    ],
)
def test_a_time_lies_in_one_period_and_one_comes_before(
    every: str, at: datetime, period: str, before: str
) -> None:
    assert period_of(every, at) == period
    assert period_before(every, period) == before


def test_what_is_known_to_its_month_reaches_into_it() -> None:
    at = datetime(2026, 9, 5)
    assert (reach(at, "month"), reach(at, "day")) == ("into 2026-09", "2026-09-05")
    assert (up_to(at, "month"), up_to(at, "day")) == ("into 2026-09", "up to 2026-09-05")
