"""GitLab Code Quality: a list of issues at the policies' lines (docs.gitlab.com, code quality)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from govern.model.document import Document
from govern.model.finding import Finding
from govern.report.json_format import pretty
from govern.report.page import Page
from govern.report.safe import SENTENCE, line

_SEVERITY = {
    "critical": "blocker",
    "high": "critical",
    "medium": "major",
    "low": "minor",
    "info": "info",
}


def render(document: Document, page: Page) -> str:
    issues = [_issue(finding, page) for finding in document.findings or ()]
    past = [_past(finding, page) for finding in document.past]
    return pretty([*issues, *past, *_unjudged(document, page)])


def _unjudged(document: Document, page: Page) -> Iterable[dict[str, Any]]:
    """The format knows no errors, and an empty list would be a clean one: they are issues too."""
    for result in document.undecided:
        told = f"{result.id} could not be judged: {result.message or result.title}"
        yield _error(result.id, told, page.place(result.file), result.line)
    if document.distrust:
        files = document.payload["bill"]["files"]
        place = page.place(files[0]["path"]) if files else "govern.yaml"
        yield _error("govern", f"No verdict: {document.distrust}", place, 1)


def _error(name: str, told: str, path: str, number: int) -> dict[str, Any]:
    """Its fingerprint is the same for every run that ends so, as a finding's is."""
    return {
        "description": line(told, SENTENCE),
        "check_name": name,
        "fingerprint": hashlib.sha256(f"unjudged\0{name}".encode()).hexdigest()[:32],
        "severity": "blocker",
        "location": {"path": path, "lines": {"begin": max(number, 1)}},
    }


def _issue(finding: Finding, page: Page) -> dict[str, Any]:
    """The format knows no waivers: a waived finding is ``info``, and its text says so."""
    text = f"{finding.title}: {finding.full_message}"
    if finding.mark:
        text = f"{finding.since[0].upper()}{finding.since[1:]}: {text}"
    return {
        "description": line(f"Waived: {text}" if finding.waiver else text, SENTENCE),
        "check_name": finding.policy,
        "fingerprint": finding.fingerprint,
        "severity": "info" if finding.waiver else _SEVERITY[finding.severity],
        "location": {
            "path": page.place(finding.policy_file),
            "lines": {"begin": max(finding.policy_line, 1)},
        },
    }


def _past(finding: Finding, page: Page) -> dict[str, Any]:
    """Only in the baseline. Under a name of its own, or GitLab took it for one that is there."""
    name = hashlib.sha256(f"past\0{finding.fingerprint}".encode()).hexdigest()[:32]
    told = f"Only in the baseline, {finding.since}: {finding.title}: {finding.full_message}"
    issue = {"description": line(told, SENTENCE), "fingerprint": name, "severity": "info"}
    return _issue(finding, page) | issue
