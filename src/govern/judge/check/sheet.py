"""Findings as a spreadsheet: a line each, then what could not be judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from govern.model.document import Cell, Document, Sheet
from govern.model.finding import Finding
from govern.model.money import plain

#: Only where there is a baseline.
_AGAINST = ("baseline", "baseline_observed", "baseline_change")

_COLUMNS = (
    "severity",
    "policy",
    "title",
    "subject_kind",
    "subject_id",
    "subject_name",
    "workspace_id",
    "region_id",
    "sub_account_id",
    "every",
    "period_start",
    "period_end",
    "measure",
    "observed",
    "limit",
    "unit",
    "charges",
    "first_charge",
    "last_charge",
    "stop",
    "waived",
    "waiver_owner",
    "waiver_expires",
    "message",
    "policy_file",
    "policy_line",
    "bill_file",
    "bill_line",
    "fingerprint",
)


def sheet(document: Document) -> Sheet:
    """Costs stand at the end, one column per currency, so that a column can be summed.

    Last what could not be judged: without it a sheet that is empty would look clean.
    """
    findings = [*(document.findings or ()), *document.past]
    against = _AGAINST if "baseline" in document.payload else ()
    currencies = sorted({currency for finding in findings for currency, _ in finding.costs})
    columns = [*_COLUMNS, *against, *(f"billed_cost_{currency}" for currency in currencies)]
    return Sheet(columns, list(_rows(document, findings, against, currencies)))


def _rows(
    document: Document,
    findings: Sequence[Finding],
    against: Sequence[str],
    currencies: Sequence[str],
) -> Iterable[Sequence[Cell]]:
    for finding in findings:
        costs = dict(finding.costs)
        yield [
            *_finding(finding),
            *_marked(finding),
            *(_amount(costs.get(currency)) for currency in currencies),
        ]
    empty = [None] * (len(against) + len(currencies))
    if document.distrust:
        yield [*_unjudged(message=f"no verdict: {document.distrust}"), *empty]
    for result in document.undecided:
        told = {
            "severity": result.severity,
            "policy": result.id,
            "title": result.title,
            "message": f"could not be judged: {result.message}",
            "policy_file": result.file,
            "policy_line": result.line,
        }
        yield [*_unjudged(**told), *empty]


def _unjudged(**told: Any) -> Sequence[Cell]:
    return [told.get(column) for column in _COLUMNS]


def _finding(finding: Finding) -> Sequence[Cell]:
    subject = finding.subject
    first = finding.evidence[0] if finding.evidence else None
    waiver = finding.waiver or {}
    return (
        finding.severity,
        finding.policy,
        finding.title,
        subject.kind,
        subject.id,
        subject.name,
        subject.workspace_id,
        subject.region_id,
        subject.sub_account_id,
        finding.every,
        f"{finding.start:%Y-%m-%d %H:%M:%S}",
        f"{finding.end:%Y-%m-%d %H:%M:%S}",
        finding.measure,
        plain(finding.observed),
        plain(finding.limit),
        finding.unit,
        finding.charges,
        _time(finding.first_charge),
        _time(finding.last_charge),
        finding.stop,
        "yes" if finding.waiver else "no",
        waiver.get("owner"),
        waiver.get("expires"),
        finding.message,
        finding.policy_file,
        finding.policy_line,
        first.path if first else None,
        first.line if first else None,
        finding.fingerprint,
    )


def _marked(finding: Finding) -> Sequence[Cell]:
    mark = finding.mark
    if mark is None:
        return ()
    return mark.state, _amount(mark.before), _amount(mark.change(finding.observed))


def _amount(cost: Decimal | None) -> str | None:
    return None if cost is None else plain(cost)


def _time(wall: datetime | None) -> str | None:
    return None if wall is None else f"{wall:%Y-%m-%d %H:%M:%S}"
