"""An audit as a spreadsheet: a line per API key, then one per workspace; money per currency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from govern.model.audit import After, Audited, AuditReport, SubjectCost
from govern.model.document import Cell, Sheet

_COLUMNS = (
    "subject",
    "state",
    "api_key_id",
    "api_key_name",
    "workspace_id",
    "workspace_name",
    "owner",
    "region_id",
    "sub_account_id",
    "reason",
    "first_charge",
    "last_charge",
    "charges",
    "models",
    "channels",
    "stopped_at",
    "stop_source",
    "proved_until",
    "look_again_at",
    "bill_file",
    "bill_line",
)

#: Each of them once per currency, named ``billed_cost_CNY``.
_PER_CURRENCY = (
    "billed_cost",
    "per_day",
    "billed_cost_after_stop",
    "charges_after_stop",
    "first_charge_after_stop",
)


def sheet(report: AuditReport) -> Sheet:
    """Workspaces hold their keys: whoever sums a column picks one kind of ``subject`` first."""
    subjects = [*report.keys, *report.workspaces]
    paid = {cost.currency for subject in subjects for cost in subject.costs}
    leaked = {leak.currency for subject in subjects for leak in subject.charges_after}
    currencies = sorted(paid | leaked)
    return Sheet(
        [
            *_COLUMNS,
            *(f"{name}_{currency}" for name in _PER_CURRENCY for currency in currencies),
        ],
        [[*_row(subject), *_money(subject, currencies)] for subject in subjects],
    )


def _row(subject: Audited) -> list[Cell]:
    # What charges don't carry has a word that policies know too; an inventory may just not say it.
    no_word = "none" if subject.charges else None
    line = subject.evidence[0][0] if subject.evidence else None
    return [
        subject.kind,
        subject.state,
        None if subject.kind == "workspace" else _or(subject.api_key_id, no_word),
        subject.api_key_name,
        _or(subject.workspace_id, no_word),
        subject.workspace_name,
        subject.owner,
        subject.region_id,
        subject.sub_account_id,
        subject.reason,
        _time(subject.first_charge),
        _time(subject.last_charge),
        subject.charges,
        "; ".join(subject.models),
        "; ".join(subject.channels),
        _time(subject.stopped_at),
        subject.stop_source.lstrip("-") if subject.stop_source else None,
        _time(subject.proved_until),
        _time(subject.look_again_at),
        line.path if line else None,
        line.line if line else None,
    ]


def _money(subject: Audited, currencies: Sequence[str]) -> list[Cell]:
    costs = {cost.currency: cost for cost in subject.costs}
    after = {leak.currency: leak for leak in subject.charges_after}
    by_currency = [_in_one_currency(costs.get(code), after.get(code)) for code in currencies]
    return [cell for cells in zip(*by_currency, strict=True) for cell in cells]


def _in_one_currency(cost: SubjectCost | None, leak: After | None) -> list[Cell]:
    """In the order of ``_PER_CURRENCY``."""
    paid: list[Cell] = [cost.billed_cost, cost.per_day] if cost else [None, None]
    if leak is None:
        return [*paid, None, None, None]
    return [*paid, leak.billed_cost, leak.charges, _time(leak.first_charge)]


def _or(value: str | None, word: str | None) -> str | None:
    return word if value is None else value


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant:%Y-%m-%d %H:%M:%S}"
