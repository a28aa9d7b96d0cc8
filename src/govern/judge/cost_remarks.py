"""What stands beside the sums: names, trends, and what the figures don't say by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from govern.judge.grouping import TIMES, Key, columns, hidden
from govern.judge.matching import Clause, Values
from govern.ledger.ledger import Ledger
from govern.model.cost import CostRow
from govern.model.inventory import Directory
from govern.model.money import plain
from govern.model.policy import Condition
from govern.model.text import shorten

#: Tables of more rows are read by programs; a trend of each would only cost time.
_MOST_TRENDS = 200


def named(rows: Iterable[CostRow], directory: Directory) -> Iterable[CostRow]:
    """Names beside ids, where an inventory knows them and they weren't asked for anyway."""
    for row in rows:
        values = dict(row.values)
        names: dict[str, str | None] = {}
        if directory and not row.rest:
            workspace_id = values.get("workspace_id")
            if values.get("api_key_id") and "workspace_id" in values:
                key = directory.key(workspace_id, values["api_key_id"])
                names["api_key_name"] = key.name if key else None
            if workspace_id:
                workspace = directory.workspace(workspace_id)
                names["workspace_name"] = workspace.name if workspace else None
        yield replace(row, names={k: v for k, v in names.items() if k not in values})


def with_trends(
    ledger: Ledger, by: Sequence[str], clause: Clause, rows: Iterable[CostRow]
) -> Iterable[CostRow]:
    """Each row's cost over time, in equal steps of a day, a week, or a month."""
    rows = list(rows)
    if len(rows) > _MOST_TRENDS or any(column in TIMES for column in by):
        return rows
    days = ledger.query(
        f"SELECT min(first), max(first) FROM ledger WHERE width <> 'month' AND {clause.sql}",
        clause.parameters,
    )
    first, last = days[0]
    if first is None or last - first < timedelta(days=2):
        return rows
    span = (last.date() - first.date()).days
    every = 1 if span <= 31 else 7 if span <= 220 else 31
    found = ledger.query(
        f"SELECT {columns(by)}billing_currency, "
        f"date_diff('day', ?::TIMESTAMP, first) // {every}, sum(billed_cost) "
        f"FROM ledger WHERE width <> 'month' AND {clause.sql} GROUP BY ALL",
        (first, *clause.parameters),
    )
    trends: dict[Key, list[Decimal]] = {}
    for *values, currency, step, billed in found:
        trend = trends.setdefault((tuple(values), currency), [Decimal(0)] * (span // every + 1))
        trend[step] = billed
    return [
        row
        if row.rest
        else replace(
            row,
            trend=tuple(trends.get((tuple(value for _, value in row.values), row.currency), ())),
        )
        for row in rows
    ]


def notes(
    ledger: Ledger, by: Sequence[str], where: Sequence[Condition], values: Values
) -> Iterable[str]:
    """What the figures don't say by themselves."""
    filtered = any(hidden(condition.column) for condition in where)
    grouped = [column for column in by if hidden(column)]
    if filtered or grouped:
        unparsed = _count(ledger, "unparsed")
        if unparsed and filtered:
            yield (
                f"{unparsed} with an Instance ID of no known layout left out: what they "
                "would match isn't known."
            )
        elif unparsed:
            yield (
                f"{unparsed} with an Instance ID of no known layout: their "
                f"{', '.join(grouped)} {'is' if len(grouped) == 1 else 'are'} not known (null)."
            )
    monthly = [column for column in by if column in ("day", "week")]
    told = _count(ledger, "width = 'month'") if monthly else ""
    if told:
        without_time = " and no ".join(monthly)
        yield f"{told} are known to their month only: they have no {without_time} (null)."
    for column, what in (("list_cost", "list cost"), ("usage", "usage")):
        without = [file.name for file in ledger.files if column not in file.fields]
        if without:
            yield f"No {what} in {', '.join(map(shorten, without))}."
    named = [one for one in where if one.column not in TIMES]
    unmatched = values.unmatched(named)
    if unmatched:
        yield f"Not in this bill: {', '.join(map(shorten, unmatched))}."


def _count(ledger: Ledger, where: str) -> str:
    """``3 charges (1.2 CNY)``, or nothing if there are none."""
    rows = ledger.query(
        "SELECT billing_currency, sum(charges)::BIGINT, sum(billed_cost) FROM ledger "
        f"WHERE kind = 'charge' AND {where} GROUP BY 1 ORDER BY 1"
    )
    if not rows:
        return ""
    count = sum(row[1] for row in rows)
    costs = ", ".join(f"{plain(row[2])} {row[0]}" for row in rows)
    return f"{count} charge{'s' if count > 1 else ''} ({costs})"
