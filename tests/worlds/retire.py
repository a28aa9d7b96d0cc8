"""Retirements as people carry them out: planned, ticked, verified from the bills at hand."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from govern.bill.exported import given
from govern.judge.check.check import Terms
from govern.ledger.ledger import Ledger
from govern.ledger.reading import Reading, read
from govern.model.checklist import Checklist, Step, Written
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.verification import VerificationReport
from govern.shutdown.plan.draft import checklist_of
from govern.shutdown.plan.tick import Word, tick
from govern.shutdown.proof.report import Question, prove
from worlds import exports, truth, world
from worlds.people import ticks
from worlds.world import PLAN, Key, World


@dataclass
class Figures:
    """What was asked and answered. A retirement is a checklist that people ticked in their own way,
    judged from the bills that they have at hand; ``wrong`` is what was said of it and isn't so."""

    worlds: int = 0
    checklists: int = 0
    retirements: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    exits: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        self.worlds += other.worlds
        self.checklists += other.checklists
        self.retirements += other.retirements
        self.steps += other.steps
        self.exits += other.exits
        self.wrong += other.wrong


def run(seed: int) -> Figures:
    """One world: every retirement in it, judged at several instants from several bills."""
    chance = random.Random(seed)
    honest = seed % 4 == 0
    seen = world.make(chance, honest=honest)
    figures = Figures(worlds=1)
    with TemporaryDirectory(prefix="govern-world-") as name:
        folder = Path(name)
        layout = "api" if honest and chance.random() < 0.5 else chance.choice(["v2", "v2", "api"])
        planned = plans(chance, seen, folder, layout)
        figures.checklists += len(planned)
        for number in range(3):
            now = later(chance)
            at_hand = exports.seen_at(chance, seen, now, chance.choice([layout, "detail"]))
            _judge(chance, seen, folder, f"{number}", now, at_hand, planned, figures, seed)
        if honest:
            # Everything was stopped, everything has arrived, and every month is final.
            now = datetime(2026, 11, 4)
            whole = exports.final(seen, layout, now)
            _judge(chance, seen, folder, "final", now, whole, planned, figures, seed, whole=True)
    return figures


def plans(chance: random.Random, seen: World, folder: Path, layout: str) -> list[Checklist]:
    """A checklist for each wish, made from the bill of the day of the plan."""
    here = folder / "plan"
    here.mkdir()
    bill = exports.write(seen, exports.final(seen, layout, PLAN), here)
    found = []
    with read(list(bill.paths), Reading(exported_at=given(bill.told))) as ledger:
        for wish in _wishes(chance, seen, bill):
            checklist, _ = checklist_of(ledger, [], Terms(as_of=PLAN), wish, [])
            found.append(checklist)
    return found


def _wishes(chance: random.Random, seen: World, bill: exports.Bill) -> list[list[str]]:
    shown = [use for use in seen.uses if bill.shows(use) and use.service in ("inference", "batch")]
    found = [["all"]]
    workspaces = sorted({use.workspace for use in shown})
    found += [[f"workspace={one}"] for one in chance.sample(workspaces, min(2, len(workspaces)))]
    keys = sorted({(use.workspace, use.key) for use in shown if use.key})
    found += [[f"api_key={w}/{k}"] for w, k in chance.sample(keys, min(2, len(keys)))]
    return found


def later(chance: random.Random) -> datetime:
    span = (world.END + timedelta(days=8) - PLAN).total_seconds()
    return PLAN + timedelta(seconds=chance.randrange(3600, int(span)))


def _judge(
    chance: random.Random,
    seen: World,
    folder: Path,
    name: str,
    now: datetime,
    at_hand: list[exports.Export],
    planned: list[Checklist],
    figures: Figures,
    seed: int,
    *,
    whole: bool = False,
) -> None:
    if not at_hand:
        return
    here = folder / name
    here.mkdir()
    bill = exports.write(seen, at_hand, here)
    with read(list(bill.paths), Reading(exported_at=given(bill.told))) as ledger:
        for checklist in planned:
            ticked, kept = _ticked(chance, seen, checklist, now)
            report = verified(ticked, ledger, now)
            said = _said(ticked, report, kept)
            figures.retirements += 1
            figures.exits[report.exit.code] += 1
            figures.steps.update(f"{one.kind} {one.state} {one.basis}" for one in said)
            what = f"world {seed} {name} {checklist.wishes[0]} at {now}"
            accounts = checklist.account_ids
            told = truth.wrong(seen, bill, said, report.exit.code, accounts)
            figures.wrong += [f"{what}: {one}" for one in told]
            listed = {
                (step.subject.workspace_id, step.subject.id)
                for step in checklist.steps
                if step.kind == "disable_key"
            }
            over = whole and not kept and provable(seen, checklist.wishes[0], listed)
            if over and report.exit.code != 0:
                figures.wrong.append(f"{what}: carried out, but exit {report.exit}")


def provable(seen: World, wish: str, listed: set[tuple[str | None, str | None]]) -> bool:
    """Whether no charge of unknown layout stands in the way of less than everything, and no key
    was used after the plan whose charges before it came too late for its bill.

    ``listed``: the keys of the checklist, by workspace and id."""
    if wish != "all" and any(use.service == "deployment" for use in seen.uses):
        return False
    wished = {place for place, _ in listed} | {wish.removeprefix("workspace=")}
    return not any(
        use.key and use.at >= PLAN and (use.workspace, use.key) not in listed
        for use in seen.uses
        if wish == "all" or use.workspace in wished
    )


def _ticked(
    chance: random.Random, seen: World, checklist: Checklist, now: datetime
) -> tuple[Checklist, set[str]]:
    keys = {step.id: key for step in checklist.steps if (key := _key(seen, step))}
    said = ticks(chance, seen, keys, [step.id for step in checklist.steps], now)
    for id, at in said.items():
        checklist, _ = tick(checklist, [id], Word("done", "lin", Moment(at, BILL_CLOCK)))
    kept: set[str] = set()
    if not seen.honest and chance.random() < 0.3:
        step = chance.choice(checklist.steps)
        until = Moment(datetime(2027, 1, 1), BILL_CLOCK)
        word = Word("kept", "lin", Moment(PLAN, BILL_CLOCK), reason="needed", until=until)
        checklist, _ = tick(checklist, [step.id], word)
        kept.add(step.id)
    return checklist, kept


def _key(seen: World, step: Step) -> Key | None:
    if step.kind not in ("disable_key", "delete_key"):
        return None
    place = (step.subject.workspace_id, step.subject.id)
    return next((key for key in seen.keys if (key.workspace, key.id) == place), None)


def verified(checklist: Checklist, ledger: Ledger, now: datetime) -> VerificationReport:
    written = Written(checklist, "checklist.yaml", "0" * 64)
    return prove(written, ledger, Question(as_of=now, clock=BILL_CLOCK, evidence=0))


def _said(checklist: Checklist, report: VerificationReport, kept: set[str]) -> list[truth.Said]:
    steps = {step.id: step for step in checklist.steps}
    return [
        truth.Said(
            id=one.id,
            kind=one.kind,
            subject=steps[one.id].subject.id,
            workspace=steps[one.id].subject.workspace_id,
            owner=steps[one.id].subject.sub_account_id,
            state=one.state,
            basis=one.basis,
            stopped_at=one.stopped_at,
            proved_until=one.proved_until,
            after={part.currency: part.billed_cost for part in one.charges_after},
            kept=one.id in kept,
        )
        for one in report.steps
    ]
