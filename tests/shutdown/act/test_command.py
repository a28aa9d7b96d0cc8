"""govern apply from its command line, against the stand-in account over HTTP."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import commandline
import pytest
from bills import instance, timed, timed_bill
from jsonschema import Draft202012Validator
from standin.command import Ran, govern
from standin.server import StandIn, running

ROOT = Path(__file__).parents[3]
ACCOUNT = "1902910424969427"
NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(hours=8)
DAY = timedelta(days=1)


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with running() as one:
        one.account.workspace("llm-a")
        one.account.key(2000001, "llm-a")
        one.account.key(2000002, "llm-a")
        yield one


def charge(key: int, at: datetime) -> str:
    return timed(f"{at:%Y-%m-%d %H:%M:%S}", instance(key), payer=ACCOUNT)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checklist of two keys, made from a bill; the owners are told."""
    folder = tmp_path_factory.mktemp("made")
    timed_bill(folder, *(charge(key, NOW - DAY) for key in (2000001, 2000002)))
    exported = f"bill.csv={NOW:%Y-%m-%dT%H:%M:%S}"
    words = ("checklist", "bill.csv", "--retire", "workspace=llm-a", "--exported-at", exported)
    assert commandline.govern(folder, *words, "-o", "checklist.yaml", "-q").returncode == 0
    told = ("checklist", "tick", "checklist.yaml", "tell_owners*", "look*", "--by", "lin")
    assert commandline.govern(folder, *told).returncode == 0
    return folder


@pytest.fixture
def folder(tmp_path: Path, made: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path, dirs_exist_ok=True))


def apply(standin: StandIn, folder: Path, *words: str) -> Ran:
    return govern(standin, folder, "apply", "checklist.yaml", *words, "--format", "json")


def execute(standin: StandIn, folder: Path, *words: str) -> Ran:
    return apply(standin, folder, "--execute", "--confirm", ACCOUNT, *words)


def outcomes(ran: Ran) -> dict[str, str]:
    return {one["id"]: one["outcome"] for one in ran.told["steps"] if one["act"]}


