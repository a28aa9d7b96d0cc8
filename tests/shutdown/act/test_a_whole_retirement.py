"""From the account to the proof, by the command line alone: collect, check, checklist, apply (dry
run, a run that is broken off, the next one, undo), later bills, deletion, verify."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from standin import command
from standin.command import MONTH, Ran, month_ago
from standin.server import StandIn, running

API_KEY = "sk-standinkeyofworkspacea"
ACCOUNT = "1902910424969427"

MADE = f"{MONTH}-15T12:00:00+08:00"
AGAIN = f"{MONTH}-15T13:00:00+08:00"
QUIET = f"{MONTH}-24T12:00:00+08:00"
FINAL = f"{month_ago(1)}-04T12:00:00+08:00"


class Way:
    """One account, one folder, and what is typed."""

    def __init__(self, standin: StandIn, folder: Path) -> None:
        self.standin, self.folder = standin, folder

    def at(self, instant: str) -> None:
        self.standin.skew = datetime.fromisoformat(instant).timestamp() - time.time()

    def govern(self, line: str, code: int) -> Ran:
        told = command.environment(self.standin, self.folder) | {"DASHSCOPE_API_KEY": API_KEY}
        ran = command.alone(told, self.folder, *line.split())
        assert ran.code == code, (line, ran)
        return ran

    def apply(self, words: str, code: int) -> dict[str, Any]:
        ran = self.govern(f"apply checklist.yaml --format json {words}", code)
        return {one["id"]: one for one in ran.told["steps"] if one["act"]}


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Way]:
    with running() as standin:
        account = standin.account
        account.workspace("llm-a")
        account.key(7, "llm-a")
        account.key(8, "llm-a")
        account.api_keys = {API_KEY: "llm-a"}
        account.deployments["llm-a"] = [
            {"deployed_model": "d-1", "status": "RUNNING", "charge_type": "post_paid"}
        ]
        for day, key in ((10, 7), (12, 8), (13, 7)):
            account.charge(
                f"{MONTH}-{day}", "1.25", InstanceID=f"{key};llm-a;qwen-max;output_token;app;0"
            )
        yield Way(standin, tmp_path)


def test_from_the_account_to_the_proof(way: Way) -> None:
    standin, account = way.standin, way.standin.account
    way.at(MADE)
    way.govern("collect inventory -o inventory.yaml", 0)
    way.govern(f"collect bills --month {MONTH} -o bills", 0)
    checked = way.govern(f"check bills --format json --as-of {MADE}", 0)
    assert checked.told["bill"]["charges"] == 3
    made = f"checklist bills --retire workspace=llm-a --inventory inventory.yaml --as-of {MADE}"
    way.govern(f"{made} -o checklist.yaml -q", 0)
    for word in ("take_offline*", "delete_key*", "retire_workspace*"):
        way.govern(f"checklist tick checklist.yaml {word} --by wang --approve", 0)

    # What would be called; and then a run whose connection breaks with the second key.
    dry = way.apply(f"--as-of {MADE}", 6)
    assert {id: one["outcome"] for id, one in dry.items()} == {
        "take_offline.llm-a.d-1": "would",
        "disable_key.llm-a.7": "would",
        "disable_key.llm-a.8": "would",
        "delete_key.llm-a.7": "waiting",
        "delete_key.llm-a.8": "waiting",
        "retire_workspace.llm-a": "blocked",
    }
    assert standin.acts == []
    standin.faults = {("DisableApiKey", 2): "reset after"}
    standin.faults |= {("GetApiKey", number): "reset before" for number in range(4, 10)}
    broken = way.apply(f"--execute --confirm {ACCOUNT}", 5)
    assert broken["disable_key.llm-a.7"]["outcome"] == "done"
    assert broken["disable_key.llm-a.8"]["outcome"] == "unknown"
    standin.faults = {}
    gone_on = way.apply(f"--execute --confirm {ACCOUNT}", 6)
    assert (gone_on["disable_key.llm-a.8"]["outcome"], gone_on["disable_key.llm-a.8"]["basis"]) == (
        "done",
        "live",
    )
    assert [call.operation for call in standin.acts] == [
        "DeleteDeployment",
        "DisableApiKey",
        "DisableApiKey",
    ]

    # Somebody needs key 8 for another hour.
    one = "--step disable_key.llm-a.8"
    back = way.apply(f"--undo {one} --execute --confirm {ACCOUNT}", 6)
    assert back["disable_key.llm-a.8"]["outcome"] == "undone"
    assert [row["disabled"] for row in account.keys] == [1, 0]
    way.at(AGAIN)
    way.apply(f"{one} --execute --confirm {ACCOUNT}", 6)
    assert [row["disabled"] for row in account.keys] == [1, 1]

    # Nine days later bills show that nobody missed them.
    way.at(QUIET)
    way.govern(f"collect bills --month {MONTH} -o bills", 0)
    last = way.apply(f"bills --execute --confirm {ACCOUNT}", 0)
    assert last["retire_workspace.llm-a"]["outcome"] == "done"
    assert (account.keys, account.workspaces, account.deployments["llm-a"]) == ([], [], [])
    assert [call.operation for call in standin.acts[-3:]] == [
        "DeleteApiKey",
        "DeleteApiKey",
        "DeleteWorkspace",
    ]

    # And the final bill proves it, from the instants of the journal.
    way.at(FINAL)
    way.govern(f"collect bills --month {MONTH} -o bills", 0)
    way.govern(f"checklist tick checklist.yaml safety_net --by lin --at {AGAIN}", 0)
    proved = way.govern(f"verify checklist.yaml bills --format json --as-of {FINAL}", 0)
    states = {one["id"]: one for one in proved.told["steps"]}
    assert {one["state"] for one in states.values()} == {"proved"}
    assert states["disable_key.llm-a.8"]["stopped_at"] >= AGAIN
    assert states["disable_key.llm-a.7"]["stopped_at"] < AGAIN
    assert proved.told["journal"]["lines"] == len(
        (way.folder / "checklist.journal.jsonl").read_bytes().splitlines()
    )


def test_a_key_that_is_used_again_is_not_deleted_and_nothing_is_proved(way: Way) -> None:
    """The twin: a charge two days after the stop."""
    way.at(MADE)
    way.govern("collect inventory -o inventory.yaml", 0)
    way.govern(f"collect bills --month {MONTH} -o bills", 0)
    made = f"checklist bills --retire workspace=llm-a --inventory inventory.yaml --as-of {MADE}"
    way.govern(f"{made} -o checklist.yaml -q", 0)
    way.govern("checklist tick checklist.yaml * --by wang --approve", 0)
    way.apply(f"--execute --confirm {ACCOUNT}", 6)
    used = f"{MONTH}-17"
    way.standin.account.charge(used, "2", InstanceID="7;llm-a;qwen-max;output_token;app;0")
    way.at(QUIET)
    way.govern(f"collect bills --month {MONTH} -o bills", 0)
    last = way.apply(f"bills --execute --confirm {ACCOUNT}", 6)
    assert last["delete_key.llm-a.7"]["outcome"] == "waiting"
    assert "used after it was disabled" in last["delete_key.llm-a.7"]["reason"]
    assert last["delete_key.llm-a.8"]["outcome"] == "done"
    assert last["retire_workspace.llm-a"]["outcome"] == "blocked"
    failed = way.govern(f"verify checklist.yaml bills --format json --as-of {QUIET}", 1)
    states = {one["id"]: one["state"] for one in failed.told["steps"]}
    assert states["disable_key.llm-a.7"] == "failed"
