"""A cost report as a spreadsheet: one line per group and currency, usage beside it per unit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from govern.model.cost import PRICED_PER, CostReport, CostRow
from govern.model.document import Cell, Sheet

_NAMES = ("api_key_name", "workspace_name")
_PER = {Decimal(1): "", Decimal(1_000_000): "1M_", Decimal(10_000): "10k_"}


def sheet(report: CostReport) -> Sheet:
    """No line for totals: whoever sums a column would count it twice."""
    names = [name for name in _NAMES if any(name in row.names for row in report.rows)]
    units = sorted({used.unit for row in report.rows for used in row.usage}, key=_unit)
    columns = [*report.by, *names, "currency", "billed_cost", "list_cost", "taken_off"]
    columns += ["charges", "groups"]
    if report.months:
        columns += ["month", "month_before", "billed_cost_before", "change", "change_kind"]
    for unit in units:
        columns += [f"usage_{_unit(unit)}", f"effective_price_per_{_per(unit)}{_unit(unit)}"]
    return Sheet(columns, [_row(row, report.months, names, units) for row in report.rows])


def _row(
    row: CostRow,
    months: tuple[str, str] | None,
    names: Sequence[str],
    units: Sequence[str | None],
) -> list[Cell]:
    cells: list[Cell] = ["none" if value is None else value for _, value in row.values]
    if row.rest:
        cells = [None] * len(row.values)
    cells += [row.names.get(name) for name in names]
    cells += [row.currency, row.billed_cost, row.list_cost, row.taken_off]
    cells += [row.charges, row.rest or 1]
    if months:
        change = row.compare
        compared = (change.before, change.change, change.kind) if change else (None, None, None)
        cells += [months[1], months[0], *compared]
    usage = {used.unit: used for used in row.usage}
    for unit in units:
        used = usage.get(unit)
        cells += [used.quantity, used.price] if used else [None, None]
    return cells


def _unit(unit: str | None) -> str:
    return unit or "none"


def _per(unit: str | None) -> str:
    return _PER[PRICED_PER.get(unit or "", Decimal(1))]
