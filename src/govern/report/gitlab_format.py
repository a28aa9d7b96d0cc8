"""GitLab Code Quality: a list of issues at the policies' lines (docs.gitlab.com, code quality)."""

from __future__ import annotations

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
    return pretty([_issue(finding, page) for finding in document.findings or ()])


def _issue(finding: Finding, page: Page) -> dict[str, Any]:
    """The format knows no waivers: a waived finding is ``info``, and its text says so."""
    text = f"{finding.title}: {finding.told}"
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
