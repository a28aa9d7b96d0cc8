"""Random histories: runs that are killed, answers that go wrong, and people who do as they like
in between. Whatever happens, nothing is done that wasn't approved, and nothing is forgotten."""

from __future__ import annotations

import contextlib
import os
import random
import types
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apply_running import START, Clock, checklist, outcomes, run, standin, step
from seeds import seeds
from standin.direct import Direct, Killed
from standin.server import FAULTS, Call, StandIn

from govern.model.checklist import Step, Written
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.errors import GovernError
from govern.model.journal import Journal
from govern.model.journal_line import read
from govern.model.policy import Pattern
from govern.shutdown.act import held

THEN = Moment(START, BILL_CLOCK)

#: The act of each kind of step here, and of its undo.
ACTS = {
    "disable_key": "DisableApiKey", "delete_key": "DeleteApiKey",
    "cancel_training": "CancelFineTune", "cancel_batch": "CancelBatch",
    "take_offline": "DeleteDeployment", "turn_off_renewal": "SetRenewal",
    "retire_workspace": "DeleteWorkspace",
}  # fmt: skip
REVERSIBLE = ("disable_key", "turn_off_renewal")
PROTECTED = "5"


def states(made: StandIn) -> dict[str, str]:
    """The whole account, thing by thing, read without any of govern's code."""
    account = made.account
    found = {str(row["apiKeyId"]): str(row["disabled"]) for row in account.keys}
    for rows, name in (
        (account.fine_tunes["llm-a"], "job_id"),
        (account.batches["llm-a"], "id"),
        (account.deployments["llm-a"], "deployed_model"),
    ):
        found |= {row[name]: row["status"] for row in rows}
    found |= {row["InstanceID"]: row["RenewStatus"] for row in account.plans}
    return found | {row["workspaceId"]: "listed" for row in account.workspaces}


@dataclass
class History:
    """``effects``: what runs changed in the account: call, thing, state before and after.
    ``last``: of what still is as a run left it, the call and the state. ``read``: the steps as the
    run that is under way has read them; what people write meanwhile is for the next one."""

    chance: random.Random
    path: Path
    made: StandIn
    steps: list[Step]
    effects: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    last: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    read: tuple[Step, ...] = ()
    known: dict[str, str] = field(default_factory=dict)
    mode: str = "execute"
    kill: float = 0.0
    fault: float = 0.0
    others: float = 0.0

    @property
    def written(self) -> Written:
        return checklist(*self.steps)

    def before(self, call: Call) -> None:
        if self.chance.random() < self.kill:
            raise Killed
        if self.chance.random() < self.others:
            self.people()
        self.known = states(self.made)

    def after(self, call: Call) -> None:
        now = states(self.made)
        changed = {id for id in {*now, *self.known} if now.get(id) != self.known.get(id)}
        assert not changed or call.acts, call
        assert len(changed) <= 1
        for id in changed:
            self.effects.append((call.operation, id, self.known.get(id), now.get(id)))
            self.last[id] = call.operation, now.get(id)
            self.approved(call.operation, id)
        if self.chance.random() < self.kill:
            raise Killed

    def approved(self, operation: str, id: str) -> None:
        """The effect is one that the checklist, and what people wrote in it, allows now."""
        assert id != PROTECTED
        (one,) = [one for one in self.read if one.subject.id == id and one.kind != "delete_key"]
        if self.mode == "undo":
            assert operation == "EnableApiKey" or (
                operation == "SetRenewal" and states(self.made)[id] == "AutoRenewal"
            )
            return
        assert operation == ACTS[one.kind]
        assert one.state == "todo"
        assert one.kind in REVERSIBLE or one.approved_by
        done = {step for step, intent in self.journal.done.items() if intent.state == "done"}
        ticked = {step.id for step in self.read if step.state == "done"}
        assert set(one.needs) <= done | ticked

    def wrong(self, call: Call) -> str | None:
        return self.chance.choice(FAULTS) if self.chance.random() < self.fault else None

    def write(self, handle: int, data: bytes) -> int:
        if self.chance.random() < self.kill:
            os.write(handle, data[: self.chance.randrange(len(data))])
            raise Killed
        done = os.write(handle, data)
        if self.chance.random() < self.kill:
            raise Killed
        return done

    @property
    def journal(self) -> Journal:
        """Verified: one that is damaged can't be read."""
        return read(self.path.read_bytes() if self.path.exists() else b"", "j")

    def go(self, **more: Any) -> Any:
        """A run; how it ended, or None where it was killed or refused."""
        self.read = tuple(self.steps)
        self.mode = "undo" if more.get("undo") else "execute"
        self.clock.now += timedelta(seconds=self.chance.choice([1, 60, 86400]))
        direct = Direct(self.made, self.before, self.after, self.wrong)
        try:
            return run(
                self.written,
                self.path,
                direct,
                clock=self.clock,
                protect=[Pattern("key 5")],
                **more,
            )
        except (Killed, GovernError):
            return None

    def people(self) -> None:
        """Somebody does something in the console, or ticks a step."""
        before = states(self.made)
        self._people()
        after = states(self.made)
        for id in {*before, *after}:
            if before.get(id) != after.get(id):
                self.last.pop(id, None)

    def _people(self) -> None:
        account = self.made.account
        what = self.chance.randrange(8)
        if what == 0 and account.keys:
            self.chance.choice(account.keys)["disabled"] = 0
        elif what == 1 and account.keys:
            self.chance.choice(account.keys)["disabled"] = 1
        elif what == 2 and account.keys and self.chance.random() < 0.3:
            account.keys.remove(self.chance.choice(account.keys))
        elif what == 3 and account.keys and self.chance.random() < 0.3:
            self.chance.choice(account.keys)["workspaceId"] = "llm-b"
        elif what == 4:
            for row in account.fine_tunes["llm-a"]:
                row["status"] = self.chance.choice(["SUCCEEDED", "CANCELING", "FAILED"])
        elif what == 5:
            account.plans[0]["RenewStatus"] = self.chance.choice(["AutoRenewal", "ManualRenewal"])
        elif what == 6:
            account.deployments["llm-a"].clear()
        elif what == 7:
            place = self.chance.randrange(len(self.steps))
            step = self.steps[place]
            told: dict[str, Any] = self.chance.choice(
                [
                    {"state": "done", "by": "lin", "at": THEN},
                    {"state": "todo", "by": None, "at": None},
                    {"approved_by": "wang"},
                    {"approved_by": None},
                ]
            )
            self.steps[place] = type(step)(**{**vars(step), **told})


