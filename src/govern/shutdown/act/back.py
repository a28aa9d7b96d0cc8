"""Back: what the journal did is taken back, the latest first; nothing else is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from govern.cloud.failure import CallFailed
from govern.model.act import Live, Thing
from govern.model.application import Application, StepOutcome
from govern.model.errors import GovernError
from govern.model.journal import Intent
from govern.shutdown.act.acts import act_of
from govern.shutdown.act.dry import acts_in, not_reached
from govern.shutdown.act.making import Made
from govern.shutdown.act.run import Run, cut_short, of, with_made
from govern.shutdown.act.undo import by_state, taken_back


def take_back(run: Run, settled: Sequence[tuple[Intent, Made]]) -> Application:
    """Raises wrong usage without consent, ``network`` where the account can't be seen before the
    first act, ``file`` where the journal can't be written."""
    report = run.report()
    listed = taken_back(run.maker.held.journal, run.written.checklist, run.question)
    short = cut_short([outcome for _, outcome in listed], settled)
    if short is not None:
        return replace(report, steps=short)
    known: list[tuple[Intent, StepOutcome]] = []
    lives: dict[int, Live] = {}
    for intent, outcome in listed:
        if outcome.outcome == "would":
            lives[intent.seq] = _live(run, intent)
            outcome = by_state(outcome, intent, lives[intent.seq])
        known.append((intent, outcome))
    run.agree(acts_in([outcome for _, outcome in known]))
    over: str | None = None
    steps = [_undone(of(intent, None), made) for intent, made in settled if _is_back(intent, made)]
    for intent, outcome in known:
        if outcome.outcome == "would" and over is not None:
            outcome = not_reached(outcome, over)
        elif outcome.outcome == "would":
            outcome, ends = _act(run, intent, outcome)
            over = outcome.reason if ends else None
        steps.append(outcome)
    return replace(report, steps=steps)


def _live(run: Run, intent: Intent) -> Live:
    try:
        return run.maker.account.live(_thing(intent))
    except CallFailed as failed:
        raise GovernError("network", str(failed)) from None


def _act(run: Run, intent: Intent, outcome: StepOutcome) -> tuple[StepOutcome, bool]:
    """What became of it, and whether the run is over with it."""
    undo = act_of(intent).undo
    assert undo is not None
    try:
        live = run.maker.account.live(_thing(intent))
    except CallFailed as failed:
        reason = f"nothing was called, since its state can't be had: {failed}"
        return replace(outcome, outcome="failed", reason=reason), failed.of_every_call
    now = by_state(outcome, intent, live)
    if now.outcome != "would":
        return now, False
    people = undo.judged(live.state) == "proved"
    made = run.maker.make(intent.step, undo, live, intent)
    if people:
        return replace(with_made(outcome, made), outcome="already"), made.over
    return _undone(outcome, made), made.over


def _undone(outcome: StepOutcome, made: Made) -> StepOutcome:
    ended = with_made(outcome, made)
    return replace(ended, outcome="undone") if made.outcome == "done" else ended


def _is_back(intent: Intent, made: Made) -> bool:
    return intent.undoes is not None and made.outcome == "done"


def _thing(intent: Intent) -> Thing:
    about = act_of(intent).about
    return Thing(about, intent.target, intent.region_id, intent.workspace_id)
