"""Retirements that are known in full, proved from bills that are late and cut: no false proof.

People tick what they believe: some keys were never disabled, some come back, and new ones are made.
The oracle is the world itself. Every row arrives at most 48 hours after its use.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from bills import instance, other, timed, timed_bill
from seeds import seeds

from govern.bill.exported import given
from govern.judge.check.check import Terms
from govern.ledger.reading import Reading, read
from govern.model.checklist import Checklist, Written
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.verification import VerificationReport
from govern.shutdown.plan.draft import checklist_of
from govern.shutdown.plan.tick import Word, tick
from govern.shutdown.proof.report import Question, prove

GRACE = timedelta(minutes=15)
SETTLE = timedelta(hours=48)
START, PLAN, END = datetime(2026, 8, 1), datetime(2026, 8, 25), datetime(2026, 10, 1)
MONTHS = ("2026-08", "2026-09")

#: More worlds by hand: GOVERN_WORLDS=200 pytest -m slow tests/shutdown/proof
WORLDS = int(os.environ.get("GOVERN_WORLDS", "20"))
KEYS = 60


@dataclass(frozen=True)
class Use:
    workspace: str
    key: str
    at: datetime
    arrives: datetime


@dataclass(frozen=True)
class World:
    """What happened: all uses, and when each key was ticked as disabled."""

    uses: tuple[Use, ...]
    ticked: dict[str, datetime]
    others: tuple[tuple[datetime, datetime], ...]

    def used(self, key: str, since: datetime) -> list[datetime]:
        return [use.at for use in self.uses if use.key == key and use.at >= since]


def world(chance: random.Random, *, clean: bool = False) -> World:
    uses: list[Use] = []
    ticked = {}
    for number in range(KEYS):
        key, workspace = str(2000 + number), f"llm-w{number % 5}"
        stop = _instant(chance, PLAN, PLAN + timedelta(days=10))
        ticked[key] = stop
        times = [_instant(chance, START, PLAN), *(_instant(chance, START, stop) for _ in range(3))]
        if chance.random() < 0.3:
            times.append(stop + timedelta(seconds=chance.randrange(900)))
        if not clean and chance.random() < 0.25:
            # Ticked and not done, or enabled again.
            times += [_instant(chance, stop + GRACE, END) for _ in range(2)]
        uses += [_use(chance, workspace, key, at) for at in times if at < END]
    if not clean and chance.random() < 0.5:
        # A key that nobody knew of, made after the plan.
        uses += [_use(chance, "llm-w1", "9999", _instant(chance, PLAN, END)) for _ in range(2)]
    steps = [START + timedelta(hours=6 * step) for step in range(4 * 61)]
    others = [(at, at + timedelta(minutes=chance.choice([5, 300, 2000]))) for at in steps]
    return World(tuple(uses), ticked, tuple(others))


def _instant(chance: random.Random, start: datetime, end: datetime) -> datetime:
    return start + timedelta(seconds=chance.randrange(int((end - start).total_seconds())))


def _use(chance: random.Random, workspace: str, key: str, at: datetime) -> Use:
    return Use(workspace, key, at, at + timedelta(minutes=chance.choice([2, 10, 600, 2879])))


def export(folder: Path, seen: World, cut: datetime, *, last: datetime = END) -> list[str]:
    """The month files as they were at ``cut``, with no Model Studio row from ``last`` on."""
    paths = []
    for month in MONTHS:
        charges = [
            (use.at, timed(f"{use.at}", instance(use.key, use.workspace)))
            for use in seen.uses
            if use.arrives <= cut and use.at < last
        ]
        charges += [(at, other(f"{at}")) for at, arrives in seen.others if arrives <= cut]
        lines = [line for at, line in sorted(charges) if f"{at:%Y-%m}" == month]
        if lines:
            paths.append(str(timed_bill(folder, *lines, name=f"{month}.csv")))
    return paths


def planned(folder: Path, seen: World, *wanted: str) -> Checklist:
    with read(export(folder, seen, PLAN), Reading()) as ledger:
        checklist, _ = checklist_of(ledger, [], Terms(as_of=PLAN), wanted, [])
    return checklist


def ticked(checklist: Checklist, seen: World) -> Checklist:
    """Every step ticked: keys when people say so, all else when the last key was."""
    last = max(seen.ticked.values())
    checklist, _ = tick(checklist, ["*"], Word("done", "lin", Moment(last, BILL_CLOCK)))
    for key, at in seen.ticked.items():
        name = f"disable_key.*.{key}"
        if any(step.kind == "disable_key" and step.subject.id == key for step in checklist.steps):
            checklist, _ = tick(checklist, [name], Word("done", "lin", Moment(at, BILL_CLOCK)))
    return checklist


def verified(
    checklist: Checklist, paths: Sequence[str], cut: datetime, *, told: bool, strict: bool = False
) -> VerificationReport:
    exported = [f"{path}={cut:%Y-%m-%dT%H:%M:%S}" for path in paths] if told else []
    written = Written(checklist, "checklist.yaml", "0" * 64)
    with read(list(paths), Reading(exported_at=given(exported))) as ledger:
        question = Question(as_of=cut, clock=BILL_CLOCK, strict=strict, evidence=1)
        return prove(written, ledger, question)


@pytest.mark.parametrize("seed", seeds(3, WORLDS))
def test_nothing_is_proved_that_is_not_so(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    seen = world(chance)
    wanted = chance.choice([["all"], ["workspace=llm-w1", "workspace=llm-w3"], ["api_key=2007"]])
    checklist = ticked(planned(tmp_path, seen, *wanted), seen)
    subjects = {step.id: step.subject for step in checklist.steps}
    cut = _instant(chance, PLAN + timedelta(days=3), END + timedelta(days=8))
    report = verified(checklist, export(tmp_path, seen, cut), cut, told=chance.random() < 0.6)
    for step in report.steps:
        subject = subjects[step.id]
        if step.state != "proved" or step.basis != "bill":
            continue
        assert step.stopped_at is not None or step.kind == "final_bill"
        assert step.proved_until is not None
        if step.kind in ("disable_key", "delete_key"):
            after = seen.used(str(subject.id), (step.stopped_at or START) + GRACE)
            assert not [use for use in after if use < step.proved_until]
        elif step.kind in ("closing_proof", "retire_workspace"):
            since = (step.stopped_at or START) + GRACE
            words = str(subject.id)
            after = [
                use.at
                for use in seen.uses
                if use.at >= since
                and (
                    words in ("all", use.workspace, f"workspace={use.workspace}")
                    or words == f"api_key={use.key}"
                )
            ]
            assert not [use for use in after if use < step.proved_until]


@pytest.mark.parametrize("seed", range(4))
def test_what_was_truly_done_is_proved_once_the_bill_reaches_far_enough(
    tmp_path: Path, seed: int
) -> None:
    seen = world(random.Random(seed), clean=True)
    checklist = ticked(planned(tmp_path, seen, "all"), seen)
    # Everything has arrived, September's bill holds other products only from the stops on.
    cut = END + timedelta(days=4)
    report = verified(checklist, export(tmp_path, seen, cut), cut, told=True)
    assert {step.state for step in report.steps} == {"proved"}
    assert report.exit.code == 0
    assert report.count("proved") > 120
    strict = verified(checklist, export(tmp_path, seen, cut), cut, told=True, strict=True)
    assert (strict.exit.code, strict.exit.cause) == (6, "not_finished")


def test_without_an_export_instant_the_end_of_each_month_stays_open(tmp_path: Path) -> None:
    seen = world(random.Random(2), clean=True)
    checklist = ticked(planned(tmp_path, seen, "all"), seen)
    cut = END + timedelta(days=4)
    report = verified(checklist, export(tmp_path, seen, cut), cut, told=False)
    rows = [at for at, _ in seen.others] + [use.at for use in seen.uses]
    ends = {month: max(at for at in rows if at.month == month) for month in (8, 9)}
    proved = {
        step.id: step.state == "proved"
        for step in report.steps
        if step.kind in ("disable_key", "delete_key")
    }
    stops = {step.id: step.stopped_at or START for step in report.steps}
    assert set(proved.values()) == {True, False}
    for id, state in proved.items():
        decided = stops[id] + GRACE + SETTLE
        assert state == (decided <= ends[(stops[id] + GRACE).month])


@pytest.mark.parametrize("seed", range(3))
def test_a_late_row_turns_a_proof_into_a_failure(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    seen = world(chance, clean=True)
    checklist = ticked(planned(tmp_path, seen, "all"), seen)
    cut = END + timedelta(days=4)
    assert verified(checklist, export(tmp_path, seen, cut), cut, told=True).exit.code == 0
    at = max(seen.ticked.values()) + GRACE
    seen = replace(seen, uses=(*seen.uses, Use("llm-w0", "2000", at, at)))
    report = verified(checklist, export(tmp_path, seen, cut), cut, told=True)
    failed = {step.id for step in report.steps if step.state == "failed"}
    assert failed == {
        "disable_key.llm-w0.2000",
        "delete_key.llm-w0.2000",
        "retire_workspace.llm-w0",
        "closing_proof.all",
        "final_bill",
    }
    assert report.exit.code == 1


def test_a_word_proves_nothing_that_a_bill_must_show(tmp_path: Path) -> None:
    seen = world(random.Random(1), clean=True)
    checklist = ticked(planned(tmp_path, seen, "all"), seen)
    with_no_bill = prove(
        Written(checklist, "checklist.yaml", "0" * 64),
        None,
        Question(as_of=END, clock=BILL_CLOCK),
    )
    proofs = {step.id: step.proof for step in checklist.steps}
    for step in with_no_bill.steps:
        # Nobody can have seen the month's final bill by the time of the stop.
        by_word = proofs[step.id] == "person" and step.id != "final_bill"
        assert (step.state == "proved") == by_word
    assert with_no_bill.exit.code == 6
