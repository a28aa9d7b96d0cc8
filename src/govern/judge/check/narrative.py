"""A check report in words: first what should stop, then the rest, then how far the bill reaches."""

from __future__ import annotations

from collections.abc import Sequence

from govern.judge.bill.narrative import bill_section, reject_sections
from govern.judge.check.screen import screen
from govern.judge.check.shared import idle_waivers, more_findings, past_findings, remarks, verdict
from govern.judge.check.sheet import sheet
from govern.model.clock import known_text
from govern.model.document import Document, Section
from govern.model.finding import Finding
from govern.model.money import plain
from govern.model.report import CheckReport
from govern.model.text import shorten
from govern.model.words import STOPS


def document(report: CheckReport, top: int = 0) -> Document:
    """The report as formats see it. ``top``: how many findings its tables show, 0 for all."""
    payload = report.document()
    return Document(
        payload,
        lambda: sections(report, top),
        report.exit,
        findings=report.findings,
        policies=report.policies,
        past=report.since.past if report.since else (),
        records=[*payload["findings"], *payload["baseline"]["past"]]
        if report.since
        else payload["findings"],
        sheet=sheet,
        screen=lambda figures: screen(report, figures, top),
    )


def sections(report: CheckReport, top: int = 0) -> list[Section]:
    return [
        verdict(report),
        *_findings(report, top),
        *past_findings(report),
        _policies(report),
        *idle_waivers(report),
        bill_section(report.bill, report.as_of),
        *reject_sections(report.bill),
    ]


def _findings(report: CheckReport, top: int) -> Sequence[Section]:
    if not report.findings:
        return ()
    against = ("baseline",) if report.since else ()
    section = Section(
        "What should stop",
        columns=("severity", *against, "who", "why", "since", "cost", "what to do"),
        rows=[_finding_row(finding) for finding in report.findings],
        details=[_finding_details(finding) for finding in report.findings],
        right=frozenset({4 + len(against)}),
    )
    return [section.first(top, more_findings(len(report.findings) - top))]


def _finding_row(finding: Finding) -> list[str]:
    return [
        finding.severity + (" (waived)" if finding.waiver else ""),
        *([finding.since] if finding.mark else []),
        finding.subject.text,
        finding.title,
        known_text(finding.first_charge, finding.width),
        finding.cost,
        STOPS[finding.stop],
    ]


def _finding_details(finding: Finding) -> list[str]:
    last = known_text(finding.last_charge, finding.width) or "none in the bill"
    lines = [f"{finding.policy}, {finding.period}: {finding.message}; last charge {last}"]
    if finding.waiver:
        waiver = finding.waiver
        lines.append(f"waived by {waiver['owner']} until {waiver['expires']}: {waiver['reason']}")
    for one in finding.evidence:
        cost = "" if one.billed_cost is None else f"  {plain(one.billed_cost)}"
        lines.append(f"{one.path}:{one.line}  {shorten(one.instance_id, 90)}{cost}")
    return lines


def _policies(report: CheckReport) -> Section:
    rows = []
    for result in report.policies:
        said = {
            "pass": "passed",
            "fail": f"failed ({result.findings})",
            "error": "COULD NOT BE JUDGED",
            "skip": "skipped",
        }[result.outcome]
        matched = "" if result.outcome == "skip" else str(result.matched)
        rows.append([said, result.id, result.title, matched, remarks(result)])
    return Section(
        "Policies",
        columns=("outcome", "policy", "title", "charges", "remarks"),
        rows=rows,
        right=frozenset({3}),
        folded=True,
    )
