"""A verdict of before, and what became of each of its findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from govern.model.clock import iso
from govern.model.measure import PERCENT
from govern.model.money import EXACT, number, plain

if TYPE_CHECKING:
    from govern.model.finding import Finding

#: What became of a finding. The first four are findings of this run, the others the baseline's
#: alone: ``gone`` is no longer there, of ``unjudged`` this run can't say whether it is.
STATES = ("new", "grown", "shrunk", "same", "gone", "unjudged")


@dataclass(frozen=True)
class Mark:
    """What became of one finding. ``before`` is what the baseline observed, in the finding's unit.

    ``excused``: the baseline held it, waived. ``reason``: why it is ``unjudged``.
    """

    state: str
    before: Decimal | None = None
    excused: bool = False
    reason: str = ""

    def change(self, observed: Decimal) -> Decimal | None:
        """How much more is observed now; None where only one of the two runs has it."""
        if self.before is None or self.state not in ("grown", "shrunk", "same"):
            return None
        return EXACT.subtract(observed, self.before)

    def text(self, observed: Decimal, unit: str) -> str:
        """For people: ``new``, ``grown by 12.3 CNY``, ``gone``, ``not judged: …``."""
        change = self.change(observed)
        if change:
            # A change of a percentage is no percentage.
            points = "points" if unit == PERCENT else unit
            return f"{self.state} by {plain(abs(change))} {points}"
        return f"not judged: {self.reason}" if self.state == "unjudged" else self.state

    def document(self, observed: Decimal) -> dict[str, Any]:
        shown = {
            "state": self.state,
            "observed": number(self.before),
            "change": number(self.change(observed)),
        }
        return shown | ({"reason": self.reason} if self.state == "unjudged" else {})


@dataclass(frozen=True)
class Judged:
    """A policy as the baseline has it. ``digest`` is that of its rule, None where none is told."""

    outcome: str
    digest: str | None


@dataclass(frozen=True)
class Baseline:
    """A document of ``govern check``. ``as_of`` is aware, as it was written.

    ``accounts`` are those that paid for its bill; None where an older govern didn't tell them.
    ``distrust``: why the run as a whole wasn't to be believed; None where it was.
    """

    path: str
    as_of: datetime
    findings: tuple[Finding, ...]
    policies: Mapping[str, Judged]
    accounts: frozenset[str | None] | None
    distrust: str | None = None


@dataclass(frozen=True)
class Since:
    """This run against a baseline. ``past`` are findings that only the baseline has, marked.

    ``as_of`` is the baseline's, naive on the bill's clock. ``counts``: of each of :data:`STATES`.
    """

    path: str
    as_of: datetime
    counts: Mapping[str, int]
    past: tuple[Finding, ...] = ()

    @property
    def text(self) -> str:
        """``1 new, 2 grown, 3 same, 1 gone``; a state without a finding isn't told."""
        shown = [
            f"{self.counts[state]} {'not judged now' if state == 'unjudged' else state}"
            for state in STATES
            if self.counts[state]
        ]
        return ", ".join(shown) or "no finding in either"

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "path": self.path,
            "as_of": iso(self.as_of, clock),
            "counts": dict(self.counts),
            "past": [finding.document(clock) for finding in self.past],
        }
