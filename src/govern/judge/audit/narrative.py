"""An audit in words: first what the bill can prove, then who still charges, then the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govern.judge.audit.screen import screen
from govern.judge.audit.shared import (
    STATES,
    after_text,
    covered,
    finals,
    gaps,
    more,
    notes,
    rates,
    settles,
    verdict,
)
from govern.judge.audit.sheet import sheet
from govern.judge.bill.narrative import bill_section, reject_sections
from govern.model.audit import Audited, AuditReport
from govern.model.clock import known_text, wall_text
from govern.model.document import Document, Section
from govern.model.figures import EXACT
from govern.model.meaning import channel_label
from govern.model.money import plain
from govern.model.text import shorten

#: Models shown beside a key; a report names them all.
_MODELS = 3


def document(report: AuditReport, top: int = 0) -> Document:
    """The report as formats see it; its rows are the keys and then the workspaces.

    ``top``: how many of each its tables show, 0 for all.
    """
    payload = report.document()
    records = [
        *({"subject": "api_key", **key} for key in payload["keys"]),
        *({"subject": "workspace", **workspace} for workspace in payload["workspaces"]),
    ]
    return Document(
        payload,
        lambda: sections(report, top),
        report.exit,
        records=records,
        sheet=lambda _: sheet(report),
        screen=lambda figures: screen(report, figures, top),
    )


def sections(report: AuditReport, top: int = 0) -> list[Section]:
    return [
        _proof(report),
        *_subjects("API keys", report.keys, top),
        *_subjects("Workspaces", report.workspaces, top),
        bill_section(report.bill),
        *reject_sections(report.bill),
    ]


def _proof(report: AuditReport) -> Section:
    """What the bill can prove at all, and what the charging keys will cost."""
    said = [f"The bill shows charges {covered(report)}. {settles(report)}"]
    sentences = [
        *(said if report.covered_until else ()),
        *finals(report),
        *gaps(report),
        *rates(report, EXACT),
        *notes(report),
    ]
    return Section(verdict(report, EXACT), sentences=sentences)


def _subjects(heading: str, subjects: Sequence[Audited], top: int) -> Iterable[Section]:
    if not subjects:
        return
    counts = {state: sum(1 for subject in subjects if subject.state == state) for state in STATES}
    counted = ", ".join(f"{count} {STATES[state]}" for state, count in counts.items() if count)
    section = Section(
        f"{heading}: {counted}",
        columns=("state", "who", "region", "last charge", "cost", "per day", "used for"),
        rows=[_row(subject) for subject in subjects],
        details=[list(_details(subject)) for subject in subjects],
        right=frozenset({4, 5}),
    )
    yield section.first(top, more(subjects[top:], EXACT))


def _row(subject: Audited) -> list[str]:
    rates = [
        f"{plain(cost.per_day)} {cost.currency}"
        for cost in subject.costs
        if cost.per_day is not None
    ]
    return [
        STATES[subject.state],
        subject.text,
        subject.region_id or "",
        known_text(subject.last_charge, subject.last_width),
        ", ".join(f"{plain(cost.billed_cost)} {cost.currency}" for cost in subject.costs),
        ", ".join(rates),
        _used_for(subject),
    ]


def _used_for(subject: Audited) -> str:
    models = [shorten(model, 60) for model in subject.models[:_MODELS]]
    if len(subject.models) > _MODELS:
        more = len(subject.models) - _MODELS
        models.append(f"{more} more model{'s' if more > 1 else ''}")
    channels = ", ".join(channel_label(channel) for channel in subject.channels)
    return ", ".join(models) + (f" by {channels}" if channels and models else channels)


def _details(subject: Audited) -> Iterable[str]:
    yield subject.reason
    if subject.stopped_at:
        yield f"stopped at {wall_text(subject.stopped_at)} (by {subject.stop_source})"
    for what, sums in (("after the stop", subject.charges_after), ("residual", subject.residual)):
        if sums:
            yield f"{what}: {'; '.join(after_text(after, EXACT) for after in sums)}"
    if (
        subject.console
        and subject.kind == "api_key"
        and subject.api_key_id
        and subject.state != "unused"
    ):
        yield f"managed in {subject.console}"
    for line, time, width in subject.evidence:
        cost = "" if line.billed_cost is None else f"  {plain(line.billed_cost)}"
        place = f"{line.path}:{line.line}  {known_text(time, width)}"
        yield f"{place}  {shorten(line.instance_id, 90)}{cost}"
