"""A check report for a person at a terminal: two lines a finding, and what isn't as usual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from govern.judge.bill.lines import Lines
from govern.judge.bill.narrative import bill_screen, reject_sections
from govern.judge.check.shared import idle_waivers, more_findings, past_findings, remarks, verdict
from govern.model.clock import known_text
from govern.model.document import Section
from govern.model.figures import Figures
from govern.model.finding import Finding
from govern.model.money import plain
from govern.model.report import CheckReport
from govern.model.words import CURRENCIES, STOPS

_OUTCOMES = {
    "pass": "passed",
    "fail": "failed",
    "error": "could not be judged",
    "skip": "skipped",
}


def screen(report: CheckReport, figures: Figures, top: int = 0) -> list[Section]:
    """``top``: how many findings are shown, 0 for all."""
    return [
        verdict(report),
        *_findings(report, figures, top),
        *past_findings(report),
        *_policies(report),
        *idle_waivers(report),
        bill_screen(report.bill, figures, report.as_of),
        *reject_sections(report.bill),
    ]


def _findings(report: CheckReport, figures: Figures, top: int) -> Sequence[Section]:
    if not report.findings:
        return ()
    against = ("baseline",) if report.since else ()
    lines = Lines([finding.evidence for finding in report.findings])
    section = Section(
        "What should stop",
        sentences=lines.sentences,
        columns=("severity", *against, "who", "cost", "since", "why", "what to do", "lines"),
        rows=[_row(finding, figures, lines) for finding in report.findings],
        details=[_waived(finding) for finding in report.findings],
        right=frozenset({2 + len(against)}),
        below={len(against) + at: "" for at in (4, 5, 6)},
    )
    return [section.first(top, more_findings(len(report.findings) - top))]


def _row(finding: Finding, figures: Figures, lines: Lines) -> list[str]:
    return [
        finding.severity + (" (waived)" if finding.waiver else ""),
        *([finding.since] if finding.mark else []),
        finding.subject.text,
        figures.sums(finding.costs),
        known_text(finding.first_charge, finding.width),
        _why(finding, figures),
        STOPS[finding.stop],
        lines.text(finding.evidence),
    ]


def _why(finding: Finding, figures: Figures) -> str:
    """The policy's title, and what that and the cost don't tell: how much of what was too much."""
    if finding.measure == "charges" and not finding.limit:
        return finding.title
    shown = figures.amount if finding.unit in CURRENCIES else figures.count
    if finding.measure != "billed_cost":
        much = f"{shown(finding.observed)} {finding.unit}, limit {shown(finding.limit)}"
        return f"{finding.title}: {much}"
    if plain(finding.limit) in finding.title:
        return finding.title
    return f"{finding.title}: limit {shown(finding.limit)} {finding.unit}"


def _waived(finding: Finding) -> list[str]:
    waiver = finding.waiver
    if not waiver:
        return []
    return [f"waived by {waiver['owner']} until {waiver['expires']}: {waiver['reason']}"]


def _policies(report: CheckReport) -> Sequence[Section]:
    """How many passed, and what is to be said of single ones."""
    if not report.policies:
        return ()
    counts = Counter(result.outcome for result in report.policies)
    told = [f"{counts[outcome]} {word}" for outcome, word in _OUTCOMES.items() if counts[outcome]]
    said = [f"{result.id}: {why}" for result in report.policies if (why := remarks(result))]
    return [Section(f"Policies: {', '.join(told)}", sentences=said)]
