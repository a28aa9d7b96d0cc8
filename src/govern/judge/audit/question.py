"""What an audit is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from govern.judge.audit.delays import GRACE, WINDOW, Delays
from govern.judge.bill.horizon import SETTLE
from govern.model.clock import Moment
from govern.model.directory import Directory
from govern.model.journal import Journal


@dataclass(frozen=True)
class Question:
    """What is asked. The durations come as they were written and as what they mean.

    ``stopped_at``: the known stops, ``KEY``, ``WORKSPACE/KEY`` or ``WORKSPACE/`` with an instant.
    ``still_charging``: only what still costs. ``evidence``: lines per subject. ``journal``: what
    ``apply`` did.
    """

    as_of: datetime
    window: tuple[str, timedelta] = ("24h", WINDOW)
    settle: tuple[str, timedelta] = ("48h", SETTLE)
    grace: tuple[str, timedelta] = ("15m", GRACE)
    stopped_at: tuple[tuple[str, Moment], ...] = ()
    still_charging: bool = False
    fail_on: str = "low"
    max_rejects: int = 0
    max_bill_age: timedelta | None = None
    evidence: int = 3
    directory: Directory = field(default_factory=lambda: Directory(()))
    journal: Journal | None = None

    @property
    def delays(self) -> Delays:
        return Delays(self.settle[1], self.grace[1], self.window[1])
