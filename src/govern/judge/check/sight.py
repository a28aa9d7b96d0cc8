"""What a run knows besides its ledger: values, inventory, and how far the bill shows each payer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from govern.judge.bill.horizon import SETTLE, Horizon
from govern.judge.bill.matching import Values
from govern.judge.bill.payers import horizons
from govern.ledger.ledger import Ledger
from govern.model.directory import Directory


@dataclass(frozen=True)
class Sight:
    """``as_of`` is naive, on the bill's clock. ``settle``: how late a charge may come."""

    ledger: Ledger
    as_of: datetime
    values: Values
    directory: Directory = field(default_factory=lambda: Directory(()))
    settle: timedelta = SETTLE

    @cached_property
    def horizons(self) -> dict[str | None, Horizon]:
        """By paying account; asked for once, and only if a policy minds it."""
        return horizons(self.ledger, self.as_of)
