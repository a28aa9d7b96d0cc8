"""The money on each step, worked out by hand: all at stake, and once where it is added up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bills import bill, row
from commandline import govern

#: The last full day of the bill; what lies on the day after makes it full.
FULL, AFTER = {"账单日期": "2026-09-04"}, {"账单日期": "2026-09-05"}

POLICIES = """
version: 1
policies:
  - id: dear
    title: T
    per: api_key
    where: {service: [inference, batch], model: [qwen-max, qwen-vl]}
    every: total
    limit: {billed_cost: [5 CNY, 70 USD]}
  - id: no-vl
    title: T
    per: model
    where: {service: [inference, batch], model: qwen-vl}
    forbid: charges
  - id: past
    title: T
    per: workspace
    where: {service: [inference, batch], workspace_id: llm-b}
    before: 2026-09-02
    forbid: charges
  - id: gone
    title: T
    per: api_key
    where: {service: [inference, batch], api_key_id: "9"}
    forbid: charges
    stop: delete_key
"""
INVENTORY = """
schema: govern.inventory/v1
account_id: "100"
api_keys:
  - {api_key_id: "7", workspace_id: llm-a, owner: he@example.com}
workspaces:
  - {workspace_id: llm-a, owner: lin@example.com}
deployments:
  - {id: ptu-1, workspace_id: llm-a, region_id: cn-beijing, status: RUNNING}
