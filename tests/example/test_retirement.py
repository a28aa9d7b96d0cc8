"""The example company is retired from end to end, by the commands of docs/retirement.md."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "qinghe"
STORY = (ROOT / "docs" / "retirement.md").read_text(encoding="utf-8")

BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Told:
    """One command of the page: how it ended, what it printed, and what the page shows of it.

    ``document`` is what it found, as JSON; empty for ``tick``.
    """

    command: str
    code: int
    printed: str
    shown: str
    document: dict[str, Any]


def commands() -> list[tuple[str, str]]:
    """The commands of the section, lines joined, each with the output that is shown after it."""
    section = STORY.split("## Stop it, and prove that it stopped")[1].split("\n## ")[0]
    found: list[tuple[str, str]] = []
    for language, text in BLOCK.findall(section):
        if language == "text":
            found[-1] = (found[-1][0], text)
        else:
            lines = [line for line in text.replace("\\\n", "").splitlines() if line]
            found += [(line, "") for line in lines]
    return found


def govern(folder: Path, command: str, *more: str) -> subprocess.CompletedProcess[str]:
    name, *words = shlex.split(command)
    assert name == "govern"
    return subprocess.run(
        [sys.executable, "-m", "govern", *words, *more],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "160"},
    )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company") / "qinghe"
    shutil.copytree(EXAMPLE, folder)
    return folder


@pytest.fixture(scope="module")
def story(company: Path) -> list[Told]:
    """The page's commands, run one after the other."""
    told = []
    for command, shown in commands():
        path = company / "told.json"
        path.write_text("{}")
        more = () if " tick " in command else ("-o", "json:told.json")
        done = govern(company, command, *more)
        document = json.loads(path.read_text(encoding="utf-8"))
        told.append(Told(command, done.returncode, done.stdout, shown, document))
    return told


def verified(story: list[Told], day: str) -> Told:
    (found,) = [one for one in story if "verify" in one.command and f"--as-of {day}" in one.command]
    return found


def states(told: Told) -> Counter[str]:
    return Counter(step["state"] for step in told.document["steps"])


def test_the_bills_are_those_that_the_script_makes() -> None:
    for script in ("make_bill.py", "make_later_bills.py", "make_inventory.py"):
        done = subprocess.run(
            [sys.executable, script, "--check"], cwd=EXAMPLE, check=False, capture_output=True
        )
        assert done.returncode == 0, script


def test_every_command_ends_as_the_readme_tells(story: list[Told]) -> None:
    ends = [(one.command.split()[1], one.code) for one in story]
    assert ends == [
        ("checklist", 0),
        ("checklist", 0),
        ("checklist", 0),
        ("verify", 6),
        ("verify", 1),
        ("checklist", 0),
        ("checklist", 0),
        ("verify", 6),
        ("verify", 0),
        ("verify", 0),
    ]


def test_every_line_that_the_readme_shows_was_printed(story: list[Told]) -> None:
    shown = [(one, line) for one in story for line in one.shown.splitlines()]
    # Four blocks: the plan, the day after, the forgotten key, the proof.
    assert len({one.command for one, _ in shown}) == 4
    for one, line in shown:
        assert line in one.printed.splitlines(), one.command


def test_the_plan_covers_every_key_and_workspace(story: list[Told]) -> None:
    kinds = Counter(step["kind"] for step in story[0].document["steps"])
    # 41 keys and 11 workspaces stand in the bill; regions are all six of Model Studio.
    assert kinds["disable_key"] == kinds["delete_key"] == 41
    assert kinds["retire_workspace"] == 11
    assert kinds["look_at_region"] == 6
    assert kinds["take_offline"] == kinds["cancel_training"] == kinds["cancel_batch"] == 1
    # A Coding Plan and a Token Plan seat are paid for; whether they renew isn't known.
    assert kinds["look_at_plan"] == kinds["turn_off_renewal"] == 2
    assert kinds["closing_proof"] == kinds["final_bill"] == kinds["safety_net"] == 1
    assert sum(kinds.values()) == 123


