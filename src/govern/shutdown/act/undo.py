"""``--undo``: what the journal did is taken back where that can be, the latest first."""

from __future__ import annotations

from dataclasses import replace

from govern.model.act import GONE, UNSEEN, Live
from govern.model.application import StepOutcome
from govern.model.checklist import Checklist
from govern.model.clock import wall_text
from govern.model.journal import Intent, Journal
from govern.shutdown.act.acts import ACTS, KIND_OF, act_of
from govern.shutdown.act.question import Question
from govern.shutdown.plan.title import title


def taken_back(
    journal: Journal | None, checklist: Checklist, question: Question
) -> list[tuple[Intent, StepOutcome]]:
    """Every done act that isn't taken back yet, and what would become of it."""
    done = [intent for intent in (journal.acts if journal else ()) if intent.state == "done"]
    back = {
        intent.undoes: intent for intent in (journal.intents if journal else ()) if intent.is_open
    }
    return [
        (intent, _outcome(intent, back.get(intent.seq), checklist, question))
        for intent in done[::-1]
    ]


def _outcome(
    intent: Intent, back: Intent | None, checklist: Checklist, question: Question
) -> StepOutcome:
    undo = act_of(intent).undo
    step = checklist.step(intent.step)
    at = intent.last.at.on(question.clock) if intent.last else None
    done = f"{intent.act} at {wall_text(at)} (line {intent.seq} of the journal)"
    bare = StepOutcome(
        id=intent.step,
        kind=KIND_OF[intent.act],
        act=undo.name if undo else intent.act,
        target=intent.target,
        region_id=intent.region_id,
        reversible=undo is not None,
        outcome="would",
        reason=f"takes back {done}",
        label=title(step) if step else f"{intent.act} of {intent.target}",
    )
    if undo is None:
        return replace(bare, outcome="final", basis="journal", reason=f"{done} can't be undone")
    if not question.rules.chosen(intent.step):
        return replace(bare, outcome="skipped", reason="not among --step")
    if back and back.state == "accepted":
        reason = f"the account took {back.act}, and isn't done with it yet"
        return replace(bare, outcome="accepted", basis="journal", reason=reason)
    return bare


def by_state(outcome: StepOutcome, intent: Intent, live: Live) -> StepOutcome:
    """Only what is still as the act left it is taken back: what people did since isn't touched."""
    undo = ACTS[intent.act].undo
    assert undo is not None
    reason = f"the account says it is {live.state}"
    if live.state in (GONE, UNSEEN):
        reason = live.reason or "the account doesn't list it, or not for this caller"
        return replace(outcome, outcome="missing", basis="live", reason=reason)
    judged = undo.judged(live.state)
    if judged == "neither":
        return replace(outcome, outcome="blocked", basis="live", reason=reason)
    return outcome