"""


def charge(
    amount: str, key: str = "7", workspace: str = "llm-a", model: str = "qwen-max", **cells: str
) -> str:
    meter = cells.pop("meter", "output_token")
    instance = f"{key};{workspace};{model};{meter};app;0"
    return row(应付金额=amount, **{"资产/资源实例ID": instance, **FULL, **cells})


def deployment(amount: str, id: str) -> str:
    cells = {"商品Code": "sfm_deployment_public_cn", "资产/资源实例ID": id}
    return row(应付金额=amount, **FULL, **cells)


ROWS = [
    charge("10"),
    charge("4", model="qwen-vl"),
    charge("3", meter="input_token_batch"),
    charge("2", "", "llm-a"),
    charge("1", "8", "llm-b"),
    charge("2", "8", "llm-b", 账单日期="2026-09-01"),
    charge("0.5", "9", "llm-b"),
    charge("0.25", "9", "llm-b", 定价币种="USD"),
    deployment("20", "ptu-1"),
    deployment("30", "ptu-2"),
    charge("0", "7", **AFTER),
]


def made(folder: Path, *words: str) -> dict[str, Any]:
    bill(folder, *ROWS)
    (folder / "p.yaml").write_text(POLICIES)
    (folder / "i.yaml").write_text(INVENTORY)
    asked = [*words, "--no-config", "--as-of", "2026-09-06", "--format", "json", "-q"]
    done = govern(folder, "checklist", "bill.csv", *asked)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("everything")
    return made(folder, "--retire", "all", "--inventory", "i.yaml")


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return made(tmp_path_factory.mktemp("findings"), "-p", "p.yaml")


def stakes(document: dict[str, Any], field: str = "at_stake") -> dict[str, str]:
    """Of each step with money: its sums, in one text."""
    return {
        step["id"]: " ".join(f"{one['amount']} {one['currency']}" for one in step[field])
        for step in document["steps"]
        if step[field]
    }


def test_each_step_shows_what_its_subject_costs_a_day(everything: dict[str, Any]) -> None:
    found = stakes(everything)
    assert found["disable_key.llm-a.7"] == found["delete_key.llm-a.7"] == "17 CNY"
    assert found["disable_key.llm-b.9"] == "0.5 CNY 0.25 USD"
    # 10 + 4 + 3 of the key, 2 without one.
    assert found["retire_workspace.llm-a"] == "19 CNY"
    assert found["tell_owners.llm-b"] == "1.5 CNY 0.25 USD"
    assert found["ask_owner.no-key.llm-a"] == "2 CNY"
    assert found["cancel_batch.llm-a.cn-beijing"] == "3 CNY"


def test_a_cost_that_several_steps_are_about_is_added_up_once(everything: dict[str, Any]) -> None:
    # The batches of a key end with the key; what has no key is for its workspace to decide.
    assert stakes(everything, "saves_per_day") == {
        "disable_key.llm-a.7": "17 CNY",
        "disable_key.llm-b.8": "1 CNY",
        "disable_key.llm-b.9": "0.5 CNY 0.25 USD",
        "ask_owner.no-key.llm-a": "2 CNY",
        "take_offline.llm-a.ptu-1": "20 CNY",
        "take_offline.none.cn-beijing": "30 CNY",
    }
    # All of the day: 10 + 4 + 3 + 2 + 1 + 0.5 + 20 + 30.
    sums = {one["currency"]: one["amount"] for one in everything["saves_per_day"]}
    assert sums == {"CNY": "70.5", "USD": "0.25"}


def test_a_deployment_costs_what_the_bill_says_of_its_id(everything: dict[str, Any]) -> None:
    steps = {step["id"]: step for step in everything["steps"]}
    assert stakes(everything)["take_offline.llm-a.ptu-1"] == "20 CNY"
    others = steps["take_offline.none.cn-beijing"]
    assert others["why"].endswith("and names no workspace; Instance ID ptu-2.")


def test_a_deployment_that_is_named_leaves_nothing_for_all_of_them(tmp_path: Path) -> None:
    rows = [row for row in ROWS if "ptu-2" not in row]
    bill(tmp_path, *rows, name="named.csv")
    (tmp_path / "i.yaml").write_text(INVENTORY)
    asked = ["--retire", "all", "--inventory", "i.yaml", "--format", "json", "--as-of"]
    done = govern(tmp_path, "checklist", "named.csv", *asked, "2026-09-06")
    ids = [step["id"] for step in json.loads(done.stdout)["steps"]]
    assert [id for id in ids if id.startswith("take_offline")] == ["take_offline.llm-a.ptu-1"]


def test_money_is_at_stake_whether_or_not_it_is_decided(findings: dict[str, Any]) -> None:
    found = stakes(findings)
    # Of a key only what its policy matches; of a model all of its charges.
    assert found["ask_owner.dear.api_key.100.llm-a.7"] == "17 CNY"
    assert found["ask_owner.no-vl.model.qwen-vl"] == "4 CNY"
    # What the policy looked at is over; what it is about goes on.
    assert found["ask_owner.past.workspace.llm-b"] == "1.5 CNY 0.25 USD"
    # 17 of the key, the model's share of it once; of llm-b 1, and 0.5 that disabling saves.
    sums = {one["currency"]: one["amount"] for one in findings["saves_per_day"]}
    assert sums == {"CNY": "18.5", "USD": "0.25"}
    assert stakes(findings, "saves_per_day")["ask_owner.past.workspace.llm-b"] == "1 CNY"


def test_a_step_is_its_owner_s(everything: dict[str, Any]) -> None:
    owners = {step["id"]: step["owner"] for step in everything["steps"]}
    assert owners["disable_key.llm-a.7"] == owners["delete_key.llm-a.7"] == "he@example.com"
    assert owners["tell_owners.llm-a"] == owners["take_offline.llm-a.ptu-1"] == "lin@example.com"
    assert owners["retire_workspace.llm-a"] == owners["ask_owner.no-key.llm-a"] == "lin@example.com"
    assert owners["disable_key.llm-b.8"] is owners["final_bill"] is None


def test_a_step_that_nothing_asks_for_any_more_is_counted_elsewhere(tmp_path: Path) -> None:
    bill(tmp_path, charge("10"), charge("0", **AFTER))
    (tmp_path / "p.yaml").write_text(
        "version: 1\npolicies:\n  - {id: p, title: T, per: api_key, forbid: charges}\n"
    )
    asked = ["-o", "c.yaml", "--no-config", "--as-of", "2026-09-06", "-q"]
    for words in (["-p", "p.yaml"], ["--retire", "api_key=7"]):
        assert govern(tmp_path, "checklist", "bill.csv", *words, *asked).returncode == 0
    shown = ["checklist", "show", "c.yaml", "--format", "json"]
    document = json.loads(govern(tmp_path, *shown).stdout)
    # The question to the owner is still open, the key is to be disabled: one cost of 10.
    assert {step["id"] for step in document["steps"] if step["at_stake"]} >= {
        "ask_owner.p.api_key.100.llm-a.7", "disable_key.llm-a.7",
    }  # fmt: skip
    assert document["at_stake_per_day"] == [{"currency": "CNY", "amount": "10"}]


def test_a_deletion_after_its_disabling_has_nothing_at_stake(tmp_path: Path) -> None:
    bill(tmp_path, charge("10"), charge("0", **AFTER))
    asked = ["--retire", "api_key=7", "-o", "c.yaml", "--no-config", "--as-of", "2026-09-06", "-q"]
    assert govern(tmp_path, "checklist", "bill.csv", *asked).returncode == 0
    show = ["checklist", "show", "c.yaml", "--kind", "delete_key"]
    assert "at stake: 10 CNY a day" in govern(tmp_path, *show).stdout
    tick = ["checklist", "tick", "c.yaml", "*_key.*", "tell_*", "--by", "lin", "--at"]
    assert govern(tmp_path, *tick, "2026-09-06").returncode == 0
    undo = ["checklist", "tick", "c.yaml", "delete_key.*", "--by", "lin", "--undo"]
    assert govern(tmp_path, *undo).returncode == 0
    assert "at stake:" not in govern(tmp_path, *show).stdout
