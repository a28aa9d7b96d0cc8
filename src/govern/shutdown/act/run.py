"""What a run that acts has in hand, whichever way it goes: settled, agreed, and then told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from govern import __version__
from govern.cloud.sts import Caller
from govern.model.application import Application, StepOutcome
from govern.model.checklist import Input, Written
from govern.model.errors import usage
from govern.model.exits import Exit
from govern.model.journal import Intent
from govern.shutdown.act.acts import ACTS, KIND_OF
from govern.shutdown.act.dry import not_reached
from govern.shutdown.act.making import Made, Maker
from govern.shutdown.act.question import Question

#: Asks for consent to the acts. Raises wrong usage without it.
Confirm = Callable[[Sequence[StepOutcome]], None]


@dataclass
class Run:
    """``maker`` holds the journal; ``caller`` is who the account says we are."""

    question: Question
    written: Written
    maker: Maker
    caller: Caller
    confirm: Confirm

    def begin(self) -> None:
        """Raises wrong usage for an account that the checklist, or the journal, isn't of."""
        checklist, account_id = self.written.checklist, self.caller.account_id
        known = {*checklist.account_ids, *(step.subject.sub_account_id for step in checklist.steps)}
        known.discard(None)
        if account_id not in known:
            whose = f"of account {', '.join(sorted(filter(None, known)))}" if known else "of none"
            raise usage(
                f"{self.written.path} is {whose}, the credentials are of {account_id}: nothing is "
                "called"
            )
        self.maker.held.begin(
            account_id,
            govern=__version__,
            caller=self.caller.arn,
            mode="undo" if self.question.undo else "execute",
            checklist_sha256=self.written.sha256,
        )

    def settle(self) -> list[tuple[Intent, Made]]:
        """What came of every intent that has no final outcome; up to one that can't be told."""
        settled: list[tuple[Intent, Made]] = []
        for intent in self.maker.held.journal.open:
            settled.append((intent, self.maker.settle(intent)))
            if settled[-1][1].over:
                break
        return settled

    def agree(self, wanted: Sequence[StepOutcome]) -> None:
        """Raises wrong usage for too many acts, and without consent."""
        most = self.question.max_steps
        if len(wanted) > most:
            raise usage(
                f"{len(wanted)} acts are more than --max-steps {most}: none is made; look at the "
                f"list, and say --max-steps {len(wanted)} if it is right"
            )
        if wanted:
            self.confirm(wanted)

    def report(self) -> Application:
        return Application(
            version=__version__,
            as_of=self.question.as_of,
            clock=self.question.clock,
            mode="execute",
            checklist=Input(self.written.path, self.written.sha256),
            steps=(),
            exit=Exit("clean", ""),
            undo=self.question.undo,
            account_id=self.caller.account_id,
        )


def cut_short(
    steps: Sequence[StepOutcome], settled: Sequence[tuple[Intent, Made]]
) -> list[StepOutcome] | None:
    """Where it can't be told what came of an intent: nothing more is called. Else None."""
    unclear = next(((intent, made) for intent, made in settled if made.over), None)
    if unclear is None:
        return None
    intent, made = unclear
    unknown = with_made(
        of(intent, next((outcome for outcome in steps if outcome.id == intent.step), None)), made
    )
    others = [not_reached(outcome, made.reason) for outcome in steps if outcome.id != intent.step]
    return [unknown, *others]


def of(intent: Intent, known: StepOutcome | None) -> StepOutcome:
    """The step of an intent, as the document shows steps."""
    if known:
        return replace(known, act=intent.act)
    act = ACTS.get(intent.act)
    return StepOutcome(
        id=intent.step,
        kind=KIND_OF.get(intent.act, "disable_key"),
        act=intent.act,
        target=intent.target,
        region_id=intent.region_id,
        reversible=bool(act is None or act.undo),
        outcome="unknown",
        label=f"{intent.act} of {intent.target}",
    )


def with_made(outcome: StepOutcome, made: Made) -> StepOutcome:
    """The step with what came of its act."""
    return replace(
        outcome, outcome=made.outcome, basis=made.basis, reason=made.reason, at=made.at,
        look_again_at=None,
    )  # fmt: skip
