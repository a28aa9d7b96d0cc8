"""JUnit XML as Jenkins' junit-10.xsd has it: a suite per policy, a case per finding.

Of tests: a suite per file of them, a case per test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from govern.model.clock import known
from govern.model.document import Case, Document
from govern.model.finding import Finding
from govern.model.report import PolicyResult
from govern.report.page import Page
from govern.report.safe import SENTENCE, line, no_command


def render(document: Document, page: Page) -> str:
    root = Element("testsuites", {"name": "govern"})
    for result in document.policies:
        _policy(SubElement(root, "testsuite"), result, document, page)
    if document.cases is None:
        _bill(SubElement(root, "testsuite"), document)
    for group in dict.fromkeys(one.group for one in document.cases or ()):
        mine = [one for one in document.cases or () if one.group == group]
        _tests(SubElement(root, "testsuite"), group, mine, page)
    if document.past:
        _past(SubElement(root, "testsuite"), document)
    for kind in ("tests", "failures", "errors"):
        root.set(kind, str(sum(int(suite.get(kind, "0")) for suite in root)))
    ElementTree.indent(root)
    # ElementTree escapes everything but characters that XML 1.0 forbids; line() shows those.
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _policy(suite: Element, result: PolicyResult, document: Document, page: Page) -> None:
    findings = [one for one in document.findings or () if one.policy == result.id]
    for finding in findings:
        name = f"{finding.subject.text}, {finding.period}, {finding.unit}"
        case = _case(suite, _class(result), name)
        if finding.waiver:
            SubElement(case, "skipped", {"message": _waived(finding)})
            continue
        message = f"{finding.since}: {finding.message}" if finding.mark else finding.message
        told = {"type": finding.severity, "message": line(message, SENTENCE)}
        SubElement(case, "failure", told).text = _told(finding)
    if result.outcome == "error" or not findings:
        case = _case(suite, _class(result), result.title)
        if result.outcome == "error":
            why = line(result.message or "could not be judged", SENTENCE)
            kind = document.exit.cause if result.of_run else "undecided"
            SubElement(case, "error", {"type": kind, "message": why})
        elif result.outcome == "skip":
            SubElement(case, "skipped", {"message": "not enabled or not selected"})
    _count(suite, line(result.id))
    if result.file:
        suite.set("file", line(page.place(result.file)))


def _bill(suite: Element, document: Document) -> None:
    """What makes a whole run untrustworthy belongs to no policy, and must not look green."""
    case = _case(suite, "govern.bill", "The bill can be judged and trusted")
    end = document.exit
    if document.distrust:
        why = line(document.distrust, SENTENCE)
        SubElement(case, "error", {"type": end.cause, "message": why})
    _count(suite, "the bill")


def _past(suite: Element, document: Document) -> None:
    """What only the baseline has: gone is passed, and what nobody judged is skipped."""
    for finding in document.past:
        name = f"{finding.subject.text}, {finding.period}, {finding.unit}"
        case = _case(suite, "govern." + line(finding.policy).replace(".", "_"), name)
        if finding.mark and finding.mark.state != "gone":
            SubElement(case, "skipped", {"message": line(finding.since, SENTENCE)})
        SubElement(case, "system-out").text = _told(finding)
    _count(suite, "only in the baseline")


def _tests(suite: Element, group: str, cases: Sequence[Case], page: Page) -> None:
    """A class name has no dots but the one that parts it from its package."""
    classname = "govern." + line(page.place(group)).replace(".", "_")
    for one in cases:
        case = _case(suite, classname, one.name)
        if one.faults:
            told = {"type": "failed", "message": line(one.faults[0], SENTENCE)}
            lines = [*one.faults, f"{page.place(one.file)}:{one.line}"]
            text = "\n".join(no_command(line(fault, SENTENCE)) for fault in lines)
            SubElement(case, "failure", told).text = f"\n{text}\n"
    _count(suite, line(page.place(group)))


def _case(suite: Element, classname: str, name: str) -> Element:
    return SubElement(suite, "testcase", {"classname": classname, "name": line(name)})


def _class(result: PolicyResult) -> str:
    """Readers cut a class name at its last dot into package and class."""
    return "govern." + line(result.id).replace(".", "_")


def _count(suite: Element, name: str) -> None:
    suite.set("name", name)
    suite.set("tests", str(len(suite.findall("testcase"))))
    for attribute, element in (
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ):
        suite.set(attribute, str(len(suite.findall(f"testcase/{element}"))))


def _waived(finding: Finding) -> str:
    waiver = finding.waiver or {}
    return line(
        f"waived by {waiver.get('owner')} until {waiver.get('expires')}: {waiver.get('reason')}; "
        f"{finding.message}",
        SENTENCE,
    )


def _told(finding: Finding) -> str:
    lines = [
        finding.title,
        *([f"against the baseline: {finding.since}"] if finding.mark else []),
        finding.full_message,
        *_charged(finding),
        *(f"{one.path}:{one.line} {one.instance_id}" for one in finding.evidence),
    ]
    return "\n" + "\n".join(no_command(line(text, SENTENCE)) for text in lines) + "\n"


def _charged(finding: Finding) -> Iterable[str]:
    """When it was charged, if it was."""
    if finding.first_charge and finding.last_charge:
        first, last = (
            known(at, finding.width) for at in (finding.first_charge, finding.last_charge)
        )
        yield f"first charge {first}, last charge {last}"
