"""A check report in words: first what should stop, then the rest, then how far the bill reaches."""

from __future__ import annotations

from collections.abc import Sequence

from govern.judge.bill.narrative import bill_section, reject_sections
from govern.judge.check.sheet import sheet
from govern.model.clock import known_text
from govern.model.document import Document, Section
from govern.model.finding import Finding
from govern.model.money import plain
from govern.model.report import CheckReport
from govern.model.text import shorten
from govern.model.words import STOPS


def document(report: CheckReport) -> Document:
    """The report as formats see it."""
    payload = report.document()
    return Document(
        payload,
        lambda: sections(report),
        report.exit,
        findings=report.findings,
        policies=report.policies,
        past=report.since.past if report.since else (),
        records=[*payload["findings"], *payload["baseline"]["past"]]
        if report.since
        else payload["findings"],
        sheet=sheet,
    )


def sections(report: CheckReport) -> list[Section]:
    return [
        _verdict(report),
        *_findings(report),
        *_past(report),
        _policies(report),
        *_waivers(report),
        bill_section(report.bill, report.as_of),
        *reject_sections(report.bill),
    ]


def _verdict(report: CheckReport) -> Section:
    code = report.exit.code
    word = {0: "PASS", 1: "FAIL"}.get(code, "NOT JUDGED" if code == 3 else "NOT TRUSTED")
    return Section(f"{word}: {report.exit.reason} (exit code {code})", sentences=report.notes)


def _findings(report: CheckReport) -> Sequence[Section]:
    if not report.findings:
        return ()
    against = ("baseline",) if report.since else ()
    return [
        Section(
            "What should stop",
            columns=("severity", *against, "who", "why", "since", "cost", "what to do"),
            rows=[_finding_row(finding) for finding in report.findings],
            details=[_finding_details(finding) for finding in report.findings],
            right=frozenset({4 + len(against)}),
        )
    ]


def _past(report: CheckReport) -> Sequence[Section]:
    """Findings that only the baseline has."""
    if not report.since or not report.since.past:
        return ()
    return [
        Section(
            "Only in the baseline",
            columns=("baseline", "severity", "who", "why", "cost"),
            rows=[
                [one.since, one.severity, one.subject.text, one.title, one.cost]
                for one in report.since.past
            ],
            details=[[f"{one.policy}, {one.period}: {one.message}"] for one in report.since.past],
            right=frozenset({4}),
        )
    ]


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
        remarks = [result.message] if result.message else []
        if result.free:
            remarks.append(f"{result.free} of the charges cost{'s' * (result.free == 1)} nothing")
        if result.unmatched:
            remarks.append(f"not in this bill: {', '.join(map(shorten, result.unmatched))}")
        matched = "" if result.outcome == "skip" else str(result.matched)
        rows.append([said, result.id, result.title, matched, "; ".join(remarks)])
    return Section(
        "Policies",
        columns=("outcome", "policy", "title", "charges", "remarks"),
        rows=rows,
        right=frozenset({3}),
        folded=True,
    )


def _waivers(report: CheckReport) -> Sequence[Section]:
    idle = [waiver for waiver in report.waivers if waiver["state"] != "used"]
    if not idle:
        return ()
    said = {
        "unused": "matches no finding",
        "expired": "expired",
        "unknown_policy": "names no policy of this run",
    }
    return [
        Section(
            "Waivers that excuse nothing",
            columns=("place", "policy", "subject", "why"),
            rows=[
                [f"{w['file']}:{w['line']}", w["policy"], w["subject"], said[w["state"]]]
                for w in idle
            ],
        )
    ]
