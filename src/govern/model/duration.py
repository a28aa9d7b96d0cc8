"""How long: ``48h``, ``15m``, ``7d``, ``30s``."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WRITTEN = re.compile(r"(\d{1,9})([smhd])", re.ASCII)
_MEANT = re.compile(r"(\d{1,9})\s*([smhd])(?:[a-z]*)", re.ASCII | re.IGNORECASE)

#: Keeps every sum of an instant and a duration inside the calendar.
LONGEST = timedelta(days=3660)


def parse_duration(text: str) -> timedelta:
    """Raises ValueError with the right spelling for all but a whole number and s, m, h or d."""
    written = _WRITTEN.fullmatch(text)
    if not written:
        meant = _MEANT.fullmatch(text.strip()) if len(text) < 100 else None
        raise ValueError(
            f"write {meant[1]}{meant[2].lower()}"
            if meant
            else "write a whole number and s, m, h or d, such as 48h"
        )
    duration = timedelta(**{_UNITS[written[2]]: int(written[1])})
    if duration > LONGEST:
        raise ValueError("longer than ten years")
    return duration
