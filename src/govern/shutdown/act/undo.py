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
    done = [one for one in (journal.acts if journal else ()) if one.state == "done"]
    back = {one.undoes: one for one in (journal.intents if journal else ()) if one.is_open}
    return [(one, _outcome(one, back.get(one.seq), checklist, question)) for one in done[::-1]]


def _outcome(
    intent: Intent, back: Intent | None, checklist: Checklist, question: Question
) -> StepOutcome:
    undo = act_of(intent).undo
    step = checklist.step(intent.step)
    at = intent.last.at.on(question.clock) if intent.last else None
    told = f"{intent.act} at {wall_text(at)} (line {intent.seq} of the journal)"
    bare = StepOutcome(
        id=intent.step,
        kind=KIND_OF[intent.act],
        act=undo.name if undo else intent.act,
        target=intent.target,
        region_id=intent.region_id,
        reversible=undo is not None,
        outcome="would",
        reason=f"takes back {told}",
        label=title(step) if step else f"{intent.act} of {intent.target}",
    )
    if undo is None:
        return replace(bare, outcome="final", basis="journal", reason=f"{told} can't be undone")
    if not question.rules.chosen(intent.step):
        return replace(bare, outcome="skipped", reason="not among --step")
    if back and back.state == "accepted":
        told = f"the account took {back.act}, and isn't done with it yet"
        return replace(bare, outcome="accepted", basis="journal", reason=told)
    return bare


def by_state(one: StepOutcome, intent: Intent, live: Live) -> StepOutcome:
    """Only what is still as the act left it is taken back: what people did since isn't touched."""
    undo = ACTS[intent.act].undo
    assert undo is not None
    told = f"the account says it is {live.state}"
    if live.state in (GONE, UNSEEN):
        told = live.reason or "the account doesn't list it, or not for this caller"
        return replace(one, outcome="missing", basis="live", reason=told)
    judged = undo.judged(live.state)
    if judged == "neither":
        return replace(one, outcome="blocked", basis="live", reason=told)
    return one
