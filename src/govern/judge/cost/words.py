"""Words and figures that the tables of a cost report share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from govern.model.cost import CostReport, CostRow
from govern.model.draw import bar
from govern.model.figures import EXACT, Figures
from govern.model.meaning import channel_label

_HEADS = {
    "api_key_id": "API key",
    "workspace_id": "workspace",
    "region_id": "region",
    "sub_account_id": "account",
    "billing_account_id": "payer",
    "instance_id": "Instance ID",
}
_NAMES = {"api_key_id": "api_key_name", "workspace_id": "workspace_name"}


def heads(by: Iterable[str]) -> list[str]:
    return [_HEADS.get(column, column.replace("_", " ")) for column in by]


def shown(column: str, value: str | None) -> str:
    """A value as people see it: one that isn't there is none."""
    if value is None:
        return "none"
    return channel_label(value) if column == "channel" else value or "(empty)"


def cells_of(row: CostRow, by: Sequence[str]) -> list[str]:
    """What a line is of: its values with their names, the rest, or the total."""
    if not row.values:
        return ["total", *([""] * (len(by) - 1))] if by else []
    if row.rest:
        return [f"{row.rest} more", *([""] * (len(by) - 1))]
    names = {column: row.names.get(name) for column, name in _NAMES.items()}
    return [
        f"{shown(column, value)} ({names[column]})" if names.get(column) else shown(column, value)
        for column, value in row.values
    ]


def currency_of(report: CostReport) -> str | None:
    """The currency, if there is only one: then a column's head says it."""
    currencies = {row.currency for row in (*report.rows, *report.totals)}
    return currencies.pop() if len(currencies) == 1 else None


def in_head(what: str, currency: str | None) -> str:
    return f"{what}, {currency}" if currency else what


def money(amount: Decimal, of: str, in_head: str | None, figures: Figures = EXACT) -> str:
    """An amount in the currency ``of``, unless the column's head says it already."""
    return figures.amount(amount) if in_head else figures.money(amount, of)


class Bars:
    """A bar per line, each currency measured by its own highest."""

    def __init__(self, lines: Iterable[tuple[str, Decimal]]) -> None:
        self._highest: dict[str, Decimal] = {}
        for currency, amount in lines:
            self._highest[currency] = max(amount, self._highest.get(currency, amount))

    def of(self, currency: str, amount: Decimal) -> str:
        return bar(amount, self._highest[currency])
