"""``collect bills``: a month's bill as the API tells it, one file a day, resumable, reconciled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from govern.cloud import bss
from govern.cloud.client import Client
from govern.cloud.failure import CallFailed
from govern.cloud.pool import pool
from govern.collect import day as days_of
from govern.collect.folder import Folder
from govern.model.clock import BILL_CLOCK, final_from, iso, month_start, next_month
from govern.model.exits import Exit, partial
from govern.model.manifest import DayFile, Manifest, Month, Sums

#: The API looks back so far (documented).
MONTHS_BACK = 18


@dataclass(frozen=True)
class Unread:
    """A day, or a month's overview, that could not be read."""

    month: str
    date: str | None
    reason: str


@dataclass
class Collected:
    """What was done. ``read``: how many days were read from the account in this run, ``kept``
    how many were here already."""

    manifest: Manifest
    months: Sequence[str]
    unread: list[Unread] = field(default_factory=list)
    read: int = 0
    kept: int = 0

    @property
    def nothing(self) -> bool:
        """Whether days were asked for, and none could be read."""
        return bool(self.unread) and not self.read and not self.kept

    @property
    def exit(self) -> Exit:
        """``partial`` where a day wasn't read, or a final month's rows don't sum to the account's
        own overview."""
        why = [f"{unread.date or unread.month}: {unread.reason}" for unread in self.unread]
        months = [self.manifest.month(name) for name in self.months]
        for month in months:
            if month and month.reconciled is False:
                rows, said = days_of.in_words(month.totals), days_of.in_words(month.overview)
                why.append(f"{month.month}: the rows sum to {rows}, the account says {said}")
        return partial(why, otherwise="all days were read")


def collect(
    client: Client,
    account_id: str,
    months: Sequence[str],
    folder: Folder,
    concurrency: int,
    progress: Callable[[str], None],
) -> Collected:
    """Read these months into the folder, file by file. Raises ``file`` for what can't be
    written."""
    done = Collected(folder.manifest(account_id), months)
    for name in months:
        _Month(client, account_id, name, folder, done).collect(concurrency, progress)
    return done


@dataclass
class _Month:
    """One month of one run."""

    client: Client
    account_id: str
    name: str
    folder: Folder
    done: Collected

    def collect(self, concurrency: int, progress: Callable[[str], None]) -> None:
        now = now_of(self.client)
        kept = self._kept(now)
        self.done.kept += len(kept)
        wanted = [day for day in _days(self.name, now) if f"{day:%Y-%m-%d}" not in kept]
        known = self.done.manifest.month(self.name)
        if known and known.complete and not wanted:
            return
        with pool(self.client, concurrency) as threads:
            waiting = {threads.submit(self._day, day): day for day in wanted}
            for number, future in enumerate(as_completed(list(waiting)), 1):
                day = waiting.pop(future)
                progress(f"{self.name}: {number} of {len(wanted)} days")
                try:
                    file, data = future.result()
                except CallFailed as failed:
                    self.done.unread.append(Unread(self.name, f"{day:%Y-%m-%d}", str(failed)))
                    continue
                self.done.read += 1
                self.folder.write(file.path, data)
                self.done.manifest = self.done.manifest.with_file(file)
                self.folder.keep(self.done.manifest)
        if not self.done.nothing:
            self._close(now)

    def _kept(self, now: datetime) -> Mapping[str, DayFile]:
        """The days that need not be asked for again, by date; else the month begins anew."""
        known = self.done.manifest.month(self.name)
        files = [file for file in self.done.manifest.files if file.month == self.name]
        if known and known.complete:
            final = final_from(self.name, BILL_CLOCK)
            if files and all(_instant(file.exported_at) > final for file in files):
                return {file.date: file for file in files if self.folder.holds(file)}
        if known is None or known.complete:
            begun = Month(self.name, started_at=iso(now, BILL_CLOCK))
            self.done.manifest = self.done.manifest.with_month(begun)
            return {}
        return {
            file.date: file
            for file in files
            if _instant(file.exported_at) >= _instant(known.started_at) and self.folder.holds(file)
        }

    def _day(self, day: date) -> tuple[DayFile, bytes]:
        """The day's file; its export instant is the one before its first request."""
        exported_at = now_of(self.client)
        rows = bss.instance_bill(self.client, day).rows
        text = days_of.csv_of(self.account_id, f"{day:%Y-%m}", rows)
        data = text.encode("utf-8", "backslashreplace")
        file = DayFile(
            path=f"{self.account_id}_InstanceBill_{day:%Y%m%d}.csv",
            month=f"{day:%Y-%m}",
            date=f"{day:%Y-%m-%d}",
            rows=len(rows),
            sha256=hashlib.sha256(data).hexdigest(),
            exported_at=iso(exported_at, BILL_CLOCK),
            totals=days_of.sums_of(rows, "PretaxAmount"),
        )
        return file, data

    def _close(self, now: datetime) -> None:
        """Hold the month's rows against the account's own overview, to the last digit."""
        month = self.done.manifest.month(self.name)
        assert month is not None
        files = [file for file in self.done.manifest.files if file.month == self.name]
        totals = days_of.together(file.totals for file in files)
        overview: Sums = {}
        try:
            said = bss.overview(self.client, self.name)
            overview = days_of.sums_of(said, "PretaxAmount", "RoundDownDiscount")
        except CallFailed as failed:
            self.done.unread.append(Unread(self.name, None, str(failed)))
        whole = not any(unread.month == self.name for unread in self.done.unread)
        reconciled: bool | None = None
        if whole:
            final = final_from(self.name, BILL_CLOCK)
            is_final = now > final and all(_instant(file.exported_at) > final for file in files)
            reconciled = True if days_of.same(totals, overview) else False if is_final else None
        month = replace(
            month,
            complete=whole,
            rows=sum(file.rows for file in files),
            totals=totals,
            overview=overview,
            reconciled=reconciled,
        )
        self.done.manifest = self.done.manifest.with_month(month)
        self.folder.keep(self.done.manifest)


def _days(month: str, now: datetime) -> list[date]:
    """The days of the month that have begun, on the bill clock."""
    start = month_start(month)
    days = (next_month(start) - start).days
    begins = (start + timedelta(days=at) for at in range(days))
    return [day.date() for day in begins if day <= now]


def now_of(client: Client) -> datetime:
    """The account's time on the bill clock, to the second that has begun."""
    return client.clock.astimezone(BILL_CLOCK).replace(tzinfo=None, microsecond=0)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(BILL_CLOCK).replace(tzinfo=None)
