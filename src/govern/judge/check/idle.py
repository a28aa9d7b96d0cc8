"""``idle_days``: for how many whole days a key or workspace of the inventory has had no charge.

They are counted up to where the bill shows every charge, not to ``as_of``: of what lies between,
nobody knows. What is disabled or gone is not idle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from govern.judge.bill.horizon import Horizon
from govern.judge.check.asked import Asked, Key
from govern.judge.check.figure import Excess, Figure, Figures
from govern.judge.check.sight import Sight
from govern.ledger import query
from govern.ledger.clauses import Clause
from govern.model.inventory import ApiKey, Inventory, Workspace

Values = tuple[str | None, ...]

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Listed:
    """A key or workspace of the inventory: what a policy may ask of it, and when it was made."""

    columns: Mapping[str, str | None]
    created: datetime | None = None

    def is_meant(self, values: Mapping[str, str | None]) -> bool:
        """Whether these are its values; one that the inventory doesn't tell may be any."""
        return all(self.columns[column] in (None, value) for column, value in values.items())


def silences(asked: Asked, observed: Mapping[Key, Decimal], sight: Sight) -> Figures:
    """A figure for each key or workspace that could be used."""
    del observed
    columns = asked.policy.columns
    uses = _last(asked, columns, asked.certain)
    own = _last(asked, columns, asked.of_its_subject)
    anybody = _last(asked, (), asked.of_any_subject).get(())
    payers: dict[str | None, list[str | None]] = {}
    for account, payer in query.ask(sight.ledger, ("sub_account_id", "billing_account_id"), ()):
        payers.setdefault(account, []).append(payer)
    figures, reasons = [], []
    for listed in _listed(asked, sight):
        known = [
            values
            for values in {**own, **uses}
            if listed.is_meant(dict(zip(columns, values, strict=True)))
        ]
        values = known[0] if known else tuple(listed.columns[column] for column in columns)
        account = dict(zip(columns, values, strict=True)).get("sub_account_id")
        account = account or listed.columns["sub_account_id"]
        bills = _bills(sight, payers.get(account, []) if account else list(sight.horizons))
        if not bills or (not account and len(bills) > 1):
            reasons.append(f"the bill holds nothing of account {account or 'unknown'}")
            continue
        last = max((uses[values] for values in known if values in uses), default=None)
        later = [own[values] for values in known if values in own] + ([anybody] if anybody else [])
        key = values, "", asked.measure.units[0]
        figures.append(_figure(key, _Silence(last, listed.created, later, sight.settle), bills))
    if not sight.directory.saw_all(None, None):
        reasons.append("the inventory doesn't show everything: what it doesn't list could be idle")
    return Figures(tuple(figures), tuple(dict.fromkeys(reasons)))


def _last(asked: Asked, columns: Sequence[str], clause: Clause) -> dict[Values, datetime]:
    """When the last charge of each subject was over at the latest."""
    rows = query.ask(asked.ledger, columns, [query.greatest(query.ENDS)], clause)
    return {tuple(values): last for *values, last in rows if last}


def _bills(sight: Sight, payers: Iterable[str | None]) -> list[Horizon]:
    return [sight.horizons[payer] for payer in payers if payer in sight.horizons]


def _listed(asked: Asked, sight: Sight) -> Iterable[_Listed]:
    keys, workspaces = sight.directory.keys.values(), sight.directory.workspaces.values()
    if "api_key_id" in asked.policy.columns:
        usable = [
            _key(key, inventory, sight)
            for key, inventory in keys
            if not (key.disabled or key.disabled_at or key.gone_at)
        ]
    else:
        usable = [
            _workspace(workspace, inventory)
            for workspace, inventory in workspaces
            if not workspace.gone_at
        ]
    for listed in usable:
        if all(
            condition.column not in listed.columns
            or condition.matches(listed.columns[condition.column])
            for condition in asked.policy.where
        ):
            yield listed


def _key(key: ApiKey, inventory: Inventory, sight: Sight) -> _Listed:
    workspace = sight.directory.workspace(key.workspace_id)
    return _Listed(
        {
            "sub_account_id": inventory.account_id,
            "region_id": key.region_id,
            "workspace_id": key.workspace_id,
            "api_key_id": key.api_key_id,
            "api_key_name": key.name,
            "workspace_name": workspace.name if workspace else None,
            "owner": sight.directory.owner(key.workspace_id, key.api_key_id),
        },
        key.created_at.on(sight.ledger.clock) if key.created_at else None,
    )


def _workspace(workspace: Workspace, inventory: Inventory) -> _Listed:
    return _Listed(
        {
            "sub_account_id": inventory.account_id,
            "region_id": workspace.region_id,
            "workspace_id": workspace.workspace_id,
            "workspace_name": workspace.name,
            "owner": workspace.owner,
        }
    )


@dataclass(frozen=True)
class _Silence:
    """One subject: when its ``last`` charge was over, if it has one, and when it was ``created``.

    ``later``: when charges were over that could be its own.
    """

    last: datetime | None
    created: datetime | None
    later: Sequence[datetime]
    settle: timedelta

    def since(self, bill: Horizon) -> datetime:
        return self.last or max(filter(None, (bill.start, self.created)))

    def days(self, bill: Horizon, since: datetime) -> Decimal:
        return Decimal(max((bill.proved(since, self.settle) - since) // _DAY, 0))

    def sure(self, bill: Horizon) -> Decimal:
        return self.days(bill, self.since(bill))

    def least(self, bill: Horizon) -> Decimal:
        """If what could be its own is."""
        return self.days(bill, max([self.since(bill), *self.later]))

    def hidden(self, bill: Horizon) -> str | None:
        """What the bill doesn't show of the time since."""
        since = self.since(bill)
        gaps = [start for start, end in bill.gaps if end > since]
        return bill.lacking(since) if gaps else bill.early(since, self.settle)

    def is_longer(self, bill: Horizon) -> bool:
        """Whether it may have begun before the bill does."""
        return not self.last and not (self.created and self.created >= bill.start)


def _figure(key: Key, silence: _Silence, bills: Sequence[Horizon]) -> Figure:
    """Of several payers' bills the one that shows least decides."""
    bill = min(bills, key=silence.sure)
    days, since = silence.sure(bill), silence.since(bill)
    wording = f"has had no charge for {days} days, since {since:%Y-%m-%d %H:%M}"
    if not silence.last:
        wording += " at least" if silence.is_longer(bill) else ", when it was made"
    hidden = next(filter(None, map(silence.hidden, bills)), None)
    longer = any(map(silence.is_longer, bills))
    unknown = "undecided: charges that could be of any key or workspace"
    if hidden or longer:
        unknown = f"needs a longer bill: {hidden or bill.lacking(bill.start - _DAY)}"
    least = None if hidden else min(map(silence.least, bills))
    return Figure(key, days, wording, _excess(least, None if hidden or longer else days), unknown)


def _excess(least: Decimal | None, most: Decimal | None) -> Excess:
    """In days; ``most`` is None where nothing bounds it."""

    def of(limit: Decimal) -> tuple[Decimal | None, Decimal]:
        return (
            None if least is None else least - limit,
            Decimal(1) if most is None else most - limit,
        )

    return of
