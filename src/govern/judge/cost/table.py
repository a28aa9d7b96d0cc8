"""The table of a cost report: what was spent and used, dearest first, with the total below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from govern.judge.cost.words import Bars, cells_of, currency_of, heads, in_head, money
from govern.model.cost import PRICED_PER, CostReport, CostRow, UsageSum
from govern.model.document import Section
from govern.model.figures import EXACT, Figures
from govern.model.money import plain
from govern.model.words import UNITS

_PER = {Decimal(10_000): "10k", Decimal(1_000_000): "1M"}


@dataclass(frozen=True)
class _Column:
    """A column, and what it shows of a row, of the rest below ``--top`` and of a total.

    ``spare``: when it is left out where there is no room, the lowest first; 0 never.
    """

    head: str
    cell: Callable[[CostRow], str]
    right: bool = False
    whole: bool = False
    spare: int = 0


def table(report: CostReport, figures: Figures = EXACT) -> Section:
    """A section without a heading; no rows where the report has none."""
    rows = [*_in_order(report), *report.totals] if report.by else report.totals
    columns = _columns(report, rows, figures)
    first = len(report.by)
    spare = {first + at: column.spare for at, column in enumerate(columns) if column.spare}
    return Section(
        "",
        columns=[*heads(report.by), *(column.head for column in columns)],
        rows=[
            [*cells_of(row, report.by), *(column.cell(row) for column in columns)]
            for row in (rows if report.rows else ())
        ],
        right=frozenset(at for at, column in enumerate(columns, first) if column.right),
        whole=frozenset(at for at, column in enumerate(columns, first) if column.whole),
        spare=sorted(spare, key=lambda at: spare[at]) if figures.cents else (),
    )


def _in_order(report: CostReport) -> Sequence[CostRow]:
    """Dearest first, or along time where nothing else is asked for."""
    if report.by not in (("day",), ("week",), ("month",)):
        return report.rows
    return sorted(report.rows, key=lambda row: (bool(row.rest), row.values[0][1] or "~"))


def _columns(report: CostReport, rows: Sequence[CostRow], figures: Figures) -> list[_Column]:
    """Those that say something of these rows."""
    currency = currency_of(report)
    bars = Bars((row.currency, row.billed_cost) for row in report.rows if not row.rest)

    def drawn(row: CostRow) -> str:
        return bars.of(row.currency, row.billed_cost) if row.values and not row.rest else ""

    columns = [
        _Column(
            in_head("cost", currency),
            lambda row: money(row.billed_cost, row.currency, currency, figures),
            right=True,
        ),
        _Column("", drawn, whole=True, spare=3),
    ]
    if report.months:
        columns += [
            _Column("before", lambda row: _before(row, currency, figures), right=True),
            _Column("change", lambda row: _change(row, figures), right=True),
            _Column("", lambda row: row.compare.kind if row.compare else ""),
        ]
    if says_list_cost(rows):
        columns += [
            _Column("list cost", lambda row: _number(row.list_cost, figures), right=True, spare=1),
            _Column("taken off", lambda row: _taken_off(row, figures), right=True, spare=2),
        ]
    columns.append(_Column("charges", lambda row: figures.count(row.charges), right=True, spare=6))
    return columns + _usage(rows, currency, figures)


def says_list_cost(rows: Sequence[CostRow]) -> bool:
    """Whether some row's list cost is another than its billed cost."""
    return any(row.list_cost is not None and row.list_cost != row.billed_cost for row in rows)


def units(rows: Sequence[CostRow]) -> list[str | None]:
    return sorted({used.unit for row in rows for used in row.usage}, key=lambda unit: unit or "")


def _usage(rows: Sequence[CostRow], currency: str | None, figures: Figures) -> list[_Column]:
    """Usage and effective price: under their unit if there is one unit only."""
    known = units(rows)
    if len(known) == 1 and known[0] in UNITS:
        per = _PER.get(PRICED_PER.get(known[0], Decimal(1)))
        priced = f"per {per}" if per else "each"
        return [
            _Column(
                known[0],
                lambda row: "".join(figures.count(used.quantity) for used in row.usage),
                right=True,
                spare=5,
            ),
            _Column(
                f"{currency} {priced}" if currency else priced,
                lambda row: "".join(_price(used, row, currency) for used in row.usage),
                right=True,
                spare=4,
            ),
        ]
    if not known:
        return []
    return [
        _Column(
            "usage", lambda row: "; ".join(_used(used, figures) for used in row.usage), spare=5
        ),
        _Column(
            "effective price",
            lambda row: "; ".join(_told_price(u, row) for u in row.usage),
            spare=4,
        ),
    ]


def _before(row: CostRow, currency: str | None, figures: Figures) -> str:
    return money(row.compare.before, row.currency, currency, figures) if row.compare else ""


def _change(row: CostRow, figures: Figures) -> str:
    if row.compare is None:
        return ""
    return ("+" if row.compare.change > 0 else "") + figures.amount(row.compare.change)


def _number(amount: Decimal | None, figures: Figures) -> str:
    return "" if amount is None else figures.amount(amount)


def _taken_off(row: CostRow, figures: Figures) -> str:
    if row.taken_off is None or row.list_cost is None:
        return ""
    if row.list_cost <= 0 or row.taken_off <= 0:
        return figures.amount(row.taken_off)
    share = (row.taken_off * 100 / row.list_cost).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{figures.amount(row.taken_off)} ({plain(share) if share else '<0.1'}%)"


def _used(usage: UsageSum, figures: Figures) -> str:
    return f"{figures.count(usage.quantity)} {usage.unit or '(no unit)'}"


def _price(usage: UsageSum, row: CostRow, currency: str | None) -> str:
    return "—" if usage.price is None else money(usage.price, row.currency, currency)


def _told_price(usage: UsageSum, row: CostRow) -> str:
    if usage.price is None:
        return "—"
    per = f"{_PER[usage.per]} " if usage.per in _PER else ""
    return f"{plain(usage.price)} {row.currency} per {per}{usage.unit or 'unit'}"
