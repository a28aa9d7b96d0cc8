"""A verification in words: what still costs, what waits, what is proved and by what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govern.judge.narrative import bill_section, reject_sections
from govern.model.clock import wall_text
from govern.model.document import Document, Section
from govern.model.money import plain
from govern.model.text import shorten
from govern.model.verification import ChargesAfter, StepResult, VerificationReport

_GROUPS = (
    ("failed", "Failed: charged after the stop, or not as ticked"),
    ("todo", "Open"),
    ("blocked", "Open, and something else comes first"),
    ("waiting", "Waiting for a later bill or an inventory"),
    ("word", "Proved by someone's word only"),
    ("proved", "Proved"),
    ("kept", "Kept on purpose"),
)


def document(report: VerificationReport) -> Document:
    payload = report.document()
    return Document(payload, lambda: sections(report), report.exit, records=payload["steps"])


def sections(report: VerificationReport) -> list[Section]:
    found = [_head(report)]
    for state, heading in _GROUPS:
        steps = [one for one in report.steps if ("word" if one.on_word else one.state) == state]
        if steps:
            found.append(_group(state, f"{heading} ({len(steps)})", steps))
    if report.bill:
        found += [bill_section(report.bill, report.as_of), *reject_sections(report.bill)]
    return found


def _head(report: VerificationReport) -> Section:
    words = {0: "PROVED", 1: "NOT STOPPED", 6: "NOT FINISHED"}
    word = words.get(report.exit.code, "NOT TRUSTED")
    counted = [f"proved {report.count('proved')}"]
    counted += [f"on someone's word {report.on_word}"] if report.on_word else []
    for name, states in (
        ("waiting", ("waiting",)),
        ("failed", ("failed",)),
        ("open", ("todo", "blocked")),
        ("kept on purpose", ("kept",)),
    ):
        count = report.count(*states)
        if count:
            counted.append(f"{name} {count}" + (_until(report) if name == "waiting" else ""))
    return Section(
        f"{word}: {report.exit.reason} (exit code {report.exit.code})",
        sentences=[
            f"Of {len(report.steps)} steps: {', '.join(counted)}.",
            f"Silence is proof only {report.settle} behind what the bill reaches: bills arrive "
            f"late. Charges within {report.grace} after a stop are residual.",
            *_silent(report),
            *report.notes,
        ],
    )


def _silent(report: VerificationReport) -> Iterable[str]:
    """How far the proof goes: what is charged later, only a later bill can show."""
    untils = [one.proved_until for one in report.steps if one.proved_until]
    if untils:
        yield f"Silence is proved until {wall_text(min(untils))}; run this again with later bills."


def _until(report: VerificationReport) -> str:
    dates = [one.look_again_at for one in report.steps if one.look_again_at]
    return f" until {wall_text(max(dates))}" if dates else ""


def _group(state: str, heading: str, steps: Sequence[StepResult]) -> Section:
    return Section(
        heading,
        columns=("step", "stopped", "why"),
        rows=[[one.title, wall_text(one.stopped_at), one.reason] for one in steps],
        details=[list(_details(one)) for one in steps],
        folded=state in ("proved", "kept", "blocked"),
    )


def _details(one: StepResult) -> Iterable[str]:
    yield f"id: {one.id}"
    for what, sums in (("after the stop", one.charges_after), ("residual", one.residual)):
        for charges in sums:
            yield f"{what}: {_told(charges)}"
            for line in charges.evidence:
                cost = "" if line.billed_cost is None else f"  {plain(line.billed_cost)}"
                yield f"{line.path}:{line.line}  {shorten(line.instance_id, 90)}{cost}"
    if one.look_again_at:
        yield f"look again with a bill that reaches {wall_text(one.look_again_at)}"


def _told(charges: ChargesAfter) -> str:
    many = "1 charge" if charges.charges == 1 else f"{charges.charges} charges"
    cost = f"{plain(charges.billed_cost)} {charges.currency}"
    return f"{many}, {cost}, first at {wall_text(charges.first_charge)}"
