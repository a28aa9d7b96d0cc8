"""What a bill can show, account by account: a bill proves something only for its own accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time

from govern.bill.exported import day_of
from govern.judge.silence import Horizon
from govern.ledger.ledger import Ledger
from govern.model.bill import BillSummary
from govern.model.clock import month_start, next_month


def horizons(ledger: Ledger, bill: BillSummary) -> dict[str | None, Horizon]:
    """By paying account: bills are exported by the one who pays."""
    rows = ledger.query(
        "SELECT billing_account_id, month, max(last), list(DISTINCT file) FROM ledger "
        "WHERE kind IN ('charge', 'other') GROUP BY 1, 2 ORDER BY 1, 2"
    )
    accounts: dict[str | None, list[tuple[datetime, datetime, list[int]]]] = {}
    for account, month, last, files in rows:
        accounts.setdefault(account, []).append((month_start(month), last, files))
    final = frozenset(month_start(month) for month, is_final in bill.months if is_final)
    exports = {file.number: file.exported_at for file in ledger.files}
    found = {}
    for account, months in accounts.items():
        starts = [start for start, _, _ in months]
        known = [exports[file] for _, _, files in months for file in files]
        reach = max([last for _, last, _ in months] + [one for one in known if one])
        found[account] = Horizon(
            start=_first_day(ledger) or starts[0],
            end=next_month(starts[-1]),
            reach=reach,
            gaps=(*bill.gaps, *_missing(starts)),
            final=final & frozenset(starts),
            exported=_exported(months, exports),
        )
    return found


def _first_day(ledger: Ledger) -> datetime | None:
    """The first day of a bill that is all daily files."""
    days = [day_of(file.name) for file in ledger.files]
    known = [day for day in days if day]
    return datetime.combine(min(known), time()) if days and len(known) == len(days) else None


def _missing(starts: list[datetime]) -> Iterable[tuple[datetime, datetime]]:
    """Months of which the account has nothing, between months of which it has."""
    for one, other in zip(starts, starts[1:], strict=False):
        if next_month(one) < other:
            yield next_month(one), other


def _exported(
    months: list[tuple[datetime, datetime, list[int]]],
    exports: Mapping[int, datetime | None],
) -> dict[datetime, datetime]:
    """When each month was last exported, where that is known of all of its files."""
    found = {}
    for start, _last, files in months:
        known = [exported for file in files if (exported := exports[file])]
        if len(known) == len(files):
            found[start] = max(known)
    return found
