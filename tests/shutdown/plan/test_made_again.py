"""A checklist made again takes what the journal beside it says; advice makes no step unasked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from bills import bill, row
from commandline import govern
from journals import journal

STEP = "disable_key.llm-a.12345"


def made(folder: Path, *words: str) -> dict[str, Any]:
    asked = ["--retire", "all", "-o", "c.yaml", "-q", "--no-config", "--as-of", "2026-09-12"]
    done = govern(folder, "checklist", "bill.csv", *asked, *words)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = yaml.safe_load((folder / "c.yaml").read_text(encoding="utf-8"))
    return {step["id"]: step for step in document["steps"]}


def test_a_deletion_is_due_seven_days_after_the_journal_s_disabling(tmp_path: Path) -> None:
    bill(tmp_path, row())
    assert made(tmp_path)["delete_key.llm-a.12345"]["due"] is None
    place = tmp_path / "c.journal.jsonl"
    runs = [("2026-09-10T08:00:00+08:00", "failed"), ("2026-09-10T09:30:00+08:00", "done")]
    journal(place, *runs, step=STEP)
    steps = made(tmp_path)
    assert steps["delete_key.llm-a.12345"]["due"] == "2026-09-17T09:30:00+08:00"
    # The list stays people's: nobody ticked it.
    assert (steps[STEP]["at"], steps[STEP]["state"]) == (None, "blocked")
    # The journal is believed before a tick, and what is kept is people's word after it.
    tick = ["checklist", "tick", "c.yaml", STEP, "--by", "lin", "--at", "2026-09-11T09:00"]
    assert govern(tmp_path, *tick).returncode == 0
    assert made(tmp_path)["delete_key.llm-a.12345"]["due"] == "2026-09-17T09:30:00+08:00"
    keep = ["--keep-until", "2026-12-01", "--reason", "moves"]
    assert govern(tmp_path, *tick, *keep).returncode == 0
    assert made(tmp_path)["delete_key.llm-a.12345"]["due"] is None


def test_a_journal_that_is_named_must_be_there(tmp_path: Path) -> None:
    bill(tmp_path, row())
    asked = ["checklist", "bill.csv", "--retire", "all", "--no-config", "--journal", "no.jsonl"]
    done = govern(tmp_path, *asked)
    assert (done.returncode, done.stderr) == (2, "govern: --journal no.jsonl: no such file\n")


def test_advice_of_the_built_in_pack_makes_a_step_only_where_it_is_asked_for(
    tmp_path: Path,
) -> None:
    instance = ";llm-a;qwen-max;output_token;app;0"
    bill(tmp_path, row(**{"资产/资源实例ID": instance}))
    asked = ["checklist", "bill.csv", "--no-config", "--as-of", "2026-09-12", "--format", "json"]
    document = json.loads(govern(tmp_path, *asked).stdout)
    assert not [step for step in document["steps"] if step["kind"] == "ask_owner"]
    assert document["notes"] == [
        "1 finding of use-without-a-key (advice of the built-in pack) makes no step: "
        "--advice asks for it."
    ]
    document = json.loads(govern(tmp_path, *asked, "--advice").stdout)
    ids = [step["id"] for step in document["steps"] if step["kind"] == "ask_owner"]
    assert ids == ["ask_owner.use-without-a-key.workspace.llm-a"]
    # A policy that somebody wrote is no advice, whatever its severity.
    (tmp_path / "p.yaml").write_text(
        "version: 1\npolicies:\n  - {id: p, title: T, severity: info, per: workspace, "
        "forbid: charges}\n"
    )
    document = json.loads(govern(tmp_path, *asked, "-p", "p.yaml").stdout)
    ids = [step["id"] for step in document["steps"] if step["kind"] == "ask_owner"]
    assert ids == ["ask_owner.p.workspace.llm-a"]
