"""The whole way from the command line: collect, check, audit, checklist, ticks, collect, verify.

The account's clock is moved from one day to the next. On the 15th key 7 has cost 3.75 CNY, more
than the policy's 3; it is disabled at 13:00. Bills are collected again on the 20th and, when the
month is final, on the 4th of the next one. Key 8 goes on being used, which nothing forbids.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from standin import command
from standin.command import MONTH, Ran, month_ago
from standin.server import StandIn, running

ROOT = Path(__file__).parents[2]
API_KEY = "sk-standinkeyofworkspacea"

CONFIG = "version: 1\nbills: bills/\ninventory: inventory.yaml\npolicies: policy.yaml\n"
POLICY = """version: 1
policies:
  - id: max-a-key
    title: No key spends more than 3 CNY a month
    per: api_key
    limit: {billed_cost: 3 CNY}
    stop: disable_key
"""

MADE = f"{MONTH}-15T12:00:00+08:00"
DISABLED = f"{MONTH}-15T13:00:00+08:00"
LATER = f"{MONTH}-20T12:00:00+08:00"
FINAL = f"{month_ago(1)}-04T12:00:00+08:00"


@dataclass
class Way:
    """One account, one folder, and what is typed. ``process``: each command as one of its own."""

    standin: StandIn
    folder: Path
    process: bool

    def at(self, instant: str) -> None:
        """What the account's clock shows from now on."""
        self.standin.skew = datetime.fromisoformat(instant).timestamp() - time.time()

    def charge(self, day: int, amount: str, key: str) -> None:
        self.standin.account.charge(
            f"{MONTH}-{day:02}",
            amount,
            InstanceID=f"{key};llm-a;qwen-max;output_token;app;0",
            Usage="1",
            UsageUnit="KTokens",
        )

    def govern(self, line: str, *more: str) -> Ran:
        words = [*line.split(), *more]
        told = command.environment(self.standin, self.folder) | {"DASHSCOPE_API_KEY": API_KEY}
        if not self.process:
            return command.alone(told, self.folder, *words)
        path = os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))
        done = subprocess.run(
            [sys.executable, "-m", "standin.command", *words],
            env={**told, "PYTHONPATH": path},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def collect(self) -> None:
        for line in (
            "collect inventory -o inventory.yaml",
            f"collect bills --month {MONTH} -o bills",
        ):
            ran = self.govern(line)
            assert ran.code == 0, ran.err

    def steps(self, instant: str) -> tuple[Ran, dict[str, Any]]:
        ran = self.govern("verify checklist.yaml --format json --as-of", instant)
        return ran, {step["id"]: step for step in ran.told["steps"]}

    def until_the_key_is_disabled(self) -> None:
        """Collect, check, audit, make the checklist, disable the key, say so."""
        self.at(MADE)
        self.collect()
        checked = self.govern("check --format json --as-of", MADE)
        assert checked.code == 1, checked.err
        (finding,) = checked.told["findings"]
        assert (finding["subject"]["id"], finding["observed"]) == ("7", "3.75")
        audited = self.govern("audit --format json --as-of", MADE)
        assert audited.code == 0, audited.err
        # The bill reaches the 15th: nothing was used in the 24 hours before.
        states = {key["api_key_id"]: key["state"] for key in audited.told["keys"]}
        assert states == {"7": "quiet", "8": "quiet"}
        made = self.govern("checklist -o checklist.yaml --as-of", MADE)
        assert made.code == 0, made.err
        self.standin.account.keys[0]["disabled"] = 1
        self.tick("disable_key.llm-a.7", DISABLED)

    def tick(self, step: str, instant: str) -> None:
        ran = self.govern(f"checklist tick checklist.yaml {step} --by lin --at {instant}")
        assert ran.code == 0, ran.err


@pytest.fixture
def way(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Way]:
    (tmp_path / "govern.yaml").write_text(CONFIG)
    (tmp_path / "policy.yaml").write_text(POLICY)
    with running() as standin:
        found = Way(standin, tmp_path, getattr(request, "param", False))
        account = standin.account
        account.workspace("llm-a")
        account.key(7, "llm-a")
        account.key(8, "llm-a")
        account.api_keys = {API_KEY: "llm-a"}
        found.charge(1, "1.5", "7")
        found.charge(10, "2.25", "7")
        found.charge(12, "0.5", "8")
        yield found


def ids(steps: dict[str, Any], *states: str) -> Sequence[str]:
    return sorted(id for id, step in steps.items() if step["state"] in states)


def test_a_key_that_stays_silent_is_proved_so(way: Way) -> None:
    way.until_the_key_is_disabled()
    ran, steps = way.steps(MADE)
    assert (ran.code, steps["disable_key.llm-a.7"]["state"]) == (6, "waiting")

    way.at(LATER)
    way.charge(19, "0.5", "8")
    way.collect()
    ran, steps = way.steps(LATER)
    assert (ran.code, ran.told["exit"]["cause"]) == (6, "not_finished")
    assert ids(steps, "proved") == ["closing_proof.findings", "disable_key.llm-a.7"]
    assert steps["disable_key.llm-a.7"]["basis"] == "bill"
    # The API's bills arrive within 48 hours: what is proved ends so long before the export.
    assert f"to {MONTH}-18 12:00" in steps["disable_key.llm-a.7"]["reason"]

    way.at(FINAL)
    way.tick("safety_net", LATER)
    way.tick("final_bill", FINAL)
    way.collect()
    ran, steps = way.steps(FINAL)
    assert (ran.code, ran.told["exit"]["cause"]) == (0, "clean"), ran.told["exit"]
    assert ids(steps, "proved") == sorted(steps)
    audited = way.govern("audit --format json --as-of", FINAL)
    assert {key["api_key_id"]: key["state"] for key in audited.told["keys"]}["7"] == "stopped"
    assert way.standin.acts == []


@pytest.mark.slow
@pytest.mark.parametrize("way", [True], indirect=True, ids=["processes"])
def test_the_way_is_the_same_by_processes_of_their_own(way: Way) -> None:
    way.until_the_key_is_disabled()
    way.at(FINAL)
    way.tick("safety_net", LATER)
    way.tick("final_bill", FINAL)
    way.collect()
    ran, steps = way.steps(FINAL)
    assert (ran.code, ran.err) == (0, ""), ran.err
    assert ids(steps, "proved") == sorted(steps)


@pytest.mark.parametrize(("arrives", "code"), [(LATER, 1), (FINAL, 6)], ids=["soon", "late"])
def test_a_key_that_leaks_fails_whenever_its_charge_arrives(
    way: Way, arrives: str, code: int
) -> None:
    """The twin: the same way, but key 7 was used on the 17th, two days after it was disabled."""
    way.until_the_key_is_disabled()
    for instant in (LATER, FINAL):
        way.at(instant)
        if instant == arrives:
            way.charge(17, "0.25", "7")
        way.collect()
        ran, steps = way.steps(instant)
        assert ran.code == (code if instant == LATER else 1)
        leaked = steps["disable_key.llm-a.7"]
        assert leaked["state"] == ("failed" if instant >= arrives else "proved")
    (after,) = leaked["charges_after"]
    assert (after["currency"], after["billed_cost"]) == ("CNY", "0.25")
    (line,) = after["evidence"]
    day = MONTH.replace("-", "") + "17"
    assert line["path"].endswith(f"_InstanceBill_{day}.csv")
    assert line["line"] == 2
    # Inventories alone say that it was disabled between the 15th and the 20th: no leak by them.
    for stop, code, state in (("", 0, "stopped"), (f" --stopped-at 7={DISABLED}", 1, "leaking")):
        audited = way.govern(f"audit --format json --as-of {FINAL}{stop}")
        states = {key["api_key_id"]: key["state"] for key in audited.told["keys"]}
        assert (audited.code, states["7"]) == (code, state)
