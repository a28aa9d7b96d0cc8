"""The example company is retired from end to end, by the commands of the README, word for word."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "qinghe"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """The commands of the section, with continued lines joined."""
    section = README.split("## Stop it, and prove that it stopped")[1].split("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", "").splitlines() if line]


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
def story(company: Path) -> dict[str, Any]:
    """What each command of the README printed; verifications as documents, by their as_of."""
    told: dict[str, Any] = {}
    for command in commands():
        if "verify" in command:
            day = command.split("--as-of ")[1].split("T")[0]
            done = govern(company, command, "--format", "json")
            told[day] = (done.returncode, json.loads(done.stdout))
        else:
            done = govern(company, command)
            assert done.returncode == 0, done.stderr
            told[command] = done.stdout
    return told


def states(document: dict[str, Any]) -> Counter[str]:
    return Counter(step["state"] for step in document["steps"])


def test_the_bills_are_those_that_the_script_makes() -> None:
    for script in ("make_bill.py", "make_later_bills.py", "make_inventory.py"):
        done = subprocess.run(
            [sys.executable, script, "--check"], cwd=EXAMPLE, check=False, capture_output=True
        )
        assert done.returncode == 0, script


def test_the_plan_covers_every_key_and_workspace(company: Path, story: dict[str, Any]) -> None:
    del story
    done = govern(company, "govern checklist --retire all --as-of 2026-10-05 --format json")
    kinds = Counter(step["kind"] for step in json.loads(done.stdout)["steps"])
    # 41 keys and 11 workspaces stand in the bill; regions are all six of Model Studio.
    assert kinds["disable_key"] == kinds["delete_key"] == 41
    assert kinds["retire_workspace"] == 11
    assert kinds["look_at_region"] == 6
    assert kinds["take_offline"] == kinds["cancel_training"] == kinds["cancel_batch"] == 1
    # A Coding Plan and a Token Plan seat are paid for; whether they renew isn't known.
    assert kinds["look_at_plan"] == kinds["turn_off_renewal"] == 2
    assert kinds["closing_proof"] == kinds["final_bill"] == kinds["safety_net"] == 1


def test_the_day_after_everything_waits(story: dict[str, Any]) -> None:
    code, document = story["2026-10-09"]
    assert code == 6
    # 41 keys, the Playground, the deployment, the training job, the batches.
    assert document["waiting"] == 45
    assert document["proved"] == 0
    # 18:00 on the 8th, 15 minutes of grace, 48 hours to settle.
    dates = {step["look_again_at"] for step in document["steps"] if step["state"] == "waiting"}
    assert dates == {"2026-10-10T18:15:00+08:00"}


def test_a_charge_within_the_grace_time_is_residual(story: dict[str, Any]) -> None:
    _, document = story["2026-10-09"]
    (step,) = [one for one in document["steps"] if one["residual"]]
    assert step["id"] == "disable_key.llm-p1chatbot.2000003"
    assert step["residual"][0]["first_charge"] == "2026-10-08T18:07:00+08:00"
    assert step["residual"][0]["charges"] == 2


def test_the_key_forgotten_in_singapore_is_found(story: dict[str, Any]) -> None:
    code, document = story["2026-10-12"]
    assert code == 1
    leaks = [step for step in document["steps"] if step["charges_after"]]
    assert [step["id"] for step in leaks] == ["disable_key.llm-p1chatbot.2000004"]
    # From 9 October 09:00 every 11 hours: seven calls of two charges each before 12 October 09:00.
    assert leaks[0]["charges_after"][0]["charges"] == 14
    assert leaks[0]["charges_after"][0]["first_charge"] == "2026-10-09T09:00:00+08:00"
    line = leaks[0]["charges_after"][0]["evidence"][0]
    assert line["instance_id"].startswith("2000004;llm-p1chatbot;qwen3.5-plus;")
    assert "-20261012090000_" in line["path"]
    # Its other keys were silent for 48 hours by then.
    assert states(document)["proved"] == 44 + 23


def test_at_last_only_the_final_bill_is_missing(story: dict[str, Any]) -> None:
    code, document = story["2026-10-23"]
    assert code == 6
    (step,) = [one for one in document["steps"] if one["state"] == "waiting"]
    assert (step["id"], step["look_again_at"]) == ("final_bill", "2026-11-03T12:00:00+08:00")


@pytest.mark.parametrize("day", ["2026-11-04", "2026-11-20"])
def test_then_everything_is_proved_also_when_no_model_studio_row_comes(
    story: dict[str, Any], day: str
) -> None:
    code, document = story[day]
    assert code == 0
    assert states(document) == {"proved": 123}
    # Owners told, plans and regions looked at, renewals off, a safety net: nothing else shows it.
    assert (document["proved"], document["on_word"]) == (99, 24)


def test_a_word_is_not_enough_under_strict(company: Path, story: dict[str, Any]) -> None:
    del story
    last = [command for command in commands() if "verify" in command][-1]
    done = govern(company, last, "--strict", "--format", "json")
    assert done.returncode == 6
    assert "24 on someone's word only" in json.loads(done.stdout)["exit"]["reason"]


def test_a_key_that_nobody_listed_is_found(company: Path, story: dict[str, Any]) -> None:
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
    last = [command for command in commands() if "verify" in command][-1]
    assert "later/*-20261120*.csv" in last
    done = govern(company, last.replace("later/*-20261120", "new/*-20261120"), "--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 1
    leaks = {step["id"] for step in document["steps"] if step["charges_after"]}
    assert leaks == {"closing_proof.all", "retire_workspace.llm-p1chatbot"}
    assert "llm-p1chatbot/2000099" in " ".join(document["notes"])
