"""An audit in words: first what the bill can prove, then who still charges, then the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govern.judge.audit.sheet import sheet
from govern.judge.bill.narrative import bill_section, reject_sections
from govern.model.audit import DELAYS, After, Audited, AuditReport
from govern.model.clock import known_at, known_text, wall_text
from govern.model.document import Document, Section
from govern.model.meaning import channel_label
from govern.model.money import plain
from govern.model.text import shorten

_SAID = {
    "leaking": "LEAKING",
    "charging": "charging",
    "settling": "settling",
    "stopped": "stopped",
    "quiet": "quiet",
    "unused": "unused",
}

#: Models shown beside a key; a report names them all.
_MODELS = 3


def document(report: AuditReport) -> Document:
    """The report as formats see it; its rows are the keys and then the workspaces."""
    payload = report.document()
    records = [
        *({"subject": "api_key", **key} for key in payload["keys"]),
        *({"subject": "workspace", **workspace} for workspace in payload["workspaces"]),
    ]
    return Document(
        payload,
        lambda: sections(report),
        report.exit,
        records=records,
        sheet=lambda _: sheet(report),
    )


def sections(report: AuditReport) -> list[Section]:
    return [
        _proof(report),
        *_subjects("API keys", report.keys),
        *_subjects("Workspaces", report.workspaces),
        bill_section(report.bill),
        *reject_sections(report.bill),
    ]


def _proof(report: AuditReport) -> Section:
    """What the bill can prove at all, and what the charging keys will cost."""
    code = report.exit.code
    word = {0: "OK", 1: "STILL COSTS", 3: "NOT JUDGED"}.get(code, "NOT TRUSTED")
    delays = "; ".join(f"{what} {delay}" for what, delay in DELAYS.items())
    said = []
    if report.covered_until:
        said.append(
            f"The bill shows charges {_covered(report)}. Silence counts as "
            f"proof only {report.settle} behind that, since bills arrive late ({delays})."
        )
    finals = [month for month, final in report.bill.months if final]
    if finals:
        said.append(f"Final, so nothing more will be added to it: {', '.join(finals)}.")
    if report.bill.gaps:
        said.append("Parts of the bill are missing (see The bill): nothing is proved across them.")
    for rate in report.run_rate:
        said.append(
            f"At the last full day's rate of {plain(rate.per_day)} {rate.currency}, what still "
            f"charges will have cost {plain(rate.by_month_end)} {rate.currency} by the end of "
            f"{rate.month} ({plain(rate.so_far)} so far; an estimate)."
        )
    said += [report.journal.sentence] if report.journal else []
    said += report.notes
    return Section(f"{word}: {report.exit.reason} (exit code {code})", sentences=said)


def _covered(report: AuditReport) -> str:
    """How far the bill shows charges; of several payers, each where they differ."""
    if len({payer.reaches for payer in report.bill.payers}) < 2:
        return f"up to {wall_text(report.covered_until)}"
    return ", ".join(
        f"of {payer.text} up to {wall_text(payer.reaches)}" for payer in report.bill.payers
    )


def _subjects(heading: str, subjects: Sequence[Audited]) -> Iterable[Section]:
    if not subjects:
        return
    counts = {state: sum(1 for subject in subjects if subject.state == state) for state in _SAID}
    counted = ", ".join(f"{count} {_SAID[state]}" for state, count in counts.items() if count)
    yield Section(
        f"{heading}: {counted}",
        columns=("state", "who", "region", "last charge", "cost", "per day", "used for"),
        rows=[_row(subject) for subject in subjects],
        details=[list(_details(subject)) for subject in subjects],
        right=frozenset({4, 5}),
    )


def _row(subject: Audited) -> list[str]:
    rates = [
        f"{plain(cost.per_day)} {cost.currency}"
        for cost in subject.costs
        if cost.per_day is not None
    ]
    return [
        _SAID[subject.state],
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
            yield f"{what}: {'; '.join(map(_after, sums))}"
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


def _after(after: After) -> str:
    charges = "1 charge" if after.charges == 1 else f"{after.charges} charges"
    first = known_at(after.first_charge, after.width)
    return f"{charges}, {plain(after.billed_cost)} {after.currency}, first {first}"
