"""Several people at once: nothing that anybody said is lost; real processes, many, many times."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bills import bill, call

from govern.policy.checklist import load_checklist
from govern.policy.waivers import load_waivers

#: How many at once, and how often.
PEOPLE, ROUNDS = 6, 2


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "govern", *words],
        cwd=folder,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(run: subprocess.Popen[str], text: str | None = None) -> tuple[int, str]:
    _, told = run.communicate(text, timeout=120)
    return run.returncode, told


def tick(folder: Path, step: str, *more: str) -> subprocess.Popen[str]:
    return started(folder, "checklist", "tick", "c.yaml", step, "--by", f"by-{step}", *more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bill(tmp_path, *(call(key) for key in range(PEOPLE)))
    made = started(tmp_path, "checklist", "bill.csv", "--retire", "all", "-o", "c.yaml", "-q")
    assert ended(made) == (0, "")
    # What stands before the keys is done.
    assert ended(tick(tmp_path, "*_owners.llm-a")) == (0, "")
    return tmp_path


def said(folder: Path) -> dict[str, str | None]:
    return {one.id: one.by for one in load_checklist(str(folder / "c.yaml")).checklist.steps}


def test_ticks_at_once_are_all_kept(folder: Path) -> None:
    for kind in ("disable_key", "delete_key")[:ROUNDS]:
        steps = [f"{kind}.llm-a.{key}" for key in range(PEOPLE)]
        ends = [ended(run) for run in [tick(folder, step) for step in steps]]
        assert [code for code, _ in ends] == [0] * PEOPLE
        # A deletion on the very day is told to be too soon, and kept.
        notes = [told.endswith("in its quiet time\n") for _, told in ends]
        assert notes == [kind == "delete_key"] * PEOPLE
        assert {step: f"by-{step}" for step in steps}.items() <= said(folder).items()
    assert sorted(path.name for path in folder.iterdir()) == [".govern", "bill.csv", "c.yaml"]


def test_waivers_at_once_are_all_kept(folder: Path) -> None:
    words = ["--policy", "p", "--reason", "r", "--owner", "o", "--expires", "2027-01-01"]
    runs = [
        started(folder, "waiver", "add", "w.yaml", "--subject", str(key), *words)
        for key in range(PEOPLE)
    ]
    assert [ended(run) for run in runs] == [(0, "")] * PEOPLE
    found = load_waivers([str(folder / "w.yaml")])
    assert {one.subject.text for one in found} == {str(key) for key in range(PEOPLE)}


def test_a_tick_while_a_checklist_is_made_again_from_a_long_bill_is_kept(folder: Path) -> None:
    """The bill comes through a pipe, which is held open until the tick was made."""
    text = (folder / "bill.csv").read_text(encoding="utf-8")
    for number in range(ROUNDS):
        again = started(folder, "checklist", "-", "-o", "c.yaml", "-q")
        assert again.stdin is not None
        again.stdin.write(text[: len(text) // 2])
        again.stdin.flush()
        step = f"disable_key.llm-a.{number}"
        assert ended(tick(folder, step, "--note", "meanwhile")) == (0, "")
        before = (folder / "c.yaml").read_text(encoding="utf-8")
        (folder / "c.yaml").write_text(before + "# a remark, meanwhile\n", encoding="utf-8")
        assert ended(again, text[len(text) // 2 :]) == (0, "")
        assert said(folder)[step] == f"by-{step}"
        assert "# a remark, meanwhile" in (folder / "c.yaml").read_text(encoding="utf-8")


def test_what_became_no_checklist_meanwhile_is_left_as_it_is(folder: Path) -> None:
    text = (folder / "bill.csv").read_text(encoding="utf-8")
    again = started(folder, "checklist", "-", "-o", "c.yaml", "-q")
    assert again.stdin is not None
    again.stdin.write(text[:100])
    again.stdin.flush()
    assert ended(tick(folder, "safety_net")) == (0, "")
    (folder / "c.yaml").write_text("half an edit: [", encoding="utf-8")
    code, told = ended(again, text[100:])
    assert code == 2
    assert "c.yaml:2:1: not YAML" in told
    assert (folder / "c.yaml").read_text(encoding="utf-8") == "half an edit: ["


def test_a_run_that_was_killed_holds_nobody_up(folder: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time\nfrom govern.cli.held import held\n"
            "with held('c.yaml'):\n    print('held', flush=True)\n    time.sleep(60)",
        ],
        cwd=folder,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    waiting = tick(folder, "safety_net")
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(3)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert ended(waiting) == (0, "")
    assert said(folder)["safety_net"] == "by-safety_net"


def test_who_waits_too_long_is_told_and_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from govern.cli import held
    from govern.model.errors import GovernError

    monkeypatch.setattr(held, "_PATIENCE", 0.2)
    other = os.open(folder, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(GovernError, match="c.yaml: another govern") as caught:
        with held.held(str(folder / "c.yaml")):
            pytest.fail("it was held twice")
    assert caught.value.cause == "file"
    os.close(other)


def test_a_folder_that_can_t_be_locked_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from govern.cli import held

    def refused(handle: int, how: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(held.fcntl, "flock", refused)
    with held.held(str(folder / "c.yaml")):
        pass
    assert "c.yaml: its folder can't be locked (No locks available)" in capsys.readouterr().err


def test_a_checklist_that_can_t_be_looked_at_isn_t_an_absent_one(folder: Path) -> None:
    (folder / "loop").symlink_to("loop")
    code, told = ended(
        started(folder, "checklist", "bill.csv", "--retire", "all", "-o", "yaml:loop")
    )
    assert code == 5
    assert "loop: " in told
