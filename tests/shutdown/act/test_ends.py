"""How a run ends before its end: Ctrl-C and a kill of a real process; and no secret anywhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from apply_running import KEY, checklist, run, standin, step
from standin.command import environment, govern
from standin.direct import Direct
from standin.server import FAULTS, Call, StandIn, running

from govern.cli import signals
from govern.model.journal_line import read
from govern.model.yaml_text import text


@pytest.fixture
def signal_free(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A signal as this process would hear it, without one."""
    monkeypatch.setattr(signals, "_came", [])
    monkeypatch.setattr(signals, "deaf", lambda: None)
    yield


def test_a_signal_within_an_act_ends_the_run_behind_its_outcome(
    tmp_path: Path, signal_free: None
) -> None:
    made, path = standin([1, 2]), tmp_path / "j.jsonl"

    def after(call: Call) -> None:
        if call.operation == "DisableApiKey":
            signals._interrupt(signal.SIGINT, None)

    steps = checklist(step("disable_key", "1"), step("disable_key", "2"))
    with pytest.raises(signals.Interrupted):
        run(steps, path, Direct(made, after=after), unbroken=signals.later)
    known = read(path.read_bytes(), "j")
    assert [one.state for one in known.intents] == ["done"]
    assert made.count("DisableApiKey") == 1


def test_a_signal_between_acts_ends_the_run_at_once(tmp_path: Path, signal_free: None) -> None:
    made, path = standin([1]), tmp_path / "j.jsonl"

    def before(call: Call) -> None:
        if call.operation == "GetApiKey":
            signals._interrupt(signal.SIGINT, None)

    with pytest.raises(signals.Interrupted):
        run(checklist(step("disable_key", "1")), path, Direct(made, before), unbroken=signals.later)
    assert (made.acts, read(path.read_bytes(), "j").intents) == ([], ())


def test_a_signal_ends_the_look_at_a_state_that_takes_its_time(tmp_path: Path) -> None:
    made, path = standin(), tmp_path / "j.jsonl"
    made.account.fine_tunes["llm-a"] = [{"job_id": "ft-1", "status": "RUNNING"}]
    made.account.settles["CancelFineTune"] = "CANCELING"
    job = step("cancel_training", "ft-1", target="training_job", approved_by="wang")
    report = run(checklist(job), path, Direct(made), is_ending=lambda: True)
    assert [one.outcome for one in report.steps] == ["accepted"]
    # Before the list, before the act, and once behind it.
    assert made.count("GetFineTune") == 3


def started(folder: Path, made: StandIn) -> subprocess.Popen[str]:
    """govern apply --execute as a process of its own, against an account that takes its time."""
    written = checklist(step("disable_key", "1"), step("disable_key", "2")).checklist
    (folder / "checklist.yaml").write_text(text(written.document()), encoding="utf-8")
    words = ["apply", "checklist.yaml", "--execute", "--confirm", made.account.account_id]
    return subprocess.Popen(
        [sys.executable, "-m", "govern", *words],
        cwd=folder,
        env=environment(made, folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background, a child would ignore the signal.
        preexec_fn=hear,
    )


def hear() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_real_process_is_interrupted_and_another_one_killed(tmp_path: Path) -> None:
    with running(standin([1, 2])) as made:
        made.delay = 0.2
        child = started(tmp_path, made)
        until(lambda: made.count("DisableApiKey") == 1)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
        assert (child.returncode, out) == (130, ""), err
        path = tmp_path / "checklist.journal.jsonl"
        assert [one.state for one in read(path.read_bytes(), "j").intents] == ["done"]

        child = started(tmp_path, made)
        until(lambda: made.count("DisableApiKey") == 2)
        child.kill()
        child.communicate(timeout=60)
        until(lambda: made.account.keys[1]["disabled"] == 1)
        assert read(path.read_bytes(), "j").intents[-1].state is None

        made.delay = 0.0
        words = ("apply", "checklist.yaml", "--execute", "--confirm", made.account.account_id)
        assert govern(made, tmp_path, *words).code == 0
        assert made.count("DisableApiKey") == 2
        known = read(path.read_bytes(), "j")
        assert [one.state for one in known.intents] == ["done", "done"]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_of_two_processes_at_once_one_is_refused_before_any_call(tmp_path: Path) -> None:
    with running(standin([1, 2])) as made:
        made.delay = 0.2
        first = started(tmp_path, made)
        until(lambda: made.count("DisableApiKey") == 1)
        calls = [call.operation for call in made.calls]
        # However long the second one takes to begin, the first one is still at work.
        made.delay = 8
        second = started(tmp_path, made)
        out, err = second.communicate(timeout=60)
        made.delay = 0
        assert (second.returncode, out) == (6, ""), err
        assert err.startswith("govern: ") and err.count("\n") == 1
        assert first.communicate(timeout=60)[0] and first.returncode == 0
        # One caller was asked for, and each key was disabled once: the second one asked nothing.
        later = [call.operation for call in made.calls]
        assert calls.count("GetCallerIdentity") == later.count("GetCallerIdentity") == 1
        assert made.count("DisableApiKey") == 2


SECRET = "canary-secret-of-an-access-key"
API_KEY = "sk-ws-canary.of.an.api.key"
ACCESS = "LTAI5tCanaryAccess0042"


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_no_secret_is_anywhere(tmp_path: Path, fault: str | None) -> None:
    """Not in the journal, on no stream, not even where every name and answer repeats them."""
    with running() as made:
        account = made.account
        account.access_keys = {ACCESS: SECRET}
        account.api_keys = {API_KEY: "llm-a", KEY: "llm-a"}
        said = f"{SECRET} {ACCESS} {API_KEY}"
        account.workspace("llm-a", name=said)
        account.key(1, "llm-a", description=said, createdBy=said)
        account.deployments["llm-a"] = [
            {"deployed_model": "d-1", "status": "RUNNING", "name": said}
        ]
        account.plans.append(
            {"InstanceID": "cp-1", "RenewStatus": "AutoRenewal", "ProductType": said}
        )
        steps = (
            step("disable_key", "1"),
            step("take_offline", "d-1", target="deployment", approved_by="wang"),
            step("turn_off_renewal", "cp-1", target="plan"),
        )
        written = checklist(*steps).checklist
        (tmp_path / "checklist.yaml").write_text(text(written.document()), encoding="utf-8")
        for act in ("DisableApiKey", "DeleteDeployment", "SetRenewal"):
            made.faults |= {(act, 1): fault} if fault else {}
        words = ("apply", "checklist.yaml", "--execute", "--confirm", account.account_id, "-v")
        for more in (("--renewal-by-api",), ("--undo",), ("--format", "json", "--renewal-by-api")):
            told_key = {"DASHSCOPE_API_KEY": API_KEY}
            ran = govern(made, tmp_path, *words, *more, patience=0.3, **told_key)
            assert ran.code in (0, 5, 6), ran
            assert "Traceback" not in ran.err
            for told in (ran.out, ran.err):
                searched(told)
        assert made.acts
    held = (tmp_path / "checklist.journal.jsonl").read_text("utf-8")
    searched(held)
    assert '"intent"' in held


def searched(told: str) -> None:
    for word in ("canary", "Canary", API_KEY, ACCESS, KEY):
        assert word not in told, told


def test_the_search_finds_a_canary() -> None:
    for word in (SECRET, API_KEY, ACCESS):
        with pytest.raises(AssertionError):
            searched(f"x{word}x")
