"""A tick that is odd is kept and told: in the future, before what it needs, after it was due."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from bills import INSTANCE, bill, instance, row
from commandline import govern
from journals import journal

INVENTORY = """
schema: govern.inventory/v1
account_id: "1902910424969427"
plans:
  - {kind: coding_plan, id: plan-1, expires_at: 2026-10-27, auto_renewal: renews}
"""
KEY = {"资产/资源实例ID": "8;llm-a;qwen-max;output_token;app;0"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bill(tmp_path, row(), row(**KEY))
    (tmp_path / "i.yaml").write_text(INVENTORY)
    words = ["bill.csv", "--retire", "all", "--inventory", "i.yaml", "-o", "c.yaml", "-q"]
    done = govern(tmp_path, "checklist", *words, "--as-of", "2026-10-05")
    assert done.returncode == 0, done.stderr
    return tmp_path


def tick(folder: Path, step: str, at: str) -> list[str]:
    done = govern(folder, "checklist", "tick", "c.yaml", step, "--by", "lin", "--at", at)
    assert done.returncode == 0, done.stderr
    assert step in done.stdout or "*" in step
    return done.stderr.splitlines()


def ids(folder: Path, kind: str) -> list[str]:
    steps = yaml.safe_load((folder / "c.yaml").read_text())["steps"]
    return [step["id"] for step in steps if step["kind"] == kind]


def test_an_instant_to_come_is_told(folder: Path) -> None:
    (look, *_) = ids(folder, "look_at_region")
    assert tick(folder, look, "2026-10-06T09:00") == []
    assert tick(folder, look, "2199-01-02T03:04") == [
        "govern: note: 2199-01-02 03:04 lies in the future"
    ]


def test_a_step_before_the_one_that_it_needs_is_told(folder: Path) -> None:
    (delete,) = [id for id in ids(folder, "delete_key") if id.endswith(".8")]
    (told,) = tick(folder, delete, "2026-10-06T09:00")
    assert told.startswith(f"govern: note: {delete}: done before ")
    assert told.endswith(", which it needs")
    # With everything before it done a week ago, nothing is odd about it.
    tick(folder, "*", "2026-10-06T10:00")
    assert tick(folder, delete, "2026-10-13T10:00") == []


def test_a_deletion_in_its_quiet_time_is_told(folder: Path) -> None:
    (delete,) = [id for id in ids(folder, "delete_key") if id.endswith(".8")]
    tick(folder, "look_at_*", "2026-10-06T09:00")
    tick(folder, "tell_owners.*", "2026-10-06T09:00")
    assert tick(folder, "disable_key.*", "2026-10-06T10:00") == []
    assert tick(folder, delete, "2026-10-13T09:59") == [
        f"govern: note: {delete}: done sooner than 2026-10-13 10:00, in its quiet time"
    ]


def test_a_final_bill_before_it_is_final_is_told(folder: Path) -> None:
    tick(folder, "*", "2026-10-06T10:00")
    told = "govern: note: final_bill: done sooner than 2026-11-03 12:00, before its bill is final"
    assert tick(folder, "final_bill", "2026-11-03T11:59") == [told]
    assert tick(folder, "final_bill", "2026-11-03T12:00") == []


def test_what_is_kept_until_before_now_is_told_to_be_open_again(folder: Path) -> None:
    keep = ["--keep-until", "2026-01-01", "--reason", "moves", "--by", "lin"]
    done = govern(folder, "checklist", "tick", "c.yaml", "disable_key.*", *keep)
    assert done.stderr == "govern: note: kept until 2026-01-01, which is over: it is open again\n"


def test_a_step_that_the_journal_did_doesn_t_hold_up_what_needs_it(folder: Path) -> None:
    (disable,) = [id for id in ids(folder, "disable_key") if id.endswith(".8")]
    journal(folder / "c.journal.jsonl", ("2026-10-06T08:00:00+08:00", "done"), step=disable)
    delete = disable.replace("disable_key", "delete_key")
    assert tick(folder, delete, "2026-10-13T08:00") == []
    assert tick(folder, delete, "2026-10-13T07:59") == [
        f"govern: note: {delete}: done sooner than 2026-10-13 08:00, in its quiet time"
    ]


def test_a_renewal_after_it_was_due_is_told(folder: Path) -> None:
    (renewal,) = ids(folder, "turn_off_renewal")
    tick(folder, "look_at_*", "2026-10-06T09:00")
    # Ten days before the plan's end of 27 October.
    assert tick(folder, renewal, "2026-10-17T00:00") == []
    assert tick(folder, renewal, "2026-10-17T00:01") == [
        f"govern: note: {renewal}: done after it was due, at 2026-10-17"
    ]


def test_many_odd_steps_are_five_and_a_number(tmp_path: Path) -> None:
    bill(tmp_path, *(row(**{**KEY, INSTANCE: instance(key)}) for key in range(7)))
    words = ["bill.csv", "--retire", "all", "-o", "c.yaml", "-q", "--as-of", "2026-10-05"]
    assert govern(tmp_path, "checklist", *words).returncode == 0
    told = tick(tmp_path, "delete_key.*", "2026-10-06T09:00")
    assert len(told) == 6
    assert told[-1] == "govern: note: and 2 more such steps"


def test_a_number_alone_names_the_steps_of_that_key(folder: Path) -> None:
    done = govern(folder, "checklist", "tick", "c.yaml", "8", "--by", "lin")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "govern: 8: no step of this checklist; did you mean disable_key.llm-a.8, "
        "delete_key.llm-a.8?\n"
    )