def validated(document: Any, name: str) -> None:
    schema = json.loads((ROOT / f"schemas/govern.{name}.v1.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(document)


def lines_of(folder: Path) -> list[Any]:
    """The journal, its chain held against SHA-256 by hand."""
    before = None
    found = []
    for number, line in enumerate(
        (folder / "checklist.journal.jsonl").read_bytes().splitlines(), 1
    ):
        told = json.loads(line)
        validated(told, "journal")
        assert (told["seq"], told["prev"]) == (number, before)
        before = hashlib.sha256(line).hexdigest()
        found.append(told)
    return found


def test_a_dry_run_is_offline_and_the_same_every_time(folder: Path, standin: StandIn) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    calls = len(standin.calls)
    words = ("--as-of", "2026-10-05", "--max-age", "3000d")
    ran = apply(standin, folder, *words)
    assert outcomes(ran) == {
        "disable_key.llm-a.2000001": "would",
        "disable_key.llm-a.2000002": "would",
        "delete_key.llm-a.2000001": "unapproved",
        "delete_key.llm-a.2000002": "unapproved",
        "retire_workspace.llm-a": "blocked",
    }
    assert (ran.code, ran.told["mode"], ran.told["account_id"]) == (6, "dry_run", None)
    assert ran.told["journal"] is None
    validated(ran.told, "application")
    assert apply(standin, folder, *words).out == ran.out
    assert len(standin.calls) == calls
    after = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert after == before


def later(folder: Path, days: int, *more: str) -> tuple[str, ...]:
    """A bill that was exported so many days later: the old charges, and these."""
    old = (charge(key, NOW - DAY) for key in (2000001, 2000002))
    made = {}
    for line in (*old, *more):
        month = line.split(",")[4]
        made.setdefault(month, []).append(line)
    words: list[str] = []
    at = NOW + days * DAY
    for month, rows in made.items():
        name = f"{ACCOUNT}-{at:%Y%m%d%H%M%S}_{month.replace('-', '')}_detail.csv"
        timed_bill(folder, *rows, name=name)
        words.append(name)
    last = f"{ACCOUNT}-{at:%Y%m%d%H%M%S}_{at:%Y%m}_detail.csv"
    if last not in words:
        timed_bill(folder, name=last)
        words.append(last)
    return tuple(words)


def test_the_journal_is_the_owners_alone_and_holds_every_act(
    folder: Path, standin: StandIn
) -> None:
    ran = execute(standin, folder, "--step", "disable_key.llm-a.2000001")
    run, intent, outcome = lines_of(folder)
    mode = stat.S_IMODE(os.stat(folder / "checklist.journal.jsonl").st_mode)
    assert mode == 0o600
    assert (run["schema"], run["account_id"], run["mode"]) == (
        "govern.journal/v1",
        ACCOUNT,
        "execute",
    )
    digest = hashlib.sha256((folder / "checklist.yaml").read_bytes()).hexdigest()
    assert run["checklist_sha256"] == digest
    assert (intent["act"], intent["target"]) == ("DisableApiKey", "2000001")
    assert (intent["region_id"], intent["workspace_id"]) == ("cn-beijing", "llm-a")
    assert (outcome["intent"], outcome["outcome"], outcome["basis"]) == (2, "done", "response")
    raw = (folder / "checklist.journal.jsonl").read_bytes()
    head = hashlib.sha256(raw.splitlines()[-1]).hexdigest()
    assert ran.told["journal"] == {
        "path": "checklist.journal.jsonl",
        "lines": 3,
        "head": head,
    }
    assert outcomes(ran)["disable_key.llm-a.2000002"] == "skipped"
    verified = govern(standin, folder, "verify", "checklist.yaml", "--format", "json")
    assert verified.told["journal"]["head"] == head
    validated(verified.told, "verification")
    audited = govern(
        standin, folder, "audit", "bill.csv", "--journal", "checklist.journal.jsonl",
        "--format", "json",
    )  # fmt: skip
    assert audited.told["journal"]["head"] == head
    validated(audited.told, "audit")
    keys = {one["api_key_id"]: one for one in audited.told["keys"]}
    assert keys["2000001"]["stop_source"] == "journal"
    assert keys["2000001"]["stopped_at"] == outcome["at"]
    assert keys["2000001"]["stopped_after"] == intent["at"]
    assert keys["2000002"]["stopped_at"] is None


def test_verify_takes_the_instant_from_the_journal(folder: Path, standin: StandIn) -> None:
    """Before a tick: what was charged after the journal's stop is a leak, whatever was ticked."""
    execute(standin, folder, "--step", "disable_key.llm-a.2000001")
    words = later(folder, 4, charge(2000001, NOW + DAY))
    ticked = f"{NOW + 2 * DAY:%Y-%m-%dT%H:%M:%S}"
    govern(
        standin, folder, "checklist", "tick", "checklist.yaml", "disable_key.llm-a.2000001",
        "--by", "lin", "--at", ticked,
    )  # fmt: skip
    as_of = ("--as-of", f"{NOW + 4 * DAY:%Y-%m-%dT%H:%M:%S}", "--format", "json")
    ran = govern(standin, folder, "verify", "checklist.yaml", *words, *as_of)
    steps = {one["id"]: one for one in ran.told["steps"]}
    assert steps["disable_key.llm-a.2000001"]["state"] == "failed"
    assert ran.code == 1
    silent = govern(standin, folder, "verify", "checklist.yaml", *later(folder, 3), *as_of)
    assert silent.told["steps"]
    states = {one["id"]: one["state"] for one in silent.told["steps"]}
    assert states["disable_key.llm-a.2000001"] == "proved"
    assert states["disable_key.llm-a.2000002"] == "todo"


def test_what_was_done_is_taken_back(folder: Path, standin: StandIn) -> None:
    execute(standin, folder)
    assert [row["disabled"] for row in standin.account.keys] == [1, 1]
    dry = apply(standin, folder, "--undo")
    assert [(one["act"], one["target"], one["outcome"]) for one in dry.told["steps"]] == [
        ("EnableApiKey", "2000002", "would"),
        ("EnableApiKey", "2000001", "would"),
    ]
    standin.account.keys.pop(0)
    ran = execute(standin, folder, "--undo")
    assert [one["outcome"] for one in ran.told["steps"]] == ["undone", "missing"]
    assert [row["disabled"] for row in standin.account.keys] == [0]
    undone = lines_of(folder)[-2]
    assert (undone["act"], undone["undoes"]) == ("EnableApiKey", 4)
    assert lines_of(folder)[-3]["mode"] == "undo"
    # It is done again by a later run, unless it is kept.
    later_on = apply(standin, folder)
    assert outcomes(later_on)["disable_key.llm-a.2000002"] == "would"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--execute",), 2, "--confirm 1902910424969427"),
        (("--execute", "--confirm", "1"), 2, "--confirm 1: "),
        (("--execute", "--no-config", "--confirm", ACCOUNT), 2, "protect"),
        (("--step", "disable_key.llm-a.200001"), 2, "did you mean disable_key.llm-a.2000001"),
        (("--quiet-time", "23h"), 2, "at least 1d"),
        (("--execute", "--confirm", ACCOUNT, "--max-steps", "1"), 2, "--max-steps 1"),
        (("--execute", "--profile", "none"), 2, "--profile none"),
    ],
)
def test_wrong_usage_calls_nothing(
    folder: Path, standin: StandIn, words: tuple[str, ...], code: int, told: str
) -> None:
    ran = apply(standin, folder, *words)
    assert (ran.code, ran.out) == (code, "")
    assert told in ran.err
    assert standin.acts == []


