"""What a check report says on a terminal as it does in full: its verdict, remarks, idle waivers."""

from __future__ import annotations

from collections.abc import Sequence

from govern.model.document import Section
from govern.model.report import CheckReport, PolicyResult
from govern.model.text import shorten


def verdict(report: CheckReport) -> Section:
    """How the run ended."""
    code = report.exit.code
    word = {0: "PASS", 1: "FAIL"}.get(code, "NOT JUDGED" if code == 3 else "NOT TRUSTED")
    return Section(f"{word}: {report.exit.reason} (exit code {code})", sentences=report.notes)


def more_findings(count: int) -> str:
    """What a table says that leaves some out."""
    many = "1 more finding is" if count == 1 else f"{count} more findings are"
    return f"{many} not shown here: --top 0 shows all."


def remarks(result: PolicyResult) -> str:
    """What is to be said of a policy beside its outcome."""
    said = [result.message] if result.message else []
    if result.free:
        said.append(f"{result.free} of the charges cost{'s' * (result.free == 1)} nothing")
    if result.unmatched:
        said.append(f"not in this bill: {', '.join(map(shorten, result.unmatched))}")
    return "; ".join(said)


def idle_waivers(report: CheckReport) -> Sequence[Section]:
    """Waivers that change nothing."""
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


def past_findings(report: CheckReport) -> Sequence[Section]:
    """Findings that only the baseline has."""
    if not report.since or not report.since.past:
        return ()
    past = report.since.past
    return [
        Section(
            "Only in the baseline",
            columns=("baseline", "severity", "who", "why", "cost"),
            rows=[
                [finding.since, finding.severity, finding.subject.text, finding.title, finding.cost]
                for finding in past
            ],
            details=[
                [f"{finding.policy}, {finding.period}: {finding.message}"] for finding in past
            ],
            right=frozenset({4}),
        )
    ]
