"""A checklist made again takes what the journal beside it says; advice makes no step unasked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from bills import bill, row
from commandline import govern

from govern.model.journal_line import digest, line_of

STEP = "disable_key.llm-a.12345"


def journal(path: Path, *outcomes: tuple[str, str]) -> None:
    """What ``apply`` wrote when it disabled the key, at these instants, with these outcomes."""
    lines: list[bytes] = []

    def add(at: str, kind: str, **fields: Any) -> int:
        prev = digest(lines[-1]) if lines else None
        seq = len(lines) + 1
        lines.append(line_of({"seq": seq, "at": at, "kind": kind, "prev": prev, **fields}))
        return seq

    add(
        "2026-09-10T08:00:00+08:00", "run", schema="govern.journal/v1", govern="1",
        account_id="100", caller="c", mode="execute", checklist_sha256="0" * 64,
    )  # fmt: skip
    for at, outcome in outcomes:
        act = {"step": STEP, "act": "DisableApiKey"}
        place = {"target": "12345", "region_id": "cn-beijing", "workspace_id": "llm-a"}
        intent = add(at, "intent", **act, **place, before={"disabled": 0})
        told = {"basis": "response", "code": None, "request_id": None}
        add(at, "outcome", intent=intent, **act, outcome=outcome, **told)
    path.write_bytes(b"".join(line + b"\n" for line in lines))


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
    journal(place, ("2026-09-10T08:00:00+08:00", "failed"), ("2026-09-10T09:30:00+08:00", "done"))
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