def test_a_changed_input_makes_it_stale(folder: Path, standin: StandIn) -> None:
    with open(folder / "bill.csv", "a", encoding="utf-8") as file:
        file.write(charge(2000001, NOW) + "\n")
    ran = execute(standin, folder)
    assert (ran.code, standin.acts) == (6, [])
    assert "bill.csv isn't what the checklist was made from" in ran.told["exit"]["reason"]
    os.unlink(folder / "bill.csv")
    gone = execute(standin, folder)
    assert "Not here, so not compared: bill.csv." in gone.told["notes"]
    assert len(standin.acts) == 2


def test_an_old_bill_stops_the_run(folder: Path, standin: StandIn) -> None:
    standin.skew = 8 * 86400
    exported = f"bill.csv={NOW:%Y-%m-%dT%H:%M:%S}"
    ran = execute(standin, folder, "bill.csv", "--exported-at", exported)
    assert (ran.code, ran.told["exit"]["cause"], standin.acts) == (4, "old_bill", [])
    ran = execute(standin, folder, "bill.csv", "--exported-at", exported, "--max-age", "9d")
    assert len(standin.acts) == 2


def test_protect_of_the_config_holds(folder: Path, standin: StandIn) -> None:
    (folder / "govern.yaml").write_text("version: 1\nprotect: [llm-a/2000001]\nquiet_time: 3d\n")
    ran = execute(standin, folder)
    assert outcomes(ran)["disable_key.llm-a.2000001"] == "protected"
    assert [call.parameters["id"] for call in standin.acts] == ["2000002"]


def test_a_damaged_journal_is_exit_4_and_no_call(folder: Path, standin: StandIn) -> None:
    execute(standin, folder)
    path = folder / "checklist.journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"2000001"', b'"2000009"', 1))
    calls = len(standin.calls)
    for words in (
        ("apply", "checklist.yaml"),
        ("apply", "checklist.yaml", "--execute", "--confirm", ACCOUNT),
        ("verify", "checklist.yaml"),
        ("audit", "bill.csv", "--journal", "checklist.journal.jsonl"),
    ):
        ran = govern(standin, folder, *words)
        assert (ran.code, ran.out) == (4, "")
        assert "checklist.journal.jsonl:3: prev isn't the digest" in ran.err
    assert len(standin.calls) == calls


def test_the_shell_completes_the_steps_of_the_checklist(folder: Path) -> None:
    typed = {"_GOVERN_COMPLETE": "complete_bash", "COMP_CWORD": "4"}
    line = "govern apply checklist.yaml --step disable_key.llm-a.2"
    script = "import sys; sys.argv = ['govern']; from govern.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, **typed, "COMP_WORDS": line},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["disable_key.llm-a.2000001", "disable_key.llm-a.2000002"]


def test_no_credentials_leave_no_journal(folder: Path, standin: StandIn) -> None:
    standin.faults["GetCallerIdentity", 0] = "expired"
    ran = execute(standin, folder)
    assert (ran.code, ran.out, ran.err.count("\n")) == (5, "", 1)
    assert not (folder / "checklist.journal.jsonl").exists()


@pytest.mark.parametrize("format", ["table", "markdown"])
def test_people_read_what_was_done_and_what_waits(
    folder: Path, standin: StandIn, format: str
) -> None:
    words = ("apply", "checklist.yaml", "--execute", "--confirm", ACCOUNT, "--format", format)
    ran = govern(standin, folder, *words)
    assert "NOT FINISHED" in ran.out
    assert "DisableApiKey 2000001" in ran.out
    assert "head " in ran.out
    assert f"account {ACCOUNT}: 2 acts" in ran.err
