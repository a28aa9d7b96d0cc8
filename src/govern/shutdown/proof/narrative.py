"""A verification in words: what still costs, what waits, what is proved and by what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govern.judge.bill.narrative import bill_section, reject_sections
from govern.model.clock import known_at, wall_text
from govern.model.document import Document, Section
from govern.model.figures import EXACT, Figures
from govern.model.text import shorten
from govern.model.verification import ChargesAfter, StepResult, VerificationReport
from govern.shutdown.proof.verify import NOT_DONE


@dataclass(frozen=True)
class _Group:
    """Steps of one state. ``advice``: what to do about them, where that isn't plain."""

    state: str
    heading: str
    advice: str = ""
    folded: bool = False


_GROUPS = (
    _Group(
        "failed",
        "Failed",
        "What is still charged: stop it for real, then tick it again, with --at and the time at "
        "which it really stopped.",
    ),
    _Group("todo", "Open"),
    _Group("blocked", "Open, and something else comes first", folded=True),
    _Group("waiting", "Waiting for a later bill or an inventory"),
    _Group("word", "Proved by someone's word only"),
    _Group("proved", "Proved", folded=True),
    _Group("kept", "Kept on purpose", folded=True),
)

#: So many steps with the same reason are shown together, and the reason once.
_MANY = 3


def document(report: VerificationReport) -> Document:
    payload = report.document()
    return Document(
        payload,
        lambda: sections(report),
        report.exit,
        records=payload["steps"],
        screen=lambda figures: sections(report, figures),
    )


def sections(report: VerificationReport, figures: Figures = EXACT) -> list[Section]:
    parts = [_head(report)]
    for group in _GROUPS:
        steps = [
            step for step in report.steps if ("word" if step.on_word else step.state) == group.state
        ]
        parts += _by_reason(group, steps, figures)
    if report.bill:
        parts += [bill_section(report.bill, report.as_of), *reject_sections(report.bill)]
    return parts


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
            f"Bills arrive late: silence counts only up to {report.settle} before the end of what "
            f"the bill shows. Charges within {report.grace} after a stop are residual: neither a "
            "leak nor proof.",
            *_silent(report),
            *([report.journal.sentence] if report.journal else []),
            *report.notes,
        ],
    )


def _silent(report: VerificationReport) -> Iterable[str]:
    """How far the proof goes: what is charged later, only a later bill can show."""
    untils = [step.proved_until for step in report.steps if step.proved_until]
    if untils:
        yield (
            f"What is proved silent is so until {wall_text(min(untils))} at least; what comes "
            "after that, only a later bill shows."
        )


def _until(report: VerificationReport) -> str:
    dates = [step.look_again_at for step in report.steps if step.look_again_at]
    return f" until {wall_text(max(dates))}" if dates else ""


def _by_reason(group: _Group, steps: Sequence[StepResult], figures: Figures) -> Iterable[Section]:
    """First the steps with a reason of their own, then those that share one."""
    reasons: dict[str, list[StepResult]] = {}
    for step in steps:
        reasons.setdefault(step.reason, []).append(step)
    shared = {reason for reason, sharing in reasons.items() if len(sharing) >= _MANY}
    own = [step for step in steps if step.reason not in shared]
    count = f"{len(steps)}" if len(reasons) == 1 or not shared else f"of {len(steps)}"
    if own:
        yield _with_reasons(group, own, count if not shared else f"{len(own)} {count}", figures)
    for reason in (reason for reason in reasons if reason in shared):
        sharing = reasons[reason]
        told = count if len(reasons) == 1 else f"{len(sharing)} {count}"
        yield _sharing(group, sharing, told, figures)


def _with_reasons(
    group: _Group, steps: Sequence[StepResult], count: str, figures: Figures
) -> Section:
    dated = any(step.stopped_at for step in steps)
    return Section(
        f"{group.heading} ({count})",
        sentences=[group.advice] if group.advice else [],
        columns=("step", "done", "why") if dated else ("step", "why"),
        rows=[
            [step.title, *([wall_text(step.stopped_at)] if dated else []), step.reason]
            for step in steps
        ],
        details=[[f"id: {step.id}", *_details(step, figures)] for step in steps],
        folded=group.folded,
    )


def _sharing(group: _Group, steps: Sequence[StepResult], count: str, figures: Figures) -> Section:
    sentences = [group.advice] if group.advice else []
    stops = {wall_text(step.stopped_at) for step in steps}
    done = f"done at {min(stops)}; " if len(stops) == 1 and "" not in stops else ""
    if done or steps[0].reason != NOT_DONE:
        sentences.append(f"Each of these: {done}{steps[0].reason}.")
    dated = len(stops) > 1
    return Section(
        f"{group.heading} ({count})",
        sentences=sentences,
        columns=("step", "id", "done") if dated else ("step", "id"),
        rows=[
            [step.title, step.id, *([wall_text(step.stopped_at)] if dated else [])]
            for step in steps
        ],
        details=[list(_details(step, figures)) for step in steps],
        folded=group.folded,
    )


def _details(step: StepResult, figures: Figures) -> Iterable[str]:
    for what, sums in (("after the stop", step.charges_after), ("residual", step.residual)):
        for charges in sums:
            yield f"{what}: {_in_words(charges, figures)}"
            for line in charges.evidence:
                cost = "" if line.billed_cost is None else f"  {figures.amount(line.billed_cost)}"
                yield f"{line.path}:{line.line}  {shorten(line.instance_id, 90)}{cost}"
    if step.look_again_at and wall_text(step.look_again_at) not in step.reason:
        yield f"look again with a bill that reaches {wall_text(step.look_again_at)}"


def _in_words(charges: ChargesAfter, figures: Figures) -> str:
    many = "1 charge" if charges.charges == 1 else f"{charges.charges} charges"
    cost = figures.money(charges.billed_cost, charges.currency)
    return f"{many}, {cost}, first {known_at(charges.first_charge, charges.width)}"
