"""An application in words: what would be called or was, what waits and until when, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govern.judge.bill.narrative import bill_section, reject_sections
from govern.model.application import OUTCOMES, Application, StepOutcome
from govern.model.clock import wall_text
from govern.model.document import Document, Section

_HEADINGS = {
    "failed": "Failed",
    "unknown": "Nobody knows yet: the next run asks the account first",
    "would": "Would be called",
    "done": "Done",
    "undone": "Taken back",
    "accepted": "Taken by the account, and not over yet",
    "blocked": "Something else comes first",
    "unapproved": "Can't be undone, and nobody has approved it",
    "protected": "Protected by govern.yaml",
    "waiting": "Waiting for the quiet time, or for a bill that shows it",
    "missing": "Not found in the account",
    "skipped": "Left out",
    "not_reached": "Not reached",
    "final": "Can't be taken back",
    "already": "Nothing to call",
    "kept": "Kept on purpose",
    "manual": "By hand",
}

_FOLDED = ("already", "kept", "manual")

#: What a step whose act was made in this run is told with.
_WORDS = {0: "DONE", 5: "FAILED", 6: "NOT FINISHED"}


def document(report: Application) -> Document:
    return Document(report.document(), lambda: sections(report), report.exit)


def sections(report: Application) -> list[Section]:
    parts = [_head(report)]
    for outcome in OUTCOMES:
        steps = [step for step in report.steps if step.outcome == outcome]
        if steps:
            parts.append(_steps(outcome, steps))
    if report.bill:
        parts += [bill_section(report.bill, report.as_of), *reject_sections(report.bill)]
    return parts


def _head(report: Application) -> Section:
    word = _WORDS.get(report.exit.code, "NOT TRUSTED")
    if report.mode == "dry_run":
        word = "DRY RUN"
    said = [*_mode(report), *report.notes]
    if report.journal and report.journal.head:
        said.append(
            f"{report.journal.sentence} Keep the head: by it a line that was cut off shows."
        )
    return Section(f"{word}: {report.exit.reason} (exit code {report.exit.code})", sentences=said)


def _mode(report: Application) -> Iterable[str]:
    if report.mode == "dry_run":
        yield "Nothing was called; --execute asks the account first, and then for consent."
    else:
        back = "Taking back" if report.undo else "Carried out"
        yield f"{back} in account {report.account_id}."


def _steps(outcome: str, steps: Sequence[StepOutcome]) -> Section:
    dated = any(step.look_again_at for step in steps)
    acts = any(step.act for step in steps)
    columns = ["step", *(["call"] if acts else []), *(["look again"] if dated else []), "why"]
    return Section(
        f"{_HEADINGS[outcome]} ({len(steps)})",
        columns=columns,
        rows=[
            [
                step.label or step.id,
                *([call(step)] if acts else []),
                *([wall_text(step.look_again_at)] if dated else []),
                step.reason,
            ]
            for step in steps
        ],
        details=[[f"id: {step.id}"] for step in steps],
        folded=outcome in _FOLDED,
    )


def call(outcome: StepOutcome) -> str:
    """``DisableApiKey 12345``; one that can't be undone says so."""
    final = "" if outcome.reversible else ", final"
    return f"{outcome.act} {outcome.target}{final}" if outcome.act else ""


def listed(steps: Sequence[StepOutcome], account_id: str) -> list[str]:
    """The final list, as it is shown before anybody consents to it."""
    count = len(steps)
    final = sum(1 for outcome in steps if not outcome.reversible)
    warning = f"; {final} can't be undone" if final else ""
    head = f"account {account_id}: {count} act{'s' if count > 1 else ''}{warning}"
    lines = []
    for outcome in steps:
        where = f" in {outcome.region_id}" if outcome.region_id else ""
        why = f"; {outcome.reason}" if outcome.reason else ""
        lines.append(f"  {call(outcome)}{where}  ({outcome.id}{why})")
    return [head, *lines]
