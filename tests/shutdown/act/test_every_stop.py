"""A run that is killed, at any write and any call: the next one goes on, repeats nothing, loses
nothing. What a kill leaves behind is the journal's bytes and the account, and nothing else."""

from __future__ import annotations

import contextlib
import copy
import os
import types
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from apply_running import KEY, checklist, outcomes, run, standin, step
from standin.direct import Direct, Killed
from standin.server import Call, StandIn

from govern.model.checklist import Written
from govern.model.journal import Journal
from govern.model.journal_line import read
from govern.shutdown.act import held


@dataclass
class Watch:
    """Notes every effect in the account, and every moment at which a run may be killed."""

    stop: Callable[[str], bool] = lambda moment: False
    effects: Counter[tuple[str, str]] = field(default_factory=Counter)
    part: float | None = None

    def moment(self, told: str) -> None:
        if self.stop(told):
            raise Killed(told)

    def before(self, call: Call) -> None:
        self.moment(f"before {call.operation}")

    def after(self, call: Call) -> None:
        if call.acts:
            self.effects[call.operation, call.parameters["id"]] += 1
        self.moment(f"after {call.operation}")

    def write(self, handle: int, data: bytes) -> int:
        self.moment("before a line")
        if self.stop("within a line"):
            os.write(handle, data[: len(data) // 2])
            raise Killed("within a line")
        done = os.write(handle, data)
        self.moment("behind a line")
        return done


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    one = Watch()
    known = {**vars(os), "write": one.write, "fsync": lambda handle: None}
    monkeypatch.setattr(held, "os", types.SimpleNamespace(**known))
    yield one


def go(written: Written, journal: Path, made: StandIn, watch: Watch, **more: Any) -> Any:
    return run(written, journal, Direct(made, watch.before, watch.after), **more)


def journal_of(path: Path) -> Journal:
    """Verified: a journal that is damaged anywhere isn't read at all."""
    return read(path.read_bytes(), str(path))


def hundred() -> tuple[Written, StandIn]:
    keys = range(1, 101)
    return checklist(*(step("disable_key", str(key)) for key in keys)), standin(keys)


def all_once(watch: Watch, made: StandIn, path: Path, count: int) -> None:
    assert set(watch.effects.values()) == {1}
    assert len(watch.effects) == count
    assert all(row["disabled"] == 1 for row in made.account.keys)
    known = journal_of(path)
    assert len(known.done) == count
    assert not known.open


def kept(written: Written, made: StandIn, path: Path, watch: Watch) -> list[Any]:
    """What a kill would leave behind, each once, at every write and every call of one run, before
    and after its effect: the journal's bytes, the account, the effects so far."""
    found: dict[tuple[int, int], Any] = {}

    def note(moment: str) -> bool:
        raw = path.read_bytes() if path.exists() else b""
        effects = sum(watch.effects.values())
        if (len(raw), effects) not in found:
            account = StandIn(account=copy.deepcopy(made.account))
            found[len(raw), effects] = raw, account, Counter(watch.effects)
        if moment == "within a line" and raw:
            # A line that was begun: as good as none.
            torn = raw + b'{"seq": 7, "at'
            account = StandIn(account=copy.deepcopy(made.account))
            found[len(torn), effects] = torn, account, Counter(watch.effects)
        return False

    watch.stop = note
    go(written, path, made, watch)
    watch.stop = lambda moment: False
    return list(found.values())


def parts() -> list[object]:
    """All stops, a tenth of them in each part; three parts run by default."""
    slow = pytest.mark.slow
    return [part if part % 4 == 0 else pytest.param(part, marks=slow) for part in range(10)]


@pytest.mark.parametrize("part", parts())
def test_killed_at_any_stop_of_a_hundred_steps(part: int, tmp_path: Path, watch: Watch) -> None:
    """The next run settles what was begun and goes on with the steps behind it (to the end of all
    of them: the slow test below)."""
    written, made = hundred()
    found = kept(written, made, tmp_path / "first.jsonl", watch)
    assert len(found) > 500
    then = tmp_path / "then.jsonl"
    for raw, account, effects in found[part::10]:
        then.write_bytes(raw)
        begun = len(effects)
        near = {f"disable_key.{key}" for key in range(begun - 1, begun + 3)}
        watch.effects = effects
        go(written, then, account, watch, chosen=lambda id, near=near: id in near)
        assert set(effects.values()) == {1}
        assert len(effects) == min(begun + 2, 100)
        known = journal_of(then)
        assert not known.open
        assert {one.target for one in known.stops} == {id for _, id in effects}


def test_killed_at_every_stop_one_after_the_other(tmp_path: Path, watch: Watch) -> None:
    """One history: each run is killed at the first moment that none was killed at before."""
    written = checklist(*(step("disable_key", str(key)) for key in range(1, 13)))
    made = standin(range(1, 13))
    path = tmp_path / "j.jsonl"
    left: set[tuple[str, int]] = set()

    def stop(moment: str) -> bool:
        # Not by what is written: a kill leaves another intent behind, and there would be no end.
        key = moment, sum(watch.effects.values())
        new = key not in left
        left.add(key)
        return new

    watch.stop = stop
    runs = 0
    while runs < 1000:
        runs += 1
        with contextlib.suppress(Killed):
            go(written, path, made, watch)
            break
    assert 100 < runs < 1000
    all_once(watch, made, path, 12)


def everything() -> tuple[Written, StandIn]:
    """One step of every kind that the account can carry out, but for keys that wait."""
    made = standin([1, 2, 3])
    account = made.account
    account.key(4, "llm-a", disabled=1)
    account.workspace("llm-b")
    account.fine_tunes["llm-a"] = [{"job_id": "ft-1", "status": "RUNNING"}]
    account.batches["llm-a"] = [{"id": "b-1", "status": "in_progress"}]
    account.deployments["llm-a"] = [{"deployed_model": "d-1", "status": "RUNNING"}]
    account.plans.append({"InstanceID": "cp-1", "RenewStatus": "AutoRenewal", "ProductCode": "sfm"})
    steps = [
        *(step("disable_key", str(key)) for key in (1, 2, 3)),
        step("cancel_training", "ft-1", target="training_job", approved_by="wang"),
        step("cancel_batch", "b-1", target="batch", approved_by="wang"),
        step("take_offline", "d-1", target="deployment", approved_by="wang"),
        step("turn_off_renewal", "cp-1", target="plan"),
        step(
            "retire_workspace", "llm-b", target="workspace", workspace="llm-b", approved_by="wang"
        ),
    ]
    return checklist(*steps), made


def test_killed_at_any_stop_the_next_run_ends_what_was_begun(tmp_path: Path, watch: Watch) -> None:
    written, made = everything()
    found = kept(written, made, tmp_path / "first.jsonl", watch)
    assert len(found) > 40
    for place, (raw, account, effects) in enumerate(found):
        path = tmp_path / f"{place}.jsonl"
        path.write_bytes(raw)
        watch.effects = effects
        report = go(written, path, account, watch)
        assert set(outcomes(report).values()) <= {"done", "already"}
        assert len(effects) == 8 and set(effects.values()) == {1}
        assert len(journal_of(path).done) == 8


def test_killed_within_a_line_at_any_byte(tmp_path: Path, watch: Watch) -> None:
    written = checklist(step("disable_key", "1"))
    path = tmp_path / "whole.jsonl"
    go(written, path, standin([1]), watch)
    whole = path.read_bytes()
    intent_ends = whole.index(b"\n", whole.index(b'"intent"')) + 1
    for size in range(len(whole)):
        made = standin([1])
        # The intent is on the disk before anything is called, and the outcome after it.
        happened = size >= intent_ends
        made.account.keys[0]["disabled"] = int(happened)
        torn = tmp_path / "torn.jsonl"
        torn.write_bytes(whole[:size])
        watch.effects = Counter()
        report = go(written, torn, made, watch)
        assert report.exit.code == 0, size
        assert sum(watch.effects.values()) == (0 if happened else 1), size
        assert [one.step for one in journal_of(torn).stops] == ["disable_key.1"], size


def test_an_effect_that_nobody_was_told_of_is_found(tmp_path: Path, watch: Watch) -> None:
    """Killed after the effect: the next run settles it, and calls nothing for it."""
    written, made = checklist(step("disable_key", "1")), standin([1])
    path = tmp_path / "j.jsonl"
    watch.stop = lambda moment: moment == "after DisableApiKey"
    with pytest.raises(Killed):
        go(written, path, made, watch)
    assert journal_of(path).intents[0].outcomes == ()
    watch.stop = lambda moment: False
    report = go(written, path, made, watch)
    (one,) = report.steps
    assert (one.outcome, one.basis) == ("done", "live")
    assert made.count("DisableApiKey") == 1
    assert [line.outcome for line in journal_of(path).intents[0].outcomes] == ["done"]


def test_an_act_that_never_happened_is_said_so_and_made(tmp_path: Path, watch: Watch) -> None:
    written, made = checklist(step("disable_key", "1")), standin([1])
    path = tmp_path / "j.jsonl"
    watch.stop = lambda moment: moment == "before DisableApiKey"
    with pytest.raises(Killed):
        go(written, path, made, watch)
    watch.stop = lambda moment: False
    report = go(written, path, made, watch)
    assert outcomes(report) == {"disable_key.1": "done"}
    first, second = journal_of(path).intents
    assert [one.outcome for one in first.outcomes] == ["not_done"]
    assert [one.outcome for one in second.outcomes] == ["done"]


@pytest.mark.slow
def test_killed_once_at_every_stop_of_a_hundred_steps(tmp_path: Path, watch: Watch) -> None:
    """Every single kill, each followed by one run to the end."""
    written, made = hundred()
    then = tmp_path / "then.jsonl"
    for raw, account, effects in kept(written, made, tmp_path / "first.jsonl", watch):
        then.write_bytes(raw)
        watch.effects = effects
        go(written, then, account, watch)
        all_once(watch, account, then, 100)


def test_the_watch_sees_what_it_is_to_see(tmp_path: Path, watch: Watch) -> None:
    """An act that is called twice would be counted twice."""
    made = standin([1])
    written = checklist(step("disable_key", "1"))
    go(written, tmp_path / "a.jsonl", made, watch)
    made.account.keys[0]["disabled"] = 0
    go(written, tmp_path / "b.jsonl", made, watch)
    assert watch.effects == {("DisableApiKey", "1"): 2}
    assert KEY not in (tmp_path / "a.jsonl").read_text()