def test_the_day_after_everything_waits(story: list[Told]) -> None:
    told = verified(story, "2026-10-09")
    # 41 keys, the Playground, the deployment, the training job, the batches.
    assert told.document["waiting"] == 45
    assert told.document["proved"] == 0
    # 18:00 on the 8th, 15 minutes of grace, 48 hours to settle.
    dates = {one["look_again_at"] for one in told.document["steps"] if one["state"] == "waiting"}
    assert dates == {"2026-10-10T18:15:00+08:00"}


def test_charges_of_the_last_minutes_arrive_late_and_accuse_nobody(
    company: Path, story: list[Told]
) -> None:
    """Four keys call between 17:51 and 17:54; the next morning's export hasn't one of them."""

    def minutes(day: str) -> list[str]:
        path = next((company / "later").glob(f"*-{day}*.csv"))
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                row["资源信息/实例ID（出账粒度）"].split(";")[0]
                for row in csv.DictReader(file)
                if "2026-10-08 17:5" <= row["账单信息/消费时间"] < "2026-10-08 18:00"
            ]

    assert minutes("20261009") == []
    assert sorted(set(minutes("20261012"))) == ["2000001", "2000003", "2000005", "2000017"]
    told = verified(story, "2026-10-12")
    late = {f"disable_key.{key}" for key in ("llm-p1chatbot.2000001", "llm-r4retired01.2000017")}
    found = [step for step in told.document["steps"] if step["id"] in late]
    assert [(one["state"], one["residual"]) for one in found] == [("proved", []), ("proved", [])]


def test_a_charge_within_the_grace_time_is_residual(story: list[Told]) -> None:
    told = verified(story, "2026-10-09")
    (step,) = [one for one in told.document["steps"] if one["residual"]]
    assert step["id"] == "disable_key.llm-p1chatbot.2000003"
    assert step["residual"][0]["first_charge"] == "2026-10-08T18:07:00+08:00"
    assert step["residual"][0]["charges"] == 2


def test_the_key_forgotten_in_singapore_is_found(story: list[Told]) -> None:
    told = verified(story, "2026-10-12")
    leaks = [step for step in told.document["steps"] if step["charges_after"]]
    assert [step["id"] for step in leaks] == ["disable_key.llm-p1chatbot.2000004"]
    # From 9 October 09:00 every 11 hours: seven calls of two charges each before 12 October 09:00.
    assert leaks[0]["charges_after"][0]["charges"] == 14
    assert leaks[0]["charges_after"][0]["first_charge"] == "2026-10-09T09:00:00+08:00"
    line = leaks[0]["charges_after"][0]["evidence"][0]
    assert line["instance_id"].startswith("2000004;llm-p1chatbot;qwen3.5-plus;")
    assert "-20261012090000_" in line["path"]
    # Its other keys were silent for 48 hours by then.
    assert states(told)["proved"] == 44 + 23


def test_nobody_is_sent_to_delete_a_key_before_its_quiet_time_is_over(story: list[Told]) -> None:
    told = verified(story, "2026-10-12")
    reasons = {
        step["reason"]
        for step in told.document["steps"]
        if step["kind"] == "delete_key" and step["state"] == "todo"
    }
    # Disabled on the 8th at 18:00, and seven days.
    assert reasons == {"not done; not before 2026-10-15 18:00"}


def test_at_last_only_the_final_bill_is_missing(story: list[Told]) -> None:
    told = verified(story, "2026-10-23")
    (step,) = [one for one in told.document["steps"] if one["state"] == "waiting"]
    assert (step["id"], step["look_again_at"]) == ("final_bill", "2026-11-03T12:00:00+08:00")


