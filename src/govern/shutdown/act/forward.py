"""Forward: looked at, listed, confirmed, and then one act after the other.

Nothing is acted on that wasn't on the confirmed list, and nothing that isn't any more, just before
its act, as it was when the list was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from govern.cloud.failure import CallFailed
from govern.ledger.ledger import Ledger
from govern.model.act import Live
from govern.model.application import Application, StepOutcome
from govern.model.checklist import Step
from govern.model.errors import GovernError
from govern.model.journal import Intent
from govern.shutdown.act import seen as seeing
from govern.shutdown.act import stale
from govern.shutdown.act.acts import ACTS
from govern.shutdown.act.decide import Decider
from govern.shutdown.act.dry import acts_in, not_reached, planned, refused
from govern.shutdown.act.making import Made
from govern.shutdown.act.order import in_order
from govern.shutdown.act.question import inputs_of, staled
from govern.shutdown.act.rules import act_of, thing_of
from govern.shutdown.act.run import Run, cut_short, with_made
from govern.shutdown.act.seen import Seen

Settled = Sequence[tuple[Intent, Made]]


def carry_out(run: Run, ledger: Ledger | None, settled: Settled) -> Application:
    """Raises wrong usage without consent, ``network`` where the account can't be seen before the
    first act, ``file`` where the journal can't be written."""
    held = run.maker.held
    inputs = inputs_of(run.question, run.written, held.journal, ledger)
    steps = in_order(run.written.checklist.steps, run.question.rules)
    report = replace(run.report(), bill=inputs.bill, notes=inputs.notes)
    known = planned(inputs.decider, steps)
    short = cut_short(known, settled)
    if short is not None:
        return replace(report, steps=short)
    seen, lives, unseen = _lives(run, steps, known)
    if seen.absent:
        note = f"No host answers for {', '.join(seen.absent)}, and none is documented there."
        report = replace(report, notes=(*report.notes, note))
    inputs.decider.spaces = seen.spaces
    changed = stale.account(run.written.checklist, held.journal, seen)
    wrong = [*inputs.wrong, *([staled(changed)] if changed else [])]
    known = _with_lives(inputs.decider, steps, lives, unseen, seen)
    if wrong:
        return refused(replace(report, steps=_just_settled(known, settled)), wrong)
    wanted = acts_in(known)
    run.agree(wanted)
    acting = _Acting(run, inputs.decider, lives, {outcome.id for outcome in wanted})
    return replace(report, steps=_just_settled(acting.made(steps, known), settled))


def _lives(
    run: Run, steps: Sequence[Step], known: Sequence[StepOutcome]
) -> tuple[Seen, dict[str, Live], dict[str, str]]:
    """The live state of all that may be acted on, and why that of some can't be had.

    Raises ``network`` where keys and workspaces can't be seen: whether the checklist still fits
    isn't known then.
    """
    account, rules = run.maker.account, run.question.rules
    wanted = {outcome.id for outcome in acts_in(known)}
    everything = [thing_of(step) for step in steps if act_of(step, rules)]
    journal = run.maker.held.journal
    names = bool(rules.protect)
    where = seeing.regions(run.written.checklist, everything, journal, names=names)
    lives: dict[str, Live] = {}
    unseen: dict[str, str] = {}
    try:
        seen = seeing.read(account, where)
        for step in steps:
            if step.id not in wanted:
                continue
            thing = seen.place(thing_of(step))
            if thing.kind in seeing.LISTED:
                lives[step.id] = seen.live(thing)
                continue
            try:
                lives[step.id] = account.live(thing)
            except CallFailed as failed:
                if failed.of_every_call:
                    raise
                unseen[step.id] = str(failed)
    except CallFailed as failed:
        raise GovernError("network", str(failed)) from None
    return seen, lives, unseen


def _with_lives(
    decider: Decider,
    steps: Sequence[Step],
    lives: dict[str, Live],
    unseen: dict[str, str],
    seen: Seen,
) -> list[StepOutcome]:
    """What would become of the steps. A workspace is empty once the keys are deleted that come
    before it."""
    known = planned(decider, steps, lives, unseen)
    deletes = [name for name, act in ACTS.items() if act.about == "api_key" and act.ends]
    ending = [str(outcome.target) for outcome in acts_in(known) if outcome.act in deletes]
    spaces = {id: live for id, live in lives.items() if live.thing.kind == "workspace"}
    if not ending or not spaces:
        return known
    later = {id: seen.live(live.thing, ending) for id, live in spaces.items()}
    return planned(decider, steps, {**lives, **later}, unseen)


@dataclass
class _Acting:
    """One act after the other. ``wanted``: what was confirmed."""

    run: Run
    decider: Decider
    lives: dict[str, Live]
    wanted: set[str]

    def made(self, steps: Sequence[Step], known: Sequence[StepOutcome]) -> list[StepOutcome]:
        before: dict[str, str] = {}
        over: str | None = None
        outcomes = []
        for step, outcome in zip(steps, known, strict=True):
            if step.id in self.wanted and over is not None:
                outcome = not_reached(outcome, over)
            elif step.id in self.wanted:
                outcome, ends = self._act(step, outcome, before)
                over = outcome.reason if ends else None
            elif outcome.act and outcome.outcome != "failed":
                outcome = self._since(step, outcome, before)
            before[step.id] = outcome.outcome
            outcomes.append(outcome)
        return outcomes

    def _since(self, step: Step, outcome: StepOutcome, before: dict[str, str]) -> StepOutcome:
        """A step that isn't acted on, after those before it; nothing is acted on that wasn't
        confirmed, whatever has become of them."""
        self.decider.journal = self.run.maker.held.journal
        now = self.decider.decide(step, before, self.lives.get(step.id))
        return outcome if now.outcome == "would" else now

    def _act(
        self, step: Step, outcome: StepOutcome, before: dict[str, str]
    ) -> tuple[StepOutcome, bool]:
        """What became of it, and whether the run is over with it."""
        maker = self.run.maker
        act = act_of(step, self.run.question.rules)
        assert act is not None
        try:
            live = maker.account.live(self.lives[step.id].thing)
        except CallFailed as failed:
            reason = f"nothing was called, since its state can't be had: {failed}"
            return replace(outcome, outcome="failed", reason=reason), failed.of_every_call
        self.decider.journal = maker.held.journal
        now = self.decider.decide(step, before, live)
        if now.outcome != "would":
            return now, False
        made = maker.make(step.id, act, live)
        return with_made(now, made), made.over


def _just_settled(steps: Sequence[StepOutcome], settled: Settled) -> list[StepOutcome]:
    """What an earlier run had begun, and this one found done."""
    done = {
        intent.step: made
        for intent, made in settled
        if made.outcome == "done" and intent.undoes is None
    }
    return [
        with_made(outcome, done[outcome.id])
        if outcome.id in done and outcome.outcome == "already"
        else outcome
        for outcome in steps
    ]
