"""A check report in words: first what should stop, then the rest, then how far the bill reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from govern.model.bill import BillSummary
from govern.model.clock import known_text, wall_text
from govern.model.document import Document, Section
from govern.model.finding import Finding
from govern.model.money import plain
from govern.model.report import CheckReport
from govern.model.text import shorten

_STOP_WORDS = {
    "ask": "ask the owner",
    "stop_playground": "stop Playground use",
    "disable_key": "disable the key",
    "delete_key": "delete the key",
    "cancel_job": "cancel the job",
    "take_offline": "take it offline",
    "turn_off_renewal": "turn off renewal",
    "retire_workspace": "retire the workspace",
}
_SHOWN_REJECTS = 10
_SHOWN_WORDS = 10
_FEES = "charge_categories"


def document(report: CheckReport) -> Document:
    """The report as formats see it."""
    payload = report.document()
    return Document(
        payload,
        lambda: sections(report),
        report.exit,
        findings=report.findings,
        policies=report.policies,
        records=payload["findings"],
    )


def sections(report: CheckReport) -> list[Section]:
    return [
        _verdict(report),
        *_findings(report),
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
    return [
        Section(
            "What should stop",
            columns=("severity", "who", "why", "since", "cost", "what to do"),
            rows=[_finding_row(finding) for finding in report.findings],
            details=[_finding_details(finding) for finding in report.findings],
            right=frozenset({4}),
        )
    ]


def _finding_row(finding: Finding) -> list[str]:
    return [
        finding.severity + (" (waived)" if finding.waiver else ""),
        finding.subject.text,
        finding.title,
        known_text(finding.first_charge, finding.width),
        finding.cost,
        _STOP_WORDS[finding.stop],
    ]


def _finding_details(finding: Finding) -> list[str]:
    lines = [
        f"{finding.policy}, {finding.period}: {finding.message}; "
        f"last charge {known_text(finding.last_charge, finding.width)}"
    ]
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


def bill_section(bill: BillSummary, as_of: datetime | None = None) -> Section:
    """How much was read, how far it reaches, and what it sums to."""
    charges, other = bill.count("charges"), bill.count("other")
    sentences = [
        f"{bill.count('rows')} rows: {charges} Model Studio charges, {other} of other products, "
        f"{bill.rejected} rejected"
        + (f", {bill.count('totals_rows')} totals rows" if bill.count("totals_rows") else "")
        + ".",
    ]
    if bill.unparsed:
        whose = "1 charge has" if bill.unparsed == 1 else f"{bill.unparsed} charges have"
        sentences.append(
            f"{whose} an Instance ID of no known layout; that money is in every total."
        )
    sentences += _new(bill.unknown)
    if bill.empty:
        sentences.append(f"Empty files, ignored: {', '.join(bill.empty)}.")
    sentences += _reach(bill, as_of)
    rows = [
        [
            total.currency or "(no currency)",
            plain(total.billed_cost),
            plain(total.unparsed_cost),
            plain(total.other_cost),
            "unknown" if total.rejected_cost is None else plain(total.rejected_cost),
        ]
        for total in bill.totals
    ]
    return Section(
        "The bill",
        sentences=sentences,
        columns=("currency", "Model Studio", "of it unparsed", "other products", "rejected"),
        rows=rows,
        right=frozenset({1, 2, 3, 4}),
        folded=True,
    )


def _new(unknown: Mapping[str, Sequence[str]]) -> list[str]:
    """What is on no known list; it counts like everything else."""
    said = []
    new = [f"{name} {_some(words)}" for name, words in unknown.items() if words and name != _FEES]
    if new:
        said.append(f"New to govern, and counted all the same: {'; '.join(new)}.")
    if unknown.get(_FEES):
        said.append(f"Unknown fee types, taken as usage: {_some(unknown[_FEES])}.")
    return said


def _some(words: Sequence[str]) -> str:
    more = len(words) - _SHOWN_WORDS
    return ", ".join(words[:_SHOWN_WORDS]) + (f" and {more} more" if more > 0 else "")


def _reach(bill: BillSummary, as_of: datetime | None) -> list[str]:
    if bill.reaches is None:
        return ["It holds no charge, so it reaches nowhere."]
    columns = sorted({file.billed_cost_column for file in bill.files})
    said = [
        f"It reaches {bill.reaches:%Y-%m-%d %H:%M} (by its {_basis(bill)})"
        + (f"; judged as of {as_of:%Y-%m-%d %H:%M}" if as_of else "")
        + f". Amounts are those of {', '.join(columns)}."
    ]
    for month, final in bill.months:
        if final is not True:
            why = "is not final yet" if final is False else "may not be final"
            said.append(f"{month} {why}: bills become final at 12:00 on the 3rd of the next month.")
    if len(bill.payers) < 2:
        return said + [f"Missing: {_span(*gap)}." for gap in bill.gaps]
    differ = len({payer.reaches for payer in bill.payers}) > 1
    for payer in bill.payers:
        if differ:
            said.append(f"Of {payer.text} it shows charges up to {payer.reaches:%Y-%m-%d %H:%M}.")
        said += [f"Missing of {payer.text}: {_span(*gap)}." for gap in payer.gaps]
    return said


def _basis(bill: BillSummary) -> str:
    if bill.reach_basis != "charge":
        return "export instant"
    coarse = bill.reach_width in ("day", "month")
    return "last charge" + (f", which is known to the {bill.reach_width} only" if coarse else "")


def _span(start: datetime, end: datetime) -> str:
    return f"{wall_text(start)} to {wall_text(end)}"


def reject_sections(bill: BillSummary) -> Sequence[Section]:
    """The first rejected rows, if there are any."""
    if not bill.rejects:
        return ()
    shown = bill.rejects[:_SHOWN_REJECTS]
    left = bill.rejected - len(shown)
    return [
        Section(
            "Rejected rows",
            sentences=[f"{left} more are not shown."] if left > 0 else (),
            columns=("place", "column", "value", "reason"),
            rows=[
                [f"{one.path}:{one.line}", one.column or "", shorten(one.value, 60), one.reason]
                for one in shown
            ],
            folded=True,
        )
    ]
