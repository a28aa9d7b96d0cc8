"""Cost over time, for people: periods down and groups across, or a sparkline per group."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from govern.judge.cost.grouping import TIMES
from govern.judge.cost.words import Bars, cells_of, currency_of, heads, in_head, money, shown
from govern.model.cost import CostReport, CostRow
from govern.model.document import Section
from govern.model.draw import sparkline
from govern.model.figures import EXACT, Figures
from govern.model.money import add

#: More groups than these don't fit beside each other.
_MOST_ACROSS = 8
_WIDEST_HEAD = 24
#: More sparklines than these nobody looks at.
_MOST_TRENDS = 30


def fits_across(report: CostReport) -> bool:
    """Whether the report has one kind of period and so few groups that they fit side by side."""
    if len(_times(report)) != 1 or len(report.by) < 2 or any(row.rest for row in report.rows):
        return False
    groups = {_group(row) for row in report.rows}
    return 0 < len(groups) <= _MOST_ACROSS and max(map(_room, groups)) <= _WIDEST_HEAD


def across(report: CostReport, figures: Figures = EXACT) -> Section:
    """Periods down, groups across, sums at the right and below; a section without a heading."""
    (time,) = _times(report)
    currency = currency_of(report)
    groups = list(dict.fromkeys(map(_group, report.rows)))
    lines: dict[tuple[str | None, str], dict[str, Decimal]] = {}
    for row in report.rows:
        lines.setdefault((dict(row.values)[time], row.currency), {})[_group(row)] = row.billed_cost
    bars = Bars((of, add([*line.values()])) for (_, of), line in lines.items())

    def amounts(line: dict[str, Decimal], of: str) -> list[str]:
        def told_amount(amount: Decimal) -> str:
            return money(amount, of, currency, figures)

        cells = [told_amount(line[group]) if group in line else "" for group in groups]
        return [*cells, told_amount(add([*line.values()]))]

    rows = [
        [shown(time, period), *amounts(line, of), bars.of(of, add([*line.values()]))]
        for (period, of), line in sorted(
            lines.items(), key=lambda item: (item[0][0] or "~", item[0])
        )
    ]
    for total in report.totals:
        of = total.currency
        mine = [line for (_, other), line in lines.items() if other == of]
        sums = {
            group: add([line[group] for line in mine if group in line])
            for group in groups
            if any(group in line for line in mine)
        }
        rows.append(["total", *amounts(sums, of), ""])
    last = len(groups) + 1
    return Section(
        "",
        sentences=["Cost alone; --format csv or json has charges, usage and list cost as well."],
        columns=[time, *groups, in_head("total", currency), ""],
        rows=rows,
        right=frozenset(range(1, last + 1)),
        whole=frozenset({last + 1}),
        spare=(last + 1,) if figures.cents else (),
    )


def trends(report: CostReport, figures: Figures = EXACT) -> Iterable[Section]:
    """A sparkline for the total and for each of the dearest groups."""
    steps = report.steps
    if steps is None:
        return
    shown = [row for row in report.rows if row.trend and not row.rest]
    lines = [*(total for total in report.totals if total.trend), *shown[:_MOST_TRENDS]]
    if not report.by or not lines:
        return
    currency = currency_of(report)
    left = len(shown) - _MOST_TRENDS
    yield Section(
        f"By {steps.every}, {steps.names[0]} to {steps.names[-1]}",
        sentences=[
            f"Each line is measured by its own highest {steps.every}; zero or less is a dot.",
            *([f"The dearest {_MOST_TRENDS} are drawn, {left} more aren't."] if left > 0 else []),
        ],
        columns=[
            *heads(report.by),
            "trend",
            f"highest {steps.every}",
            in_head("cost", currency),
            f"last {steps.every}",
        ],
        rows=[
            [
                *cells_of(row, report.by),
                sparkline(row.trend),
                steps.names[row.trend.index(max(row.trend))],
                money(max(row.trend), row.currency, currency, figures),
                money(row.trend[-1], row.currency, currency, figures),
            ]
            for row in lines
        ],
        right=frozenset({len(report.by) + 2, len(report.by) + 3}),
        spare=tuple(len(report.by) + at for at in (1, 2, 3)) if figures.cents else (),
    )


def _times(report: CostReport) -> list[str]:
    return [column for column in report.by if column in TIMES]


def _group(row: CostRow) -> str:
    """A row's values besides its period, as one head."""
    cells = cells_of(row, [column for column, _ in row.values])
    return "; ".join(
        cell for (column, _), cell in zip(row.values, cells, strict=True) if column not in TIMES
    )


def _room(text: str) -> int:
    """Columns of a terminal, roughly: a Chinese character takes two."""
    return len(text) + sum(1 for character in text if not character.isascii())
