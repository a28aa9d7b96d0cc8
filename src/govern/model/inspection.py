"""How a bill was read, before anything is judged: the document ``govern.bill/v1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from govern.model.bill import BillSummary
from govern.model.clock import iso
from govern.model.exits import Exit


@dataclass(frozen=True)
class Inspection:
    """``facts`` are fields of the document as they are, and plain: see :meth:`document`.

    ``as_of`` is naive, on the bill's clock.
    """

    version: str
    as_of: datetime
    bill: BillSummary
    facts: Mapping[str, Any]
    exit: Exit
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            "schema": "govern.bill/v1",
            "govern": self.version,
            "as_of": iso(self.as_of, self.bill.clock),
            "bill": self.bill.document(),
            **self.facts,
            "notes": list(self.notes),
            "exit": {"code": self.exit.code, "cause": self.exit.cause, "reason": self.exit.reason},
        }
