"""Workflow commands for GitHub's log: what could not be judged, then the ten dearest findings.

Commands and their escapes: docs.github.com, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from govern.model.document import Document
from govern.model.finding import Finding
from govern.report.page import Page
from govern.report.safe import SENTENCE, line

#: GitHub shows ten annotations of a kind per step.
MOST = 10

_LEVEL = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "notice",
    "info": "notice",
}


def render(document: Document, page: Page) -> str:
    return "".join(f"{text}\n" for text in _lines(document, page))


def _lines(document: Document, page: Page) -> Iterable[str]:
    for result in document.undecided:
        title = f"{result.id} could not be judged"
        yield _command(
            "error", title, result.message or result.title, page, result.file, result.line
        )
    end = document.exit
    if document.distrust:
        yield _command("error", "govern", document.distrust, page)
    findings = [finding for finding in document.findings or () if not finding.waiver]
    fresh = [finding for finding in findings if finding.since == "new"]
    rest = [finding for finding in findings if finding.since != "new"]
    shown = [*dearest(fresh, MOST), *dearest(rest, MOST)][:MOST]
    for finding in shown:
        since = f" ({finding.since})" if finding.mark else ""
        title = f"{finding.title}: {finding.subject.text}{since}"
        level = _LEVEL[finding.severity]
        yield _command(
            level, title, finding.full_message, page, finding.policy_file, finding.policy_line
        )
    failing = [one for one in document.cases or () if one.faults]
    for case in failing[:MOST]:
        yield _command("error", case.name, "; ".join(case.faults), page, case.file, case.line)
    if len(failing) > MOST:
        yield f"{len(failing) - MOST} more tests are not annotated."
    if len(findings) > len(shown):
        yield f"{len(findings) - len(shown)} more findings are not annotated."
    for finding in document.past:
        told = f"In the baseline: {finding.title}: {finding.full_message}: {finding.since}"
        yield line(told, SENTENCE)
    yield "govern: " + line(f"{end.reason} (exit code {end.code})", SENTENCE)


def dearest(findings: Sequence[Finding], most: int) -> Sequence[Finding]:
    """The dearest first. Amounts of two currencies are not compared: the currencies take turns."""
    rank = {id(finding): len(findings) for finding in findings}
    for currency in {currency for finding in findings for currency, _ in finding.costs}:
        mine = [finding for finding in findings if currency in dict(finding.costs)]
        mine.sort(key=lambda finding: -dict(finding.costs).get(currency, Decimal(0)))
        for place, finding in enumerate(mine):
            rank[id(finding)] = min(rank[id(finding)], place)
    return sorted(findings, key=lambda finding: rank[id(finding)])[:most]


def _command(
    level: str, title: str, message: str, page: Page, file: str = "", number: int = 0
) -> str:
    properties = {"title": line(title)}
    if file:
        properties = {"file": line(page.place(file)), "line": str(max(number, 1)), **properties}
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{level} {told}::{_data(line(message, SENTENCE))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
