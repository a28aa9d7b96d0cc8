"""Time as a bill tells it: the bill clock, how wide a time is, and periods."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

#: Bills are written in UTC+8 without an offset in their cells (Alibaba's bill documentation).
BILL_CLOCK: tzinfo = timezone(timedelta(hours=8))

#: How wide a known time is, finest first. A cell with seconds is exact.
WIDTHS = ("second", "minute", "hour", "day", "month")

#: Stands between the start and the end of a period in a time's text; no cell holds it.
UNTIL = "\x1d"

_SPANS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}

_OFFSET = re.compile(r"(?:UTC)?([+-])(\d{2})(?::?(\d{2}))?", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?\s*(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)


@dataclass(frozen=True)
class Moment:
    """An instant as written: ``wall`` is naive; without ``zone`` it is on the bill clock."""

    wall: datetime
    zone: tzinfo | None = None

    def on(self, clock: tzinfo) -> datetime:
        """The naive time this instant shows on ``clock``."""
        if self.zone is None:
            return self.wall
        return self.wall.replace(tzinfo=self.zone).astimezone(clock).replace(tzinfo=None)


def parse_moment(text: str) -> Moment:
    """``2026-09-01``, ``2026-09-01T08:00``, ``2026-09-01T00:00:00+08:00`` or ``…Z``.

    Raises ValueError for anything else. A date without a time is 00:00.
    """
    written = _INSTANT.fullmatch(text.strip())
    if not written:
        raise ValueError(text)
    year, month, day, hour, minute, second, zone = written.groups()
    wall = datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)
    )
    if not 2000 <= wall.year <= 2199:
        raise ValueError(text)
    return Moment(wall, parse_zone(zone) if zone else None)


def parse_zone(text: str) -> tzinfo:
    """An offset (``+08:00``, ``UTC+08:00``, ``Z``) or an IANA name. Raises ValueError."""
    if text in ("Z", "UTC"):
        return UTC
    offset_written = _OFFSET.fullmatch(text)
    if offset_written:
        hours, minutes = int(offset_written[2]), int(offset_written[3] or 0)
        if hours > 14 or minutes > 59:
            raise ValueError(text)
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if offset_written[1] == "-" else offset)
    try:
        return ZoneInfo(text)
    except Exception as error:
        raise ValueError(text) from error


def iso(wall: datetime, clock: tzinfo) -> str:
    """ISO 8601 with the offset that ``clock`` has at that time."""
    return wall.replace(tzinfo=clock).isoformat(timespec="seconds")


def instant(wall: datetime | None, clock: tzinfo) -> str | None:
    """ISO 8601 with an offset; None stays None."""
    return None if wall is None else iso(wall, clock)


def wall_text(wall: datetime | None) -> str:
    """For people: a date, with the time unless it is 00:00; nothing for None."""
    if wall is None:
        return ""
    return f"{wall:%Y-%m-%d}" if (wall.hour, wall.minute) == (0, 0) else f"{wall:%Y-%m-%d %H:%M}"


def known(start: datetime, width: str) -> str:
    """For people: a time as exactly as it is known, and no more: ``2026-09``, ``2026-09-05``."""
    if width in ("day", "month"):
        return f"{start:%Y-%m-%d}" if width == "day" else f"{start:%Y-%m}"
    return f"{start:%Y-%m-%d %H:%M}"


def known_text(start: datetime | None, width: str) -> str:
    """For a table: as exactly as it is known; an exact midnight is shown as its date."""
    return wall_text(start) if start is None or width == "second" else known(start, width)


def coarsest(widths: Iterable[str]) -> str:
    """The width that says least; exact where there is none."""
    return max(widths, key=WIDTHS.index, default=WIDTHS[0])


def known_at(start: datetime, width: str) -> str:
    """The same in a sentence: ``in 2026-09``, ``on 2026-09-05``, ``at 2026-09-05 08:00``."""
    word = {"month": "in", "day": "on", "hour": "in the hour from"}.get(width, "at")
    return f"{word} {known(start, width)}"


def reach(until: datetime, width: str) -> str:
    """How far something reaches that is known up to a time of this width: ``into 2026-09``."""
    return f"{'into ' if width == 'month' else ''}{known(until, width)}"


def up_to(until: datetime, width: str) -> str:
    """The same of what is shown: ``up to 2026-09-05``, ``into 2026-09``."""
    return reach(until, width) if width == "month" else f"up to {wall_text(until)}"


def width_end(start: datetime, width: str) -> datetime:
    """Where a charge known only to ``width`` ends at the latest (excluded)."""
    if width == "month":
        return next_month(start)
    return start if width == "second" else start + _SPANS[width]


def next_month(start: datetime) -> datetime:
    year, before = divmod(start.year * 12 + start.month, 12)
    return start.replace(year=year, month=before + 1, day=1, hour=0, minute=0, second=0)


def month_start(month: str) -> datetime:
    """``2026-09`` → its first instant on the bill clock."""
    return datetime(int(month[:4]), int(month[5:7]), 1)


def period_bounds(every: str, key: str) -> tuple[datetime, datetime]:
    """Start (included) and end (excluded) of the period named by its ISO start ``key``."""
    if every == "month":
        start = month_start(key)
        return start, next_month(start)
    start = datetime.combine(date.fromisoformat(key), datetime.min.time())
    return start, start + timedelta(days=7 if every == "week" else 1)


def period_of(every: str, wall: datetime) -> str:
    """The period of a time, named by its ISO start: ``2026-09`` or ``2026-09-07``."""
    if every == "month":
        return f"{wall:%Y-%m}"
    day = wall - timedelta(days=wall.weekday()) if every == "week" else wall
    return f"{day:%Y-%m-%d}"


def period_before(every: str, key: str) -> str:
    """The period that ends where this one begins."""
    return period_of(every, period_bounds(every, key)[0] - timedelta(days=1))


def final_from(month: str, clock: tzinfo) -> datetime:
    """When a month's bill becomes final, as ``clock`` shows it: whatever clock a bill is read on,
    that is after 12:00 on the 3rd of the next month in UTC+8 (documented)."""
    noon = next_month(month_start(month)) + timedelta(days=2, hours=12)
    return Moment(noon, BILL_CLOCK).on(clock)


_CELL = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?|(\d{2})(\d{2})?)"
    r"(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)


def parse_cell(text: str, clock: tzinfo) -> tuple[datetime, str]:
    """The start of the time in a bill's cell, on the bill clock, and how wide it is.

    A time with an offset is moved to ``clock``. Of a period it is as wide as that is, and a month
    where it is wider than a day. Raises ValueError for an impossible date.
    """
    if UNTIL in text:
        begin, _, end = text.partition(UNTIL)
        return _parse_period(begin, end, clock)
    written = _CELL.fullmatch(text.strip()) if len(text) < 100 else None
    if not written:
        raise ValueError(text)
    year, month, day, month2, day2, hour, minute, second, zone = written.groups()
    month, day = month or month2, day or day2
    if hour is not None and day is None:
        raise ValueError(text)
    start = datetime(
        int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0)
    )
    if not 2000 <= start.year <= 2199:
        raise ValueError(text)
    if zone:
        start = Moment(start, parse_zone(zone)).on(clock)
    if day is None:
        return start, "month"
    if hour is None:
        return start, "day"
    return start, "second" if second is not None else "minute"


def _parse_period(begin: str, end: str, clock: tzinfo) -> tuple[datetime, str]:
    start, width = parse_cell(begin, clock)
    # On a clock without summer time, so that a day has its 24 hours.
    span = parse_cell(end, BILL_CLOCK)[0] - parse_cell(begin, BILL_CLOCK)[0]
    if span < timedelta(0):
        raise ValueError(end)
    spanned = next((known for known, most in _SPANS.items() if span <= most), "month")
    return start, max(width, spanned, key=WIDTHS.index)
