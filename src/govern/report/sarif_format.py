"""SARIF 2.1.0 (OASIS), as code scanning takes it: results stand at the policies' lines."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from govern import __version__
from govern.model.bill import Evidence
from govern.model.document import Document
from govern.model.finding import Finding
from govern.model.money import plain
from govern.model.report import PolicyResult
from govern.report.json_format import pretty
from govern.report.page import Page
from govern.report.safe import SENTENCE, line

#: The name under which it is packaged (pyproject.toml).
_HOME = "https://pypi.org/project/govern-model-studio/"
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_LEVEL = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
    "info": "note",
}
#: Linux ends at 4,096 bytes.
_LONGEST = 4096

#: SARIF 2.1.0, 3.27.24: whether a result is there now, and was there before.
_BASELINE = {
    "new": "new",
    "grown": "updated",
    "shrunk": "updated",
    "same": "unchanged",
    "gone": "absent",
}

_RANK = {"critical": 95.0, "high": 75.0, "medium": 50.0, "low": 25.0, "info": 5.0}


def render(document: Document, page: Page) -> str:
    judged = [result for result in document.policies if result.outcome != "skip"]
    index = {result.id: number for number, result in enumerate(judged)}
    version = str(document.payload.get("govern", __version__))
    run = {
        "tool": {
            "driver": {
                "name": "govern",
                "informationUri": _HOME,
                "version": version,
                "semanticVersion": version,
                "rules": [_rule(result) for result in judged],
            }
        },
        "automationDetails": {"id": "govern/check/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(document, page)],
        "results": [
            _result(finding, index.get(finding.policy), page)
            for finding in (*(document.findings or ()), *document.past)
            if finding.mark is None or finding.mark.state in _BASELINE
        ],
    }
    return pretty({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(result: PolicyResult) -> dict[str, Any]:
    about = result.description or result.title
    return {
        "id": result.id,
        "shortDescription": {"text": _text(result.title)},
        "fullDescription": {"text": _text(about)},
        "help": {"text": _text(f"Policy {result.id}: {about}")},
        "defaultConfiguration": {
            "level": _LEVEL[result.severity],
            "rank": _RANK[result.severity],
        },
        "properties": {
            "tags": ["cost", "policy"],
            "problem.severity": _LEVEL[result.severity].replace("note", "recommendation"),
        },
    }


def _invocation(document: Document, page: Page) -> dict[str, Any]:
    end = document.exit
    told = [
        _undecided(result, end.cause, page)
        for result in document.policies
        if result.outcome == "error"
    ]
    if document.distrust:
        notification = {
            "level": "error",
            "message": {"text": _text(document.distrust)},
            "descriptor": {"id": f"govern-{end.cause}"},
        }
        told.append(notification)
    told += [
        _out_of_sight(one, page)
        for one in document.past
        if one.mark and one.mark.state not in _BASELINE
    ]
    return {
        "executionSuccessful": end.code in (0, 1),
        "exitCode": end.code,
        "exitCodeDescription": line(end.reason, SENTENCE),
        "toolExecutionNotifications": told,
    }


def _undecided(result: PolicyResult, run: str, page: Page) -> dict[str, Any]:
    cause = run if result.of_run else "undecided"
    told: dict[str, Any] = {
        "level": "error",
        "message": {"text": _text(f"{result.id} could not be judged: {result.message}")},
        "descriptor": {"id": f"govern-{cause}"},
        "associatedRule": {"id": result.id},
    }
    if result.file:
        told["locations"] = [{"physicalLocation": _physical(result.file, result.line, page)}]
    return told


def _out_of_sight(finding: Finding, page: Page) -> dict[str, Any]:
    """A finding of the baseline of which this run can't say whether it is gone."""
    return {
        "level": "warning",
        "message": {"text": _text(f"Of the baseline, {finding.since}: {finding.full_message}")},
        "descriptor": {"id": "govern-baseline"},
        "locations": [
            {"physicalLocation": _physical(finding.policy_file, finding.policy_line, page)}
        ],
    }


def _result(finding: Finding, rule: int | None, page: Page) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.policy,
        "level": _LEVEL[finding.severity],
        "rank": _RANK[finding.severity],
        "kind": "fail",
        "message": {"text": _text(f"{finding.title}: {finding.full_message}{_since(finding)}")},
        "locations": [
            {
                "physicalLocation": _physical(finding.policy_file, finding.policy_line, page),
                "logicalLocations": [_logical(finding)],
            }
        ],
        "partialFingerprints": {"govern/v1": finding.fingerprint},
        "properties": {
            "severity": finding.severity,
            "stop": finding.stop,
            "costs": [
                {"currency": line(currency), "billed_cost": plain(cost)}
                for currency, cost in finding.costs
            ],
        },
    }
    if rule is not None:
        result["ruleIndex"] = rule
    if finding.mark:
        result["baselineState"] = _BASELINE[finding.mark.state]
        result["properties"]["baseline"] = finding.mark.document(finding.observed)
    if finding.evidence:
        result["relatedLocations"] = [
            _related(number, one, page) for number, one in enumerate(finding.evidence)
        ]
    if finding.waiver:
        result["suppressions"] = [_suppression(finding)]
    return result


def _since(finding: Finding) -> str:
    """How much more or less it is than in the baseline, which has no word of SARIF's."""
    grown = finding.mark is not None and finding.mark.state in ("grown", "shrunk")
    return f"; {finding.since} since the baseline" if grown else ""


def _logical(finding: Finding) -> dict[str, Any]:
    """Region, workspace and subject, as far as the group has only one of each."""
    subject = finding.subject
    last = None if subject.id in (subject.workspace_id, subject.region_id) else subject.id
    parts = [part for part in (subject.region_id, subject.workspace_id, last) if part]
    return {
        "name": line(subject.id or subject.text),
        "fullyQualifiedName": "/".join(map(line, parts)) or line(subject.text),
        "kind": "resource",
    }


def _related(number: int, one: Evidence, page: Page) -> dict[str, Any]:
    return {
        "id": number,
        "message": {"text": _text(f"Charge of {one.instance_id}")},
        "physicalLocation": _physical(one.path, one.line, page),
    }


def _suppression(finding: Finding) -> dict[str, Any]:
    waiver = finding.waiver or {}
    said = f"{waiver.get('reason')} ({waiver.get('owner')}, until {waiver.get('expires')})"
    return {"kind": "external", "status": "accepted", "justification": line(said, SENTENCE)}


def _physical(path: str, number: int, page: Page) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": _uri(path, page)},
        "region": {"startLine": max(number, 1)},
    }


def _uri(path: str, page: Page) -> str:
    """A relative reference; a file outside of the page's folder keeps its whole path."""
    # No file system has longer paths; a report of megabytes would be refused.
    place = page.place(path)[:_LONGEST]
    encoded = quote(place, safe="/-._~!$&'()*+,;=@", errors="replace")
    return f"file://{encoded}" if place.startswith("/") else encoded


def _text(text: str) -> str:
    """Plain text of a message: no name in it is a link or a placeholder; it ends with a period.

    SARIF 2.1.0, 3.11.5 and 3.11.6: braces are doubled, brackets take a backslash.
    """
    shown = line(text, SENTENCE)
    for mark in ("\\", "[", "]"):
        shown = shown.replace(mark, "\\" + mark)
    shown = shown.replace("{", "{{").replace("}", "}}")
    return shown if shown.endswith((".", "!", "?")) else shown + "."
