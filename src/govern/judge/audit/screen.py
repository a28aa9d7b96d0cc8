"""An audit for a person at a terminal: a line a key, state by state, then the workspaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

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
from govern.judge.bill.lines import Lines
from govern.judge.bill.narrative import bill_screen, reject_sections
from govern.model.audit import Audited, AuditReport
from govern.model.clock import known_text, wall_text
from govern.model.document import Section
from govern.model.figures import Figures
from govern.model.meaning import channel_label
from govern.model.text import shorten, some

#: States that only a known stop brings: each subject has its own reason then.
_AFTER_A_STOP = ("leaking", "settling", "stopped")

#: How the part of a reason begins that says since when a subject is quiet, or why that is no proof.
_SILENT = ("silent since ", "no use after ", "no proof")

#: From so many on, those that charge less than a cent a day make one sentence together.
_MANY = 4


def screen(report: AuditReport, figures: Figures, top: int = 0) -> list[Section]:
    """``top``: how many rows of each state are shown, 0 for all."""
    return [
        _proof(report, figures),
        *_states("API key", report.keys, figures, top),
        *_workspaces(report.workspaces, figures, top),
        bill_screen(report.bill, figures, brief=True),
        *reject_sections(report.bill),
    ]


def _proof(report: AuditReport, figures: Figures) -> Section:
    said = [f"The bill shows charges {covered(report)}."] if report.covered_until else []
    if said and any(one.stopped_at for one in (*report.keys, *report.workspaces)):
        said.append(settles(report))
    told = [*rates(report, figures), *said, *finals(report), *gaps(report)]
    return Section(verdict(report, figures), sentences=[" ".join(told), *notes(report)])


def _states(
    what: str, subjects: Sequence[Audited], figures: Figures, top: int
) -> Iterable[Section]:
    for state in STATES:
        alike = [one for one in subjects if one.state == state]
        if alike:
            yield _state(f"{_many(len(alike), what)} {STATES[state]}", alike, figures, top)


def _state(heading: str, alike: Sequence[Audited], figures: Figures, top: int) -> Section:
    """A row each; those that charge less than is shown of money make one sentence."""
    common = _common(alike)
    lines = Lines([[line for line, _, _ in one.evidence] for one in alike])
    shown, tiny = _apart(alike[: top or None], figures)
    section = Section(
        heading + (f": {common}" if common else ""),
        sentences=lines.sentences if alike[0].state == "leaking" else (),
        columns=("who", "cost", "a day", "last charge", "region", "used for"),
        rows=[_row(one, figures) for one in shown],
        details=[list(_details(one, common, lines, figures)) for one in shown],
        right=frozenset({1, 2}),
        spare=(5, 4, 3),
    )
    rest = [f"and {len(tiny)} for less than a cent a day each: {_names(tiny)}"] if tiny else []
    if top and len(alike) > top:
        rest.append(more(alike[top:], figures))
    return replace(section, details=[*section.details[:-1], [*section.details[-1], *rest]])


def _common(alike: Sequence[Audited]) -> str:
    """Their reason, where it is one for all of several."""
    if alike[0].state == "quiet":
        return "no proof, since no stop is known"
    first = {one.reason.split("; ")[0] for one in alike}
    return first.pop() if len(first) == 1 and len(alike) > 1 else ""


def _apart(
    subjects: Sequence[Audited], figures: Figures
) -> tuple[Sequence[Audited], Sequence[Audited]]:
    """Those with a row of their own, and those that charge less than is shown of money."""
    tiny = [one for one in subjects if one.state == "charging" and _is_tiny(one, figures)]
    if len(tiny) < _MANY or len(tiny) == len(subjects):
        return subjects, ()
    return [one for one in subjects if one not in tiny], tiny


def _is_tiny(one: Audited, figures: Figures) -> bool:
    rates = [cost.per_day for cost in one.costs]
    return bool(rates) and all(rate is not None and figures.below(rate) for rate in rates)


def _names(subjects: Sequence[Audited]) -> str:
    return ", ".join(map(_who, subjects))


def _row(one: Audited, figures: Figures) -> list[str]:
    return [
        _who(one),
        figures.sums((cost.currency, cost.billed_cost) for cost in one.costs),
        _daily(one, figures),
        known_text(one.last_charge, one.last_width),
        one.region_id or "",
        _used_for(one),
    ]


def _daily(one: Audited, figures: Figures) -> str:
    return figures.sums((cost.currency, cost.per_day) for cost in one.costs if cost.per_day)


def _who(one: Audited) -> str:
    """Without the words that stand in the heading."""
    if one.api_key_id or one.kind == "workspace":
        return one.text.removeprefix("API key ").removeprefix("workspace ")
    return one.text.replace("use without an API key", "no API key")


def _used_for(one: Audited) -> str:
    models = some([shorten(model, 60) for model in one.models], 1)
    channels = ", ".join(map(channel_label, one.channels))
    return " by ".join(part for part in (models, channels) if part)


def _details(one: Audited, common: str, lines: Lines, figures: Figures) -> Iterable[str]:
    parts = one.reason.split("; ")
    if one.state == "quiet":
        # Its last charge stands in its row, and why that is no proof in the heading.
        parts = [part for part in parts if not part.startswith(_SILENT)]
    said = [part for part in parts if part != common]
    if said:
        yield "; ".join(said)
    if one.state not in _AFTER_A_STOP:
        return
    yield f"stopped at {wall_text(one.stopped_at)} (by {one.stop_source})"
    for what, sums in (("after the stop", one.charges_after), ("residual", one.residual)):
        if sums:
            yield f"{what}: {'; '.join(after_text(after, figures) for after in sums)}"
    if one.state == "leaking":
        yield f"bill lines {lines.text([line for line, _, _ in one.evidence])}"
        if one.console:
            yield f"managed in {one.console}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _workspaces(subjects: Sequence[Audited], figures: Figures, top: int) -> Iterable[Section]:
    """A row each where one was stopped; else one text of each state: their keys stand above."""
    yield from _states(
        "workspace", [one for one in subjects if one.state in _AFTER_A_STOP], figures, top
    )
    for state in ("charging", "quiet", "unused"):
        alike = [one for one in subjects if one.state == state]
        if not alike:
            continue
        told = [f"{_who(one)} {_daily(one, figures)}".rstrip() for one in alike[: top or None]]
        rest = [more(alike[top:], figures)] if top and len(alike) > top else []
        daily = ", a day" if any(map(_costs, alike)) else ""
        heading = f"{_many(len(alike), 'workspace')} {state}{daily}"
        yield Section(heading, sentences=[f"{', '.join(told)}.", *rest])


def _costs(one: Audited) -> bool:
    return any(cost.per_day for cost in one.costs)
