"""What a bill can show of one payer, month by month.

Pure: nothing here knows a ledger. A month's own files show it up to the latest export instant that
is known of them, or, where none is known, up to their own last row; nothing else extends that. A
charge may arrive up to ``settle`` after the use, so silence is proved only that much before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from govern.model.clock import reach

#: How late a charge may come. The documented delays are far shorter; less is warned about.
SETTLE = timedelta(hours=48)

#: What is missing, from its start (included) to its end (excluded).
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Month:
    """One month of one payer (``name``: ``2026-09``), as far as its own files show it.

    ``start`` and ``end``: what the files are about; daily ones may be about a part of a month.
    ``until``: their latest known export instant (``exported``), else their own last row.
    ``final``: nothing can be added any more; None where nobody can tell. ``days``: of files of one
    day each, when the day ends and when its own file was exported, where that is known.
    """

    name: str
    start: datetime
    end: datetime
    until: datetime
    exported: bool = False
    final: bool | None = None
    days: tuple[Span, ...] = ()

    @property
    def shown(self) -> datetime:
        """Up to where it can show charges at all."""
        return min(self.until, self.end)

    @property
    def shown_width(self) -> str:
        """How exactly ``shown`` is known: a month whose last row stands at its start has no day."""
        return "month" if self.until == self.start and not self.exported else "second"

    def complete(self, settle: timedelta) -> datetime:
        """Up to where every charge had arrived."""
        if self.final:
            return self.end
        until = min(self.until - settle, self.end)
        return min([until, *(at - settle for end, at in self.days if at - settle < end)])

    def cut_short(self) -> str:
        """Why it shows less than its whole, though it is over."""
        if self.exported:
            return (
                f"{self.name} was exported on {self.until:%Y-%m-%d %H:%M}, before it was "
                "complete: export it again"
            )
        last = "" if self.shown_width == "month" else f", {self.until:%Y-%m-%d %H:%M}"
        return (
            f"{self.name} shows nothing after its own last row{last}, since nothing tells when it "
            "was exported: export it again, or say it with --exported-at"
        )


@dataclass(frozen=True)
class Horizon:
    """What a bill can show of one payer: ``months`` in their order, at least one.

    ``gaps``: what is missing between the first and the last of them.
    """

    months: Sequence[Month]
    gaps: Sequence[Span] = ()

    @property
    def start(self) -> datetime:
        return self.months[0].start

    @property
    def end(self) -> datetime:
        return self.months[-1].end

    @property
    def covered(self) -> datetime:
        """Up to where it can show charges at all."""
        return self.months[-1].shown

    @property
    def reach(self) -> str:
        """The same in words."""
        return f"the bill reaches {reach(self.covered, self.months[-1].shown_width)}"

    def lacking(self, since: datetime) -> str | None:
        """Why silence since ``since`` can't be proved by this bill, however late it is read."""
        if since < self.start:
            return f"the bill begins on {self.start:%Y-%m-%d}, after that: add the earlier months"
        for start, end in self.gaps:
            if end > since:
                return _missing(start, end)
        if since >= self.end:
            return f"the bill holds nothing since {self.end:%Y-%m-%d}: add {since:%Y-%m}"
        return None

    def hidden(self, start: datetime, end: datetime) -> str | None:
        """Why it doesn't show every charge up to ``end`` since ``start``; None if it does, but for
        charges that arrive late."""
        if start < self.start:
            return self.lacking(start)
        for first, last in self.gaps:
            if start < last and first < end:
                return _missing(first, last)
        for month in self.months:
            if start < month.end and month.start < end and month.shown < min(month.end, end):
                return month.cut_short()
        return self.lacking(self.end) if end > self.end else None

    def proved(self, since: datetime, settle: timedelta) -> datetime:
        """Until when silence since ``since`` is proved; before ``since`` if it isn't at all."""
        until = self.start
        for month in self._from(since):
            until = month.complete(settle)
            if until < month.end:
                break
        return min([until, *(start for start, end in self.gaps if end > since)])

    def early(self, since: datetime, settle: timedelta) -> str | None:
        """Which month is cut short, though it is over: later ones are there, or the export is."""
        for month in self._from(since):
            over = month is not self.months[-1] or month.until >= month.end
            if over and month.complete(settle) < month.end:
                return month.cut_short()
        return None

    def _from(self, since: datetime) -> Sequence[Month]:
        """The months from the one on in which ``since`` lies."""
        before = sum(1 for month in self.months if month.start <= since)
        return self.months[before - 1 :] if before else ()


def _missing(start: datetime, end: datetime) -> str:
    return f"the bill misses {start:%Y-%m-%d} to {end:%Y-%m-%d}: add it"
