"""When a call is made again: pure decisions, no clock and no socket."""

from __future__ import annotations

from collections.abc import Mapping

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

    What the service asks for (Retry-After) goes first, up to a minute.
    """
    asked = headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        return min(float(asked), _LONGEST_WAIT)
    doubled = _FIRST_WAIT * 2.0 ** (attempt - 1)
    return float(doubled * (0.5 + jitter / 2))