@pytest.mark.parametrize("day", ["2026-11-04", "2026-11-20"])
def test_then_everything_is_proved_also_when_no_model_studio_row_comes(
    story: list[Told], day: str
) -> None:
    told = verified(story, day)
    assert states(told) == {"proved": 123}
    # Owners told (10) and asked (3), regions (6) and plans (2) looked at, renewals off (2), a
    # safety net: nothing else shows it.
    assert (told.document["proved"], told.document["on_word"]) == (99, 24)


def last_proof() -> str:
    return [command for command, _ in commands() if "verify" in command][-1]


def test_a_word_is_not_enough_under_strict(company: Path, story: list[Told]) -> None:
    del story
    done = govern(company, last_proof(), "--strict", "--format", "json")
    assert done.returncode == 6
    assert "24 on someone's word only" in json.loads(done.stdout)["exit"]["reason"]


def test_an_inventory_replaces_words(company: Path, story: list[Told]) -> None:
    del story
    regions = "cn-beijing ap-southeast-1 us-east-1 cn-hongkong eu-central-1 ap-northeast-1"
    later = {
        "schema": "govern.inventory/v1",
        "collected_at": "2026-11-20T09:00:00+08:00",
        "complete": True,
        "regions": [{"region_id": one, "looked_at": "full"} for one in regions.split()],
        "plans": [
            {"kind": "coding_plan", "auto_renewal": "ends"},
            {"kind": "token_plan", "auto_renewal": "ends"},
        ],
    }
    (company / "seen.yaml").write_text(yaml.safe_dump(later), encoding="utf-8")
    done = govern(company, last_proof(), "--inventory", "seen.yaml", "--format", "json")
    document = json.loads(done.stdout)
    # Six regions, two plans looked at, two renewals off; owners and the safety net stay words.
    assert (done.returncode, document["proved"], document["on_word"]) == (0, 109, 14)


def test_made_again_from_the_final_bill_it_keeps_what_people_wrote(
    company: Path, story: list[Told]
) -> None:
    del story
    path = company / "again.yaml"
    text = (company / "checklist.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("wishes:", "# asked for by the board\nwishes:"), encoding="utf-8")
    made = "govern checklist bills/ later/*-20261104*.csv --as-of 2026-11-04 -o again.yaml -q"
    assert govern(company, made).returncode == 0
    again = path.read_text(encoding="utf-8")
    assert "# asked for by the board" in again
    steps = {step["id"]: step for step in yaml.safe_load(again)["steps"]}
    before = {step["id"]: step for step in yaml.safe_load(text)["steps"]}
    assert before.keys() <= steps.keys()
    words = ("state", "by", "at", "note", "approved_by")
    for id, step in before.items():
        assert [steps[id][word] for word in words] == [step[word] for word in words]
    missed = steps["disable_key.llm-p1chatbot.2000004"]
    assert (missed["at"], missed["note"]) == (
        "2026-10-13T10:00:00+08:00",
        "Singapore, overlooked on the 8th",
    )


def test_a_key_that_nobody_listed_is_found(company: Path, story: list[Told]) -> None:
    del story
    path = next((company / "later").glob("*-20261120*.csv"))
    lines = path.read_text(encoding="utf-8").splitlines()
    model = next((company / "later").glob("*-20261104*.csv")).read_text(encoding="utf-8")
    row = next(line for line in model.splitlines() if "2000004;llm-p1chatbot" in line)
    row = row.replace("2000004;", "2000099;").replace("2026-10-", "2026-11-")
    row = row.replace("202610", "202611").replace("202611_", "202611_9")
    late = company / "new" / path.name
    late.parent.mkdir()
    late.write_text("\n".join([*lines, row, ""]), encoding="utf-8")
    assert "later/*-20261120*.csv" in last_proof()
    command = last_proof().replace("later/*-20261120", "new/*-20261120")
    done = govern(company, command, "--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 1
    leaks = {step["id"] for step in document["steps"] if step["charges_after"]}
    assert leaks == {"closing_proof.all", "retire_workspace.llm-p1chatbot"}
    assert "llm-p1chatbot/2000099" in " ".join(document["notes"])
