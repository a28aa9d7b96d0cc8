"""A cost report in words and figures: table and total, trend, and how far the bill reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from govern.judge.bill.narrative import bill_screen, bill_section, reject_sections
from govern.judge.cost.over_time import across, fits_across, trends
from govern.judge.cost.sheet import sheet
from govern.judge.cost.table import says_list_cost, table, units
from govern.model.cost import PRICE_DIGITS, CostReport
from govern.model.document import Document, Section
from govern.model.figures import EXACT, Figures
from govern.model.policy import Condition


def document(report: CostReport) -> Document:
    """The report as formats see it."""
    payload = report.document()
    return Document(
        payload,
        lambda: sections(report),
        report.exit,
        records=payload["rows"],
        sheet=lambda _: sheet(report),
        screen=lambda figures: screen(report, figures),
    )


def sections(report: CostReport) -> list[Section]:
    return [
        _shown(report, EXACT),
        *trends(report),
        bill_section(report.bill, report.as_of),
        *_legend(report),
        *reject_sections(report.bill),
    ]


def screen(report: CostReport, figures: Figures) -> list[Section]:
    """Without the legend: what a column means, files and docs/formats.md say."""
    return [
        _shown(report, figures),
        *trends(report, figures),
        bill_screen(report.bill, figures, report.as_of),
        *reject_sections(report.bill),
    ]


def _shown(report: CostReport, figures: Figures) -> Section:
    section = across(report, figures) if fits_across(report) else table(report, figures)
    said = [*_only(report.where), *report.notes, *section.sentences]
    return replace(section, heading=_heading(report, figures), sentences=said)


def _heading(report: CostReport, figures: Figures) -> str:
    code = report.exit.code
    word = {0: "", 3: "NOT JUDGED: "}.get(code, "NOT TRUSTED: ")
    said = f"{word}{report.exit.reason} (exit code {code})" if word else ""
    if not report.totals:
        return said
    sums = figures.sums((total.currency, total.billed_cost) for total in report.totals)
    count = sum(total.charges for total in report.totals)
    sums += f": {figures.count(count)} charge{'' if count == 1 else 's'}"
    if report.months:
        sums += f" in {report.months[1]}, compared with {report.months[0]}"
    return f"{said}. {sums}" if said else sums


def _only(where: Sequence[Condition]) -> Iterable[str]:
    """What was asked for, as it was asked."""
    conditions = [
        f"{condition.column}{'!' if condition.excludes else ''}="
        + ",".join("none" if p.text is None else p.text or '""' for p in condition.patterns)
        for condition in where
    ]
    if conditions:
        yield f"Only {' and '.join(conditions)}."


def _legend(report: CostReport) -> Iterable[Section]:
    """What the columns mean, and what in them is rounded."""
    if fits_across(report) or not report.rows:
        return
    rows = (*report.rows, *report.totals)
    said = []
    if units(rows):
        said.append(
            "Prices are effective ones: billed cost by usage, rounded half up to "
            f"{PRICE_DIGITS} digits. All other amounts are exact."
        )
    if says_list_cost(rows):
        said.append(
            "Taken off is what discounts, coupons, plans and rounding made of the list cost, where "
            "a charge has one; its percentage is rounded to one decimal."
        )
    elif any(row.list_cost is not None for row in rows):
        said.append("List cost isn't shown: every line was billed at it.")
    if said:
        yield Section("The columns", sentences=said, folded=True)
