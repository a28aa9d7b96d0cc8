"""A checklist held against several later files at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bills import INFERENCE, instance, timed, timed_bill

from govern.bill.exported import given
from govern.judge.check.check import Terms
from govern.ledger.reading import Reading, read
from govern.model.checklist import Checklist, Written
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.verification import StepResult, VerificationReport
from govern.shutdown.plan.draft import checklist_of
from govern.shutdown.plan.tick import Word, tick
from govern.shutdown.proof.report import Question, prove


def charge(
    at: str,
    key: str = "7",
    *,
    workspace: str = "llm-a",
    channel: str = "app",
    code: str = INFERENCE,
    account: str = "100",
    amount: str = "1",
    currency: str = "CNY",
) -> str:
    """A call, or with another ``code`` a job of the workspace."""
    job = f"{workspace}!cn-beijing!job-1"
    what = job if "training" in code else instance(key, workspace, channel)
    return timed(at, what, code=code, amount=amount, payer=account, currency=currency)


def written(folder: Path, files: Mapping[str, Sequence[str]]) -> list[str]:
    return [str(timed_bill(folder, *rows, name=name)) for name, rows in files.items()]


def moment(text: str) -> Moment:
    return Moment(datetime.fromisoformat(text), BILL_CLOCK)


def planned(folder: Path, rows: Sequence[str], *wanted: str) -> Checklist:
    """The checklist of a bill, as of the first of the month after its first row."""
    (folder / "first").mkdir()
    paths = written(folder / "first", {"bill.csv": rows})
    with read(paths, Reading()) as ledger:
        checklist, _ = checklist_of(ledger, [], Terms(as_of=datetime(2026, 9, 10)), wanted, [])
    return checklist


def ticked(checklist: Checklist, at: str, *names: str) -> Checklist:
    return tick(checklist, names or ["*"], Word("done", "lin", moment(at)))[0]


def kept(checklist: Checklist, *names: str) -> Checklist:
    word = Word("kept", "wang", moment("2026-09-10"), reason="why", until=moment("2027-01-01"))
    return tick(checklist, names, word)[0]


def proved(
    folder: Path,
    checklist: Checklist,
    files: Mapping[str, Sequence[str]],
    *,
    exported: Mapping[str, str] | None = None,
    as_of: str = "2026-12-01T00:00:00",
) -> VerificationReport:
    paths = written(folder, files)
    told = given([f"{folder / name}={at}" for name, at in (exported or {}).items()])
    question = Question(as_of=datetime.fromisoformat(as_of), clock=BILL_CLOCK)
    with read(paths, Reading(exported_at=told)) as ledger:
        return prove(Written(checklist, "c.yaml", "0" * 64), ledger, question)


def result(report: VerificationReport, id: str) -> StepResult:
    (found,) = [step for step in report.steps if step.id == id]
    return found
