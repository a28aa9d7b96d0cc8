"""When a call is made again: pure decisions, no clock and no socket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

#: At most so many attempts, and so many seconds in all, for one call.
ATTEMPTS = 6
SECONDS = 120.0

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 60.0
_PASSING = ("InternalError", "ServiceUnavailable")


def throttled(status: int | None, code: str | None) -> bool:
    """Nothing was carried out: the service says that there were too many calls."""
    return status == 429 or (code or "").startswith("Throttling")


def passing(status: int | None, code: str | None) -> bool:
    """Whether the same read may succeed a little later."""
    return throttled(status, code) or (status or 0) >= 500 or (code or "") in _PASSING


def wait(attempt: int, headers: Mapping[str, str], jitter: float) -> float:
    """Seconds before the attempt after ``attempt`` (from 1). ``jitter`` lies between 0 and 1.

    What the service asks for (Retry-After, in seconds or as a date) goes first, up to a minute.
    """
    seconds = _retry_after(headers)
    if seconds is not None:
        return min(seconds, _LONGEST_WAIT)
    doubled = _FIRST_WAIT * 2.0 ** (attempt - 1)
    return float(doubled * (0.5 + jitter / 2))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    until, sent = instant(text), instant(headers.get("date", ""))
    return max(until - sent, 0.0) if until is not None and sent is not None else None


def instant(text: str) -> float | None:
    """A date of a header, in seconds since 1970; None for one that can't be meant."""
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    if not 2020 <= date.year < 2100:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
