"""The verification as a report: every step's result, what is counted apart, and the exit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from govern import __version__
from govern.judge.audit.delays import GRACE, Delays, short_settle
from govern.judge.bill.horizon import SETTLE
from govern.judge.bill.summary import summarise
from govern.judge.bill.trust import distrust, said, too_old
from govern.ledger.ledger import Ledger
from govern.model.bill import BillSummary
from govern.model.checklist import Input, Written
from govern.model.directory import Directory
from govern.model.exits import Exit, worst
from govern.model.journal import Journal
from govern.model.text import some
from govern.model.verification import StepResult, VerificationReport
from govern.shutdown.proof.carried import began, carried_out
from govern.shutdown.proof.case import Grounds
from govern.shutdown.proof.evidence import BillEvidence
from govern.shutdown.proof.users import unknown_users, users_of
from govern.shutdown.proof.verify import overdue, verify


@dataclass(frozen=True)
class Question:
    """What is asked. The durations come as they were written and as what they mean.

    ``strict``: a word is not enough for any step. ``as_of`` is naive, on ``clock``.
    ``journal``: what ``apply`` did, believed before ticks and inventories.
    """

    as_of: datetime
    clock: tzinfo
    settle: tuple[str, timedelta] = ("48h", SETTLE)
    grace: tuple[str, timedelta] = ("15m", GRACE)
    strict: bool = False
    fail_on: str = "low"
    max_rejects: int = 0
    max_bill_age: timedelta | None = None
    evidence: int = 3
    directory: Directory = field(default_factory=lambda: Directory(()))
    journal: Journal | None = None


def prove(written: Written, ledger: Ledger | None, question: Question) -> VerificationReport:
    """Hold the checklist against the bill, if there is one, and the inventories."""
    checklist = carried_out(written.checklist, question.journal)
    report = VerificationReport(
        version=__version__,
        as_of=question.as_of,
        clock=question.clock,
        checklist=Input(written.path, written.sha256),
        bill=None,
        settle=question.settle[0],
        grace=question.grace[0],
        steps=(),
        exit=Exit("overlap", ""),
        inputs=tuple(
            Input(inventory.path, inventory.sha256) for inventory in question.directory.inventories
        ),
        strict=question.strict,
        journal=question.journal,
        notes=tuple(short_settle(*question.settle)),
    )
    bill: BillSummary | None = None
    evidence = None
    stale: list[str] = []
    wrong: list[Exit] = []
    if ledger is not None:
        bill = summarise(ledger, question.as_of)
        if ledger.clashes:
            return replace(report, bill=bill, exit=Exit("overlap", "; ".join(ledger.clashes)))
        delays = Delays(question.settle[1], question.grace[1])
        wrong = distrust(ledger, bill, question.max_rejects)
        wrong += too_old(bill, question.as_of, question.max_bill_age)
        evidence = BillEvidence(
            ledger, bill, checklist.account_ids, delays, question.as_of, said(wrong)
        )
        stale = unknown_users(checklist, users_of(ledger), question.clock)
    grounds = Grounds(
        question.as_of,
        question.clock,
        evidence,
        question.directory,
        question.evidence,
        question.settle[1],
        began(question.journal, question.clock),
    )
    steps = verify(checklist, grounds)
    late = overdue(checklist, steps, grounds)
    notes = [*report.notes, *(ledger.notes if ledger else ())]
    if stale:
        notes.append(
            f"Keys used since that this checklist doesn't know: {some(stale, 5)}. Make it again."
        )
    if late:
        notes.append(f"Overdue: {', '.join(late)}.")
    exits = [*wrong, _exit(steps, question, late)]
    if stale:
        # Steps may be open as well: this comes first.
        reason = f"a stale checklist: it doesn't know {stale[0]}; make it again"
        exits.insert(0, Exit("not_finished", reason))
    return replace(report, bill=bill, steps=tuple(steps), exit=worst(exits), notes=tuple(notes))


def _exit(steps: Sequence[StepResult], question: Question, late: Sequence[str]) -> Exit:
    leaking = [step for step in steps if step.charges_after]
    if leaking and question.fail_on != "never":
        return Exit("leaking", f"charges after the stop: {some([step.id for step in leaking], 1)}")
    unfinished = [step for step in steps if step.state not in ("proved", "kept")]
    words = [step for step in steps if question.strict and step.on_word]
    if not unfinished and not words:
        proved = "everything is proved" if steps else "the checklist has no step"
        word = sum(1 for step in steps if step.on_word)
        return Exit("clean", proved + (f", {word} on someone's word" if word else ""))
    since = f"; overdue: {some(late, 1)}" if late else ""
    return Exit("not_finished", _left(unfinished, words) + since)


def _left(unfinished: Sequence[StepResult], words: Sequence[StepResult]) -> str:
    """``2 steps open, 3 waiting until 2026-10-05 12:00``."""
    counts = {
        "failed": sum(1 for step in unfinished if step.state == "failed"),
        "open": sum(1 for step in unfinished if step.state in ("todo", "blocked")),
        "waiting": sum(1 for step in unfinished if step.state == "waiting"),
        "on someone's word only (--strict)": len(words),
    }
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    dates = [step.look_again_at for step in unfinished if step.look_again_at]
    return said + (
        f"; look again with a bill that reaches {max(dates):%Y-%m-%d %H:%M}" if dates else ""
    )