def begin(seed: int, path: Path) -> History:
    chance = random.Random(seed)
    made = standin([1, 2, 3, 5])
    account = made.account
    account.workspace("llm-b")
    account.key(9, "llm-a")  # on no step
    account.fine_tunes["llm-a"] = [{"job_id": "ft-1", "status": "RUNNING"}]
    account.batches["llm-a"] = [{"id": "b-1", "status": "in_progress"}]
    account.deployments["llm-a"] = [{"deployed_model": "d-1", "status": "RUNNING"}]
    account.plans.append({"InstanceID": "cp-1", "RenewStatus": "AutoRenewal", "ProductCode": "sfm"})

    def maybe() -> str | None:
        return chance.choice(["wang", None])

    told = step("tell_owners", "llm-a", target="workspace")
    steps = [
        told,
        *(step("disable_key", str(key)) for key in (1, 2, 5)),
        step("disable_key", "3", needs=(told.id,)),
        step("delete_key", "1", needs=("disable_key.1",), approved_by="wang"),
        step("cancel_training", "ft-1", target="training_job", approved_by=maybe()),
        step("cancel_batch", "b-1", target="batch", approved_by=maybe(), needs=("disable_key.2",)),
        step("take_offline", "d-1", target="deployment", approved_by=maybe()),
        step("turn_off_renewal", "cp-1", target="plan"),
        step("retire_workspace", "llm-b", target="workspace", workspace="llm-b",
             needs=("disable_key.1",), approved_by=maybe()),
    ]  # fmt: skip
    history = History(chance, path, made, steps)
    history.kill = chance.choice([0.0, 0.02, 0.1])
    history.fault = chance.choice([0.0, 0.02, 0.1])
    history.others = chance.choice([0.0, 0.0, 0.05])
    return history


@pytest.mark.parametrize("seed", seeds(80, 6000))
def test_nothing_is_done_that_was_not_approved_and_nothing_forgotten(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = begin(seed, tmp_path / "j.jsonl")
    shim = {**vars(os), "write": history.write, "fsync": lambda handle: None}
    monkeypatch.setattr(held, "os", types.SimpleNamespace(**shim))
    for _ in range(history.chance.randrange(2, 9)):
        if history.chance.random() < 0.4:
            history.people()
        undo = history.chance.random() < 0.2
        some = {one.id for one in history.steps if history.chance.random() < 0.7}
        chosen = some.__contains__ if history.chance.random() < 0.3 else lambda id: True
        history.go(undo=undo, chosen=chosen)
        assert history.journal.lines >= 0
        if not history.others:
            nothing_twice(history)

    # At last nothing goes wrong any more, and nobody else does anything: all is settled.
    history.kill = history.fault = history.others = 0.0
    report = history.go()
    assert all(one.state == "accepted" for one in history.journal.open)
    if report:
        assert set(outcomes(report).values()) <= {
            "done", "already", "accepted", "blocked", "unapproved", "protected", "missing",
            "waiting", "skipped", "manual", "not_reached",
        }  # fmt: skip
    nothing_forgotten(history)
    untouched = {id for _, id, _, _ in history.effects}
    assert not untouched & {"9", PROTECTED, "llm-a"}
    assert not [one for one in history.effects if one[0] == "DeleteApiKey"]


def nothing_twice(history: History) -> None:
    """Each effect found its thing as the act expects it: what was done isn't done again."""
    for operation, _, before, after in history.effects:
        assert before != after
        if operation == "DisableApiKey":
            assert (before, after) == ("0", "1")
        if operation == "EnableApiKey":
            assert (before, after) == ("1", "0")


def nothing_forgotten(history: History) -> None:
    """Every effect has its line; what still is as a run left it is done, or taken back, by the
    journal's own account of it."""
    known = history.journal
    written = [(one.act, one.target) for one in known.intents]
    for operation, id, *_ in history.effects:
        assert (operation, id) in written
    done = {one.target for one in known.done.values()}
    for id, (operation, _) in history.last.items():
        if operation == "DisableApiKey":
            assert id in done, (id, known.intents)
        if operation == "EnableApiKey":
            assert id not in done, (id, known.intents)


def test_a_history_can_fail(tmp_path: Path) -> None:
    """What isn't approved would be seen."""
    history = begin(1, tmp_path / "j.jsonl")
    history.known = states(history.made)
    history.made.account.keys[3]["disabled"] = 1
    with pytest.raises(AssertionError):
        history.after(Call("DisableApiKey", "", {}, acts=True))
    history.known = states(history.made)
    history.made.account.fine_tunes["llm-a"][0]["status"] = "CANCELED"
    history.read = tuple(type(one)(**{**vars(one), "approved_by": None}) for one in history.steps)
    with pytest.raises(AssertionError):
        history.after(Call("CancelFineTune", "", {}, acts=True))
    with contextlib.suppress(AssertionError):
        nothing_twice(history)
