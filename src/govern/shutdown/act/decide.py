"""What is to be done about a step: pure, from the checklist, the journal, bills and live states.

A dry run and a real one ask the same: the one without live states, the other with them, once for
the final list and once more before each act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from govern.model.act import GONE, UNSEEN, Act, Live
from govern.model.application import StepOutcome
from govern.model.checklist import Checklist, Step
from govern.model.clock import wall_text
from govern.model.journal import Intent, Journal
from govern.model.text import some
from govern.shutdown.act.quiet import Quiet
from govern.shutdown.act.rules import Rules, act_of
from govern.shutdown.plan.order import OVER
from govern.shutdown.plan.steps import delete_key, disable_key
from govern.shutdown.plan.title import title


@dataclass
class Decider:
    """``now`` is naive, on ``clock``. ``spaces``: what the account calls each workspace."""

    checklist: Checklist
    journal: Journal | None
    rules: Rules
    quiet: Quiet
    now: datetime
    clock: tzinfo
    spaces: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._steps = {step.id: step for step in self.checklist.steps}

    def decide(
        self, step: Step, before: Mapping[str, str], live: Live | None = None
    ) -> StepOutcome:
        """``before``: what became of other steps in this run. ``live``: None in a dry run."""
        act = act_of(step, self.rules)
        bare = StepOutcome(
            id=step.id,
            kind=step.kind,
            act=act.name if act else None,
            target=step.subject.id,
            region_id=live.thing.region_id if live else step.region_id,
            reversible=act.undo is not None if act else step.reversible,
            outcome="would",
            label=title(step),
        )
        outcome = self._over(step, bare)
        if outcome is None and act is None:
            outcome = replace(bare, outcome="manual", reason="by hand; tick it when it is done")
        if outcome is None and act is not None:
            outcome = self._kept_from(step, act, bare, before, live)
        if outcome is None and act is not None and live is not None:
            outcome = self._by_state(step, act, bare, live)
        return outcome or replace(bare, reason=self._said(step))

    def _over(self, step: Step, bare: StepOutcome) -> StepOutcome | None:
        """Where nothing is left to call: done by the journal, by people, or kept."""
        done = self.journal.done.get(step.id) if self.journal else None
        if done and done.last:
            then = done.last.at.on(self.clock)
            reason = f"done at {wall_text(then)} (line {done.seq} of the journal)"
            return replace(bare, outcome="already", basis="journal", reason=reason, at=then)
        at = step.at.on(self.clock) if step.at else None
        if step.state == "kept":
            until = step.until.on(self.clock) if step.until else None
            reason = f"kept by {step.by} until {wall_text(until)}: {step.reason}"
            if self._is_kept(step):
                return replace(bare, outcome="kept", basis="person", reason=reason, at=at)
            return replace(bare, outcome="skipped", reason=f"{reason}; that is over: tick it anew")
        if step.state in OVER:
            reason = f"{step.by} ticked it"
            return replace(bare, outcome="already", basis="person", reason=reason, at=at)
        if step.state not in ("todo", "blocked"):
            reason = f"its state is {step.state}: tick it, or open it again (tick --undo)"
            return replace(bare, outcome="skipped", reason=reason)
        return None

    def _kept_from(
        self,
        step: Step,
        act: Act,
        bare: StepOutcome,
        before: Mapping[str, str],
        live: Live | None,
    ) -> StepOutcome | None:
        """Why it isn't acted on, whatever the account says of its state."""
        begun = self._begun(step)
        if begun and begun.state == "accepted":
            at = begun.last.at.on(self.clock) if begun.last else None
            reason = f"the account took {act.name} at {wall_text(at)}, and isn't done with it yet"
            return replace(bare, outcome="accepted", basis="journal", reason=reason, at=at)
        if not self.rules.chosen(step.id):
            return replace(bare, outcome="skipped", reason="not among --step")
        owner = step.subject.sub_account_id
        if self.rules.account_id and owner and owner != self.rules.account_id:
            reason = f"account {owner} owns it, and the credentials are of another one"
            return replace(bare, outcome="skipped", reason=reason)
        word = self._protected(step, live)
        if word:
            reason = f"protect of govern.yaml names it: {word}"
            return replace(bare, outcome="protected", reason=reason)
        open_needs = [need for need in step.needs if not self._is_over(need, act, before)]
        if open_needs:
            return replace(bare, outcome="blocked", reason=f"first {some(open_needs, 1)}")
        if act.undo is None and not step.approved_by:
            reason = "it can't be undone: somebody must approve it (tick --approve)"
            return replace(bare, outcome="unapproved", reason=reason)
        if step.kind == delete_key.NAME:
            return self._not_yet(step, bare, before)
        return None

    def _not_yet(
        self, step: Step, bare: StepOutcome, before: Mapping[str, str]
    ) -> StepOutcome | None:
        """Of the deletion of a key: what its quiet time still waits for."""
        disabling = [
            need
            for need in step.needs
            if self._steps[need].kind == disable_key.NAME and before.get(need) in _OVER_NOW
        ]
        wait = self.quiet.estimate() if disabling else self.quiet.wait(step)
        if wait is None:
            return None
        return replace(
            bare,
            outcome="waiting",
            basis=wait.basis,
            reason=wait.reason,
            look_again_at=wait.until,
        )

    def _by_state(self, step: Step, act: Act, bare: StepOutcome, live: Live) -> StepOutcome | None:
        """What the account's own state says; None where the act is to be made."""
        judged = act.judged(live.state)
        reason = f"the account says it is {live.state}"
        if live.state in (GONE, UNSEEN):
            begun = self._begun(step)
            if act.ends and begun and live.state == GONE:
                reason = f"not listed any more; line {begun.seq} of the journal was to end it"
                return replace(bare, outcome="already", basis="live", reason=reason)
            reason = live.reason or "the account doesn't list it, or not for this caller"
            return replace(
                bare, outcome="missing", basis="live", reason=f"{reason}: look, and tick"
            )
        if judged == "proved":
            return replace(bare, outcome="already", basis="live", reason=f"{reason}; tick it")
        if judged == "under_way":
            return replace(bare, outcome="accepted", basis="live", reason=reason)
        if judged == "neither":
            reason += f": {live.reason}" if live.reason else ""
            return replace(bare, outcome="blocked", basis="live", reason=reason)
        return None

    def _said(self, step: Step) -> str:
        begun = self._begun(step)
        if begun and begun.is_open:
            return (
                f"begun at {wall_text(begun.at.on(self.clock))}, and what came of it isn't known: "
                "the account is asked first"
            )
        return f"approved by {step.approved_by}" if step.approved_by else ""

    def _begun(self, step: Step) -> Intent | None:
        """The last intent of the step that wasn't taken back."""
        return self.journal.begun.get(step.id) if self.journal else None

    def _is_over(self, id: str, act: Act, before: Mapping[str, str]) -> bool:
        """Whether a needed step is over: ticked, kept, or done by the journal. What is kept on
        purpose holds up what can't be undone."""
        need = self._steps[id]
        if before.get(id) in _OVER_NOW or (self.journal and id in self.journal.done):
            return True
        if need.state == "kept":
            return self._is_kept(need) and act.undo is not None
        return need.state in OVER

    def _is_kept(self, step: Step) -> bool:
        until = step.until.on(self.clock) if step.until else None
        return step.state == "kept" and until is not None and until > self.now

    def _protected(self, step: Step, live: Live | None) -> str | None:
        """The word of ``protect`` that its id, place or name stands under."""
        subject = step.subject
        place = live.thing.workspace_id if live else subject.workspace_id
        known = {subject.id, subject.workspace_id, place, subject.name}
        known |= {
            f"{workspace_id}/{subject.id}"
            for workspace_id in (subject.workspace_id, place)
            if workspace_id
        }
        known |= set(live.names) if live else set()
        known |= {
            self.spaces.get(workspace_id)
            for workspace_id in (subject.workspace_id, place)
            if workspace_id
        }
        words = [word for word in known if word]
        matching = [pattern for pattern in self.rules.protect if any(map(pattern.matches, words))]
        return matching[0].text if matching else None


#: What became of a step in this run, after which those that need it may go on.
_OVER_NOW = ("would", "done")
