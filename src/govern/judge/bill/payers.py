"""The horizon of each payer: a bill proves something only for the accounts it contains.

A month's own files are those with rows of it, unless their name tells another month; and an export
without any row whose name tells payer and month and of which the export instant is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from govern.bill.exported import About, about
from govern.judge.bill.horizon import Horizon, Month, Span
from govern.ledger import query
from govern.ledger.ledger import Ledger
from govern.model.clock import BILL_CLOCK, Moment, final_from, month_start, next_month

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Held:
    """A file of one payer and month: its last row of them, where it has any."""

    about: About
    exported: datetime | None
    last: datetime | None


def horizons(ledger: Ledger, as_of: datetime) -> dict[str | None, Horizon]:
    """By paying account: bills are exported by the one who pays."""
    by_payer: dict[str | None, dict[str, list[_Held]]] = {}
    for payer, month, held in _files(ledger):
        by_payer.setdefault(payer, {}).setdefault(month, []).append(held)
    spare = _days_without_rows(ledger, by_payer)
    return {
        payer: _horizon(
            [
                _Files(month, files, spare.get(payer, set()), as_of, ledger.clock)
                for month, files in sorted(months.items())
            ]
        )
        for payer, months in sorted(by_payer.items(), key=lambda item: item[0] or "")
    }


def _files(ledger: Ledger) -> Iterable[tuple[str | None, str, _Held]]:
    rows = query.held(ledger)
    known = {file.number: (about(file.name), file.exported_at) for file in ledger.files}
    own = {
        (payer, month) for file, payer, month, _ in rows if known[file][0].month in (None, month)
    }
    for file, payer, month, last in rows:
        about_file, exported = known[file]
        if about_file.month in (None, month):
            yield payer, month, _Held(about_file, exported, last)
        elif (payer, month) not in own:
            # Another month's export: what it was exported for says nothing of this one.
            yield payer, month, _Held(About(), None, last)
    filled = {file for file, *_ in rows}
    for number, (about_file, exported) in known.items():
        if number not in filled and about_file.payer and about_file.month and exported:
            yield about_file.payer, about_file.month, _Held(about_file, exported, None)


def _days_without_rows(ledger: Ledger, payers: Iterable[str | None]) -> dict[str | None, set[date]]:
    """Days of which a payer has a file that holds no row of it: nothing was charged."""
    every = list(payers)
    days: dict[str | None, set[date]] = {}
    for about_file in map(about, [*(file.name for file in ledger.files), *ledger.empty]):
        # Whose day a name without an account means is plain only where there is one payer.
        whose = about_file.payer if about_file.payer else every[0] if len(every) == 1 else None
        if about_file.day and (about_file.payer or len(every) == 1):
            days.setdefault(whose, set()).add(about_file.day)
    return days


class _Files:
    """The files of one payer and month, and what they show of it."""

    def __init__(
        self, month: str, held: Sequence[_Held], spare: set[date], as_of: datetime, clock: tzinfo
    ) -> None:
        self._whole = [file for file in held if file.about.day is None]
        self._daily = [file for file in held if file.about.day]
        start, end = month_start(month), next_month(month_start(month))
        self.name = month
        self.named = start, end
        self.days = sorted(
            {file.about.day for file in self._daily if file.about.day}
            | {day for day in spare if self._daily and f"{day:%Y-%m}" == month}
        )
        self.daily = bool(self._daily) and not self._whole
        # On another clock than the bill's both meanings of a month must be covered.
        self.start = max(start, Moment(start, BILL_CLOCK).on(clock))
        self.end = min(end, Moment(end, BILL_CLOCK).on(clock))
        self._final_from = final_from(month, clock)
        self._as_of = as_of

    def month(self) -> Month:
        exported = self._exported()
        last = max((file.last for file in (*self._whole, *self._daily) if file.last), default=None)
        start, end = self.start, self.end
        if self.daily:
            start, end = max(start, _midnight(self.days[0])), min(end, self._after_days())
        until = exported or last or start
        final = self._final(exported)
        return Month(self.name, start, end, until, bool(exported), final, self._ends())

    def _exported(self) -> datetime | None:
        """The latest known instant; of daily files the last one's: it is about its day only."""
        known = [file.exported for file in self._whole if file.exported]
        last = self.days[-1] if self.days else None
        known += [file.exported for file in self._daily if file.exported and file.about.day == last]
        return max(known, default=None)

    def _ends(self) -> tuple[Span, ...]:
        """Each day's end, and when its own file was exported: a day that wasn't over then, or
        hardly, isn't shown whole by what is known of later ones."""
        ends: dict[date, datetime] = {}
        for file in self._daily if self.daily else ():
            if file.about.day and file.exported:
                ends[file.about.day] = max(file.exported, ends.get(file.about.day, file.exported))
        return tuple((_midnight(day + _DAY), at) for day, at in sorted(ends.items()))

    def _final(self, exported: datetime | None) -> bool | None:
        if self._as_of < self._final_from or (exported and exported < self._final_from):
            return False
        if any(at <= self._final_from for _, at in self._ends()):
            return False
        whole = not self.daily or self._after_days() >= self.end
        return True if exported and exported > self._final_from and whole else None

    def _after_days(self) -> datetime:
        return _midnight(self.days[-1] + _DAY)

    def missing(self, *, first: bool, last: bool) -> Iterable[Span]:
        """What daily files leave out: between them, and up to the month's ends where it goes on."""
        if not self.days:
            return
        shown = max(
            (file.exported or file.last or self.start for file in self._whole), default=None
        )
        since = shown if shown is not None else None if first else self.start
        for day in self.days:
            start = _midnight(day)
            if since is not None and start > since:
                yield since, start
            since = max(since or start, start + _DAY)
        if since is not None and not last and self.daily and since < self.end:
            yield since, self.end


def _horizon(files: Sequence[_Files]) -> Horizon:
    months = [month.month() for month in files]
    gaps: list[Span] = []
    for at, month in enumerate(files):
        last = at == len(files) - 1
        gaps += month.missing(first=at == 0, last=last)
        if not last and month.named[1] < files[at + 1].named[0]:
            gaps.append((month.end, files[at + 1].start))
    return Horizon(months, tuple(_joined(gaps)))


def _joined(gaps: Iterable[Span]) -> list[Span]:
    """Gaps that touch are one."""
    joined: list[Span] = []
    for start, end in sorted(gaps):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
