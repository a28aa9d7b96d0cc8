"""What a run of ``apply`` was asked, and what the files say to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from govern.judge.audit.delays import GRACE, Delays
from govern.judge.bill.horizon import SETTLE
from govern.judge.bill.summary import summarise
from govern.judge.bill.trust import distrust, said, too_old
from govern.ledger.ledger import Ledger
from govern.model.bill import BillSummary
from govern.model.checklist import Written
from govern.model.directory import Directory
from govern.model.exits import Exit
from govern.model.journal import Journal
from govern.shutdown.act import stale
from govern.shutdown.act.decide import Decider
from govern.shutdown.act.quiet import Quiet
from govern.shutdown.act.rules import Rules
from govern.shutdown.proof.evidence import BillEvidence


@dataclass(frozen=True)
class Question:
    """``as_of`` is naive, on ``clock``; with ``--execute`` it is the account's own time.

    ``max_steps``: more acts than that in one run are refused.
    """

    as_of: datetime
    clock: tzinfo
    rules: Rules = field(default_factory=Rules)
    undo: bool = False
    max_steps: int = 20
    quiet_time: timedelta = timedelta(days=7)
    settle: timedelta = SETTLE
    grace: timedelta = GRACE
    max_age: timedelta = timedelta(days=7)
    max_rejects: int = 0
    directory: Directory = field(default_factory=lambda: Directory(()))


@dataclass(frozen=True)
class Inputs:
    """What the files say. ``wrong``: why nothing may be acted on, whatever the account says."""

    decider: Decider
    bill: BillSummary | None
    wrong: Sequence[Exit]
    notes: tuple[str, ...]


def inputs_of(
    question: Question, written: Written, journal: Journal | None, ledger: Ledger | None
) -> Inputs:
    """The files, held against the checklist and the instant that the question speaks for."""
    checklist, now = written.checklist, question.as_of
    changed, absent = stale.inputs(checklist)
    wrong = [staled(changed)] if changed else []
    notes = [f"Not here, so not compared: {', '.join(absent)}."] if absent else []
    bill: BillSummary | None = None
    evidence: BillEvidence | None = None
    if ledger is not None:
        bill = summarise(ledger, now)
        notes += ledger.notes
        if ledger.clashes:
            wrong.append(Exit("overlap", "; ".join(ledger.clashes)))
        else:
            bad = distrust(ledger, bill, question.max_rejects)
            bad += too_old(bill, now, question.max_age)
            delays = Delays(question.settle, question.grace)
            accounts = checklist.account_ids
            evidence = BillEvidence(ledger, bill, accounts, delays, now, said(bad))
            wrong += bad
    quiet = Quiet(
        checklist,
        journal,
        question.directory,
        evidence,
        question.quiet_time,
        question.settle,
        question.grace,
        now,
        question.clock,
    )
    decider = Decider(checklist, journal, question.rules, quiet, now, question.clock)
    return Inputs(decider, bill, wrong, tuple(notes))


def staled(changes: Sequence[str]) -> Exit:
    """A checklist that doesn't fit any more: nothing is acted on, and what changed is named."""
    return Exit("not_finished", f"a stale checklist: {'; '.join(changes)}")
