"""What the ledger knows of each key and workspace: sums, and where to find their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from govern.judge.audit.use import Use
from govern.judge.bill.horizon import Horizon
from govern.ledger import query
from govern.ledger.clauses import (
    CHARGES,
    DAILY,
    FREE,
    MONTHLY,
    USAGE,
    filled,
    known,
)
from govern.ledger.ledger import Ledger
from govern.ledger.spans import IN_SPAN, PERHAPS_IN_SPAN, WITH_SPANS, spans
from govern.model.audit import SubjectCost
from govern.model.clock import WIDTHS

#: What tells subjects apart.
IDENTITY = {
    "api_key": ("sub_account_id", "workspace_id", "api_key_id"),
    "workspace": ("sub_account_id", "workspace_id"),
}

#: The values of the identity.
Identity = tuple[str | None, ...]


#: What a call can cost; of other services nobody's API key is the cause.
BY_CALL = ("inference", "batch", "web_search", "other")


@dataclass(frozen=True)
class Facts:
    """One subject. ``payers`` are the accounts whose bills show it.

    ``latest``: its last uses, one of each width. ``last_width``: how exactly ``last`` is known.
    ``free`` of its charges are use that cost nothing.
    """

    identity: Identity
    first: datetime
    last: datetime
    charges: int
    region_id: str | None
    payers: tuple[str | None, ...]
    models: tuple[str, ...]
    channels: tuple[str, ...]
    latest: tuple[Use, ...]
    last_width: str
    free: int
    costs: tuple[SubjectCost, ...]

    @property
    def place(self) -> tuple[str | None, str | None]:
        """Workspace and key; a workspace has no key."""
        return self.identity[1], self.identity[2] if len(self.identity) > 2 else None


def last_day(horizon: Horizon, by_day: bool) -> tuple[datetime, datetime]:
    """The last full 24 hours that the bill shows; a bill by day shows whole days."""
    end = horizon.covered
    if by_day:
        end = datetime.combine(end.date(), time())
    return end - timedelta(hours=24), end


def facts_of(
    ledger: Ledger, kind: str, windows: Mapping[str | None, tuple[datetime, datetime] | None]
) -> list[Facts]:
    """Every subject that has charges. ``windows``: the last full 24 hours, by paying account."""
    count = len(IDENTITY[kind])
    costs = _costs(ledger, kind, windows)
    widths = _latest(ledger, kind)
    rows = query.ask(
        ledger,
        IDENTITY[kind],
        (
            query.least("first"),
            query.greatest("last"),
            query.charges(),
            query.texts("region_id", filled("region_id")),
            query.texts("billing_account_id"),
            query.texts("model", filled("model")),
            query.texts("channel", known("channel")),
            query.charges(USAGE & FREE),
        ),
    )
    facts = []
    for row in rows:
        identity = tuple(row[:count])
        first, last, charges, regions, payers, models, channels, free = row[count:]
        latest = widths[identity]
        facts.append(
            Facts(
                identity=identity,
                first=first,
                last=last,
                charges=charges,
                region_id=regions[0] if regions and len(regions) == 1 else None,
                payers=tuple(sorted(payers, key=lambda payer: (payer is None, payer))),
                models=tuple(sorted(models or ())),
                channels=tuple(sorted(channels or ())),
                latest=tuple(latest.uses),
                last_width=latest.width,
                free=free,
                costs=tuple(costs[identity]),
            )
        )
    return facts


@dataclass
class _Latest:
    """When a subject's last charge was, how exactly that is known, and its last uses by width."""

    at: datetime
    width: str
    uses: list[Use]


def _latest(ledger: Ledger, kind: str) -> dict[Identity, _Latest]:
    rows = query.ask(
        ledger,
        (*IDENTITY[kind], "width"),
        (query.greatest("last"), query.greatest("last", USAGE), query.greatest(query.ENDS, USAGE)),
    )
    latest: dict[Identity, _Latest] = {}
    # Of two widths at one instant, the coarser one says less.
    for *identity, width, last, used, end in sorted(rows, key=lambda row: WIDTHS.index(row[-4])):
        known = latest.setdefault(tuple(identity), _Latest(last, width, []))
        if last >= known.at:
            known.at, known.width = last, width
        if used is not None:
            known.uses.append(Use(used, used, end, width))
    return latest


def _costs(
    ledger: Ledger, kind: str, windows: Mapping[str | None, tuple[datetime, datetime] | None]
) -> dict[Identity, list[SubjectCost]]:
    """Sums of all rows, and of those in the last full 24 hours."""
    shown = [(payer, *window) for payer, window in windows.items() if window]
    with spans(ledger, shown):
        rows = query.ask(
            ledger,
            (*IDENTITY[kind], "billing_currency"),
            (
                query.total("billed_cost"),
                query.total("billed_cost", IN_SPAN),
                query.groups(PERHAPS_IN_SPAN),
            ),
            source=WITH_SPANS,
        )
    costs: dict[Identity, list[SubjectCost]] = {}
    for *identity, currency, cost, per_day, unknown in rows:
        rate = None if unknown else per_day or Decimal(0)
        costs.setdefault(tuple(identity), []).append(SubjectCost(currency, cost, rate))
    return costs


def by_day(ledger: Ledger) -> dict[str | None, bool | None]:
    """By paying account: whether its charges are known to days; None if to months only."""
    rows = query.ask(ledger, ["billing_account_id"], (query.some(DAILY), query.every(MONTHLY)))
    return {payer: None if monthly else day for payer, day, monthly in rows}


def last_lines(
    ledger: Ledger, kind: str, identities: Iterable[Identity], most: int
) -> dict[int, Identity]:
    """Ledger groups that hold the last lines of each subject, its uses before all else."""
    wanted = set(identities)
    rows = query.first_of_each(
        ledger, IDENTITY[kind], ["id"], CHARGES, order=query.LATEST_USE, most=most
    )
    return {
        int(group): identity for *values, group in rows if (identity := tuple(values)) in wanted
    }
