"""How late a charge may come, how long after a stop one is residual, and what still charges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from govern.judge.bill.horizon import SETTLE

GRACE = timedelta(minutes=15)
WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class Delays:
    """How long a charge may take to arrive, and how long after a stop one is residual."""

    settle: timedelta = SETTLE
    grace: timedelta = GRACE
    window: timedelta = WINDOW


def short_settle(written: str, settle: timedelta) -> list[str]:
    """A warning where less is believed than the documented delays ask for, as it was written."""
    if settle >= SETTLE:
        return []
    return [
        f"settle is {written}, less than 48h: a charge that arrives later than that makes a proof "
        "wrong."
    ]
