"""A dry run: what would be called, from files alone. No socket, no credentials, nothing written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from govern import __version__
from govern.ledger.ledger import Ledger
from govern.model.act import Live
from govern.model.application import Application, StepOutcome, ended
from govern.model.checklist import Input, Step, Written
from govern.model.exits import Exit, worst
from govern.model.journal import Journal
from govern.shutdown.act.decide import Decider
from govern.shutdown.act.order import in_order
from govern.shutdown.act.question import Question, inputs_of
from govern.shutdown.act.undo import taken_back


def dry_run(
    question: Question, written: Written, journal: Journal | None, ledger: Ledger | None
) -> Application:
    """What ``--execute`` would call, as far as the account's state is the expected one."""
    report = Application(
        version=__version__,
        as_of=question.as_of,
        clock=question.clock,
        mode="dry_run",
        checklist=Input(written.path, written.sha256),
        steps=(),
        exit=Exit("clean", ""),
        undo=question.undo,
        journal=journal,
    )
    if question.undo:
        steps = [outcome for _, outcome in taken_back(journal, written.checklist, question)]
        return finished(replace(report, steps=steps, notes=_too_many(steps, question)))
    inputs = inputs_of(question, written, journal, ledger)
    steps = planned(inputs.decider, in_order(written.checklist.steps, question.rules))
    notes = (*inputs.notes, *_too_many(steps, question))
    report = replace(report, bill=inputs.bill, steps=steps, notes=notes)
    return finished(refused(report, inputs.wrong))


def planned(
    decider: Decider,
    steps: Sequence[Step],
    lives: Mapping[str, Live] | None = None,
    unseen: Mapping[str, str] | None = None,
) -> list[StepOutcome]:
    """What would become of the steps one after the other, if every act succeeds. ``unseen``: why
    the state of some can't be had."""
    before: dict[str, str] = {}
    outcomes = []
    for step in steps:
        live = (lives or {}).get(step.id)
        outcome = decider.decide(step, before, live)
        if outcome.outcome == "would" and unseen and step.id in unseen:
            reason = f"nothing was called, since its state can't be had: {unseen[step.id]}"
            outcome = replace(outcome, outcome="failed", reason=reason)
        before[step.id] = outcome.outcome
        outcomes.append(outcome)
    return outcomes


def refused(report: Application, wrong: Sequence[Exit]) -> Application:
    """The same where nothing may be acted on: acts that would be made aren't reached."""
    if not wrong:
        return report
    why = worst(list(wrong))
    steps = [not_reached(outcome, why.reason) for outcome in report.steps]
    return replace(report, steps=steps, refused=why)


def not_reached(outcome: StepOutcome, why: str) -> StepOutcome:
    return (
        replace(outcome, outcome="not_reached", reason=why)
        if outcome.outcome == "would"
        else outcome
    )


def finished(report: Application) -> Application:
    """With the exit that follows from the steps, and from what was wrong before them."""
    exits = [report.refused] if report.refused else []
    return replace(report, exit=worst([*exits, ended(report.steps)]))


def acts_in(steps: Sequence[StepOutcome]) -> list[StepOutcome]:
    return [outcome for outcome in steps if outcome.outcome == "would"]


def _too_many(steps: Sequence[StepOutcome], question: Question) -> tuple[str, ...]:
    count = len(acts_in(steps))
    if count <= question.max_steps:
        return ()
    return (
        f"{count} acts are more than --max-steps {question.max_steps}: --execute refuses them.",
    )
