"""``collect bills``: a month's bill as the API tells it, one file a day, resumable, reconciled."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from govern.cloud import bss
from govern.cloud.client import Client
from govern.cloud.failure import CallFailed
from govern.cloud.paging import Row
from govern.cloud.pool import pool
from govern.collect.folder import Folder
from govern.model.clock import BILL_CLOCK, final_from, iso, month_start, next_month
from govern.model.exits import Exit
from govern.model.manifest import DayFile, Manifest, Month, Sums
from govern.model.money import EXACT, plain

#: The fields of a row that the official SDK names, in the order in which a file has them. Whatever
#: else an answer holds stands behind them.
FIELDS = (
    "BillingCycle", "BillAccountID", "BillAccountName", "OwnerID", "BillingDate",
    "SubscriptionType", "ProductCode", "ProductType", "ProductName", "ProductDetail",
    "CommodityCode", "PipCode", "Item", "ItemName", "BillingItem", "BillingItemCode",
    "BillingType", "BizType", "InstanceID", "NickName", "InstanceConfig", "InstanceSpec",
    "InternetIP", "IntranetIP", "Region", "Zone", "ResourceGroup", "Tag", "CostUnit",
    "ServicePeriod", "ServicePeriodUnit", "Usage", "UsageUnit", "ListPrice", "ListPriceUnit",
    "DeductedByResourcePackage", "PretaxGrossAmount", "InvoiceDiscount", "AfterDiscountAmount",
    "DeductedByCoupons", "PretaxAmount", "DeductedByCashCoupons", "DeductedByPrepaidCard",
    "PaymentAmount", "OutstandingAmount", "AdjustAmount", "CashAmount", "Currency",
)  # fmt: skip

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
    """What was done. ``asked``: how many days were read from the account in this run, ``kept``
    how many were here already."""

    manifest: Manifest
    months: Sequence[str]
    unread: list[Unread] = field(default_factory=list)
    asked: int = 0
    kept: int = 0

    @property
    def exit(self) -> Exit:
        """``partial`` where a day wasn't read, or a final month's rows don't sum to the account's
        own overview."""
        why = [f"{one.date or one.month}: {one.reason}" for one in self.unread]
        found = [self.manifest.month(name) for name in self.months]
        for month in found:
            if month and month.reconciled is False:
                rows, said = _told(month.totals), _told(month.overview)
                why.append(f"{month.month}: the rows sum to {rows}, the account says {said}")
        more = f" and {len(why) - 3} more" if len(why) > 3 else ""
        if why:
            return Exit("partial", "; ".join(why[:3]) + more)
        return Exit("clean", "all days were read")


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
        _month(client, account_id, name, folder, concurrency, progress, done)
    return done


def _month(
    client: Client,
    account_id: str,
    name: str,
    folder: Folder,
    concurrency: int,
    progress: Callable[[str], None],
    done: Collected,
) -> None:
    now = _now(client)
    known = done.manifest.month(name)
    if known is None or known.complete:
        if known and _is_over(known, done.manifest, folder):
            done.kept += 1
            return
        known = Month(name, started_at=iso(now, BILL_CLOCK))
        done.manifest = done.manifest.with_month(known)
    kept = {
        file.date: file
        for file in done.manifest.files
        if file.month == name
        and _instant(file.exported_at) >= _instant(known.started_at)
        and folder.holds(file)
    }
    done.kept += len(kept)
    days = [day for day in _days(name, now) if f"{day:%Y-%m-%d}" not in kept]
    with pool(client, concurrency) as threads:
        waiting = {threads.submit(_day, client, account_id, day): day for day in days}
        for number, future in enumerate(as_completed(waiting), 1):
            day = waiting[future]
            progress(f"{name}: {number} of {len(days)} days")
            try:
                exported_at, rows = future.result()
            except CallFailed as failed:
                done.unread.append(Unread(name, f"{day:%Y-%m-%d}", str(failed)))
                continue
            done.asked += 1
            file = _file(account_id, day, exported_at, rows)
            folder.write(file[0].path, file[1])
            done.manifest = done.manifest.with_file(file[0])
            folder.keep(done.manifest)
    _close(client, name, folder, done, now)


def _close(client: Client, name: str, folder: Folder, done: Collected, now: datetime) -> None:
    """Hold the month's rows against the account's own overview, to the last digit."""
    month = done.manifest.month(name)
    assert month is not None
    files = [file for file in done.manifest.files if file.month == name]
    totals = _together(file.totals for file in files)
    overview: Sums = {}
    reconciled: bool | None = None
    try:
        overview = _overview(bss.overview(client, name))
    except CallFailed as failed:
        done.unread.append(Unread(name, None, str(failed)))
    else:
        same = _nonzero(totals) == _nonzero(overview)
        reconciled = True if same else (False if now > final_from(name, BILL_CLOCK) else None)
    days_left = any(one.month == name for one in done.unread)
    if days_left:
        reconciled = None
    month = replace(
        month,
        complete=not days_left,
        rows=sum(file.rows for file in files),
        totals=totals,
        overview=overview,
        reconciled=reconciled,
    )
    done.manifest = done.manifest.with_month(month)
    folder.keep(done.manifest)


def _is_over(known: Month, manifest: Manifest, folder: Folder) -> bool:
    """Whether nothing of the month can change any more, and all of it is here."""
    final = final_from(known.month, BILL_CLOCK)
    files = [file for file in manifest.files if file.month == known.month]
    days = {f"{day:%Y-%m-%d}" for day in _days(known.month, final)}
    return (
        days == {file.date for file in files}
        and known.reconciled is not False
        and all(_instant(file.exported_at) > final and folder.holds(file) for file in files)
    )


def _day(client: Client, account_id: str, day: date) -> tuple[datetime, Sequence[Row]]:
    exported_at = _now(client)
    return exported_at, bss.instance_bill(client, day).rows


def _file(
    account_id: str, day: date, exported_at: datetime, rows: Sequence[Row]
) -> tuple[DayFile, bytes]:
    data = _csv(account_id, f"{day:%Y-%m}", rows)
    sums: dict[str, Decimal] = {}
    for row in rows:
        _add(sums, row, "PretaxAmount")
    return (
        DayFile(
            path=f"{account_id}_InstanceBill_{day:%Y%m%d}.csv",
            month=f"{day:%Y-%m}",
            date=f"{day:%Y-%m-%d}",
            rows=len(rows),
            sha256=hashlib.sha256(data).hexdigest(),
            exported_at=iso(exported_at, BILL_CLOCK),
            totals=sums,
        ),
        data,
    )


def _csv(account_id: str, month: str, rows: Sequence[Row]) -> bytes:
    """The rows in their order; each value as it came."""
    more = dict.fromkeys(name for row in rows for name in row if name not in FIELDS)
    header = [*FIELDS, *more]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        told = {"BillingCycle": month, "BillAccountID": account_id}
        told |= {name: _cell(value) for name, value in row.items() if value not in (None, "")}
        writer.writerow(told.get(name, "") for name in header)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: object) -> str:
    """A value of JSON as a cell: an amount with the digits that came, in plain notation."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (str, int)):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def _overview(rows: Iterable[Row]) -> dict[str, Decimal]:
    """What the account says of a month: payable, before the month's end was rounded down."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        _add(sums, row, "PretaxAmount")
        _add(sums, row, "RoundDownDiscount")
    return sums


def _add(sums: dict[str, Decimal], row: Row, name: str) -> None:
    currency = str(row.get("Currency") or "")
    amount = row.get(name)
    if amount in (None, ""):
        return
    sums[currency] = EXACT.add(sums.get(currency, Decimal(0)), Decimal(str(amount)))


def _together(parts: Iterable[Sums]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for part in parts:
        for currency, amount in part.items():
            sums[currency] = EXACT.add(sums.get(currency, Decimal(0)), amount)
    return sums


def _told(sums: Sums) -> str:
    return ", ".join(f"{plain(sum)} {currency}" for currency, sum in sorted(sums.items())) or "0"


def _nonzero(sums: Sums) -> dict[str, str]:
    return {currency: plain(amount) for currency, amount in sums.items() if amount}


def _days(month: str, now: datetime) -> list[date]:
    """The days of the month that have begun."""
    start = month_start(month)
    end = min(next_month(start), now)
    count = (end - start + timedelta(days=1) - timedelta(microseconds=1)).days
    return [(start + timedelta(days=at)).date() for at in range(max(count, 0))]


def _now(client: Client) -> datetime:
    """The account's time on the bill clock, to the second."""
    return client.clock.astimezone(BILL_CLOCK).replace(tzinfo=None, microsecond=0)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(BILL_CLOCK).replace(tzinfo=None)
