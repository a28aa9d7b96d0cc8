"""A cost report in words and figures: the table with its total, then how far the bill reaches."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from govern.judge.cost_sheet import sheet
from govern.judge.narrative import bill_section, reject_sections
from govern.model.cost import PRICE_DIGITS, CostReport, CostRow, CostTotal, UsageSum
from govern.model.document import Document, Section
from govern.model.draw import bar, sparkline
from govern.model.meaning import channel_label
from govern.model.money import EXACT, plain
from govern.policy.asked import TIMES

_HEADS = {
    "api_key_id": "API key",
    "workspace_id": "workspace",
    "region_id": "region",
    "sub_account_id": "account",
    "billing_account_id": "payer",
    "instance_id": "Instance ID",
}

_PER = {Decimal(1_000_000): "1M", Decimal(10_000): "10k"}


def document(report: CostReport) -> Document:
    """The report as formats see it."""
    payload = report.document()
    return Document(
        payload,
        lambda: sections(report),
        report.exit,
        records=payload["rows"],
        sheet=lambda: sheet(report),
    )


def sections(report: CostReport) -> list[Section]:
    return [
        _table(report),
        bill_section(report.bill, report.as_of),
        *reject_sections(report.bill),
    ]


def _heading(report: CostReport) -> str:
    told = ", ".join(f"{plain(t.billed_cost)} {t.currency}" for t in report.totals)
    charges = sum(total.charges for total in report.totals)
    what = f"{told or 'Nothing'}: {charges} charges"
    if report.months:
        what += f" in {report.months[1]}, compared with {report.months[0]}"
    if report.exit.code:
        word = "NOT JUDGED" if report.exit.code == 3 else "NOT TRUSTED"
        return f"{word}: {report.exit.reason} (exit code {report.exit.code}). {what}"
    return what


def _table(report: CostReport) -> Section:
    rows = _in_order(report)
    largest: dict[str, Decimal] = {}
    for row in rows:
        if not row.rest:
            largest[row.currency] = max(largest.get(row.currency, Decimal(0)), row.billed_cost)
    priced = any(row.usage for row in rows)
    listed = any(row.list_cost is not None for row in rows)
    trends = any(row.trend for row in rows)
    columns = [*(_HEADS.get(column, column.replace("_", " ")) for column in report.by), "cost", ""]
    right = {len(report.by)}
    if report.months:
        right |= {len(columns), len(columns) + 1}
        columns += ["before", "change", ""]
    if listed:
        right |= {len(columns), len(columns) + 1}
        columns += ["at list price", "taken off"]
    right.add(len(columns))
    columns.append("charges")
    if priced:
        columns += ["usage", "effective price"]
    if trends:
        columns.append("trend")
    shape = (bool(report.months), listed, priced, trends)
    body = [
        [
            *_values(row, report.by),
            _money(row.billed_cost, row.currency),
            "" if row.rest else bar(row.billed_cost, largest[row.currency]),
            *_figures(row, shape),
        ]
        for row in rows
    ]
    empty = [""] * (len(report.by) - 1)
    body += [
        [
            *(["total", *empty] if report.by else []),
            _money(total.billed_cost, total.currency),
            "",
            *_figures(total, shape),
        ]
        for total in report.totals
    ]
    return Section(
        _heading(report),
        sentences=[*report.notes, *_rounding(priced, listed)],
        columns=columns,
        rows=body if report.rows else (),
        right=frozenset(right),
        whole=frozenset({len(report.by) + 1, *([len(columns) - 1] if trends else [])}),
    )


def _rounding(priced: bool, listed: bool) -> list[str]:
    said = []
    if priced:
        said.append(
            "Effective price is billed cost by usage, rounded half up to "
            f"{PRICE_DIGITS} digits; all other amounts are exact."
        )
    if listed:
        said.append(
            "Taken off is what discounts, coupons, plans and rounding made of the list price; "
            "its percentage is rounded to one decimal."
        )
    return said


def _in_order(report: CostReport) -> list[CostRow]:
    """Dearest first, or along time where it is grouped by time."""
    times = [at for at, column in enumerate(report.by) if column in TIMES]
    if not times:
        return list(report.rows)
    rest = [row for row in report.rows if row.rest]
    shown = [row for row in report.rows if not row.rest]
    return [*sorted(shown, key=lambda row: [row.values[at][1] or "" for at in times]), *rest]


def _values(row: CostRow, by: Sequence[str]) -> list[str]:
    if row.rest:
        return [f"{row.rest} more", *([""] * (len(by) - 1))] if by else []
    shown = []
    for column, value in row.values:
        name = row.names.get({"api_key_id": "api_key_name"}.get(column, "workspace_name"))
        if column not in ("api_key_id", "workspace_id"):
            name = None
        text = channel_label(value) if column == "channel" and value else value
        told = "none" if text is None else text or "(empty)"
        shown.append(f"{told} ({name})" if name else told)
    return shown


def _figures(row: CostRow | CostTotal, shape: tuple[bool, bool, bool, bool]) -> list[str]:
    compared, listed, priced, trends = shape
    cells = []
    if compared:
        change = row.compare
        cells += (
            [_money(change.before, row.currency), _signed(change.change), change.kind]
            if change
            else ["", "", ""]
        )
    if listed:
        cells += [
            "" if row.list_cost is None else plain(row.list_cost),
            _taken_off(row.list_cost, row.billed_cost),
        ]
    cells.append(str(row.charges))
    usage = row.usage if isinstance(row, CostRow) else ()
    if priced:
        cells += ["; ".join(map(_used, usage)), "; ".join(_price(u, row.currency) for u in usage)]
    if trends:
        cells.append(sparkline(row.trend) if isinstance(row, CostRow) else "")
    return cells


def _money(amount: Decimal, currency: str) -> str:
    return f"{plain(amount)} {currency}"


def _signed(amount: Decimal) -> str:
    return ("+" if amount > 0 else "") + plain(amount)


def _taken_off(listed: Decimal | None, billed: Decimal) -> str:
    if listed is None:
        return ""
    off = EXACT.subtract(listed, billed)
    if listed <= 0 or not off:
        return plain(off)
    share = (off * 100 / listed).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{plain(off)} ({plain(share) if share else '<0.1'}%)"


def _used(usage: UsageSum) -> str:
    return f"{plain(usage.quantity)} {usage.unit or '(no unit)'}"


def _price(usage: UsageSum, currency: str) -> str:
    if usage.price is None:
        return "—"
    per = "" if usage.per == 1 else f"{_PER.get(usage.per, plain(usage.per))} "
    return f"{plain(usage.price)} {currency} per {per}{usage.unit or 'unit'}"
