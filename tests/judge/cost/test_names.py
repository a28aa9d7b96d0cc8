"""Names from the inventory beside ids, and costs by owner."""

from __future__ import annotations

from pathlib import Path

import pytest
from asking import ask, costs
from bills import bill, paid

from govern.judge.cost.narrative import document
from govern.model.errors import GovernError

INVENTORY = """\
schema: govern.inventory/v1
account_id: "100"
complete: true
api_keys:
  - {api_key_id: 1, workspace_id: llm-a, name: 客服, owner: lin@example.com}
  - {api_key_id: 2, workspace_id: llm-a, name: Nightly}
  - {api_key_id: 1, workspace_id: llm-b, name: Other}
workspaces:
  - {workspace_id: llm-a, name: Chat, owner: sun@example.com}
"""


def of(key: str, workspace: str, amount: str, **cells: str) -> str:
    instance = f"{key};{workspace};qwen-max;output_token;app;0"
    return paid(amount, **{"资产/资源实例ID": instance, **cells})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return bill(
        tmp_path,
        of("1", "llm-a", "10"),
        of("2", "llm-a", "5"),
        of("3", "llm-a", "3"),
        of("", "llm-a", "2"),
        of("1", "llm-b", "1"),
        paid("20", **{"资产/资源实例ID": "ptu-0260"}),
    )


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    written = tmp_path / "inventory.yaml"
    written.write_text(INVENTORY, encoding="utf-8")
    return written


def names(path: Path, inventory: Path, by: str, name: str) -> dict[object, str | None]:
    rows = ask(path, by=by, inventory=[inventory]).document()["rows"]
    columns = by.split(",")
    return {tuple(row[column] for column in columns): row[name] for row in rows}


def test_a_key_is_named_in_its_workspace(path: Path, inventory: Path) -> None:
    assert names(path, inventory, "workspace_id,api_key_id", "api_key_name") == {
        ("llm-a", "1"): "客服",
        ("llm-a", "2"): "Nightly",
        ("llm-a", "3"): None,
        ("llm-a", ""): None,
        ("llm-b", "1"): "Other",
        (None, None): None,
    }
    found = names(path, inventory, "workspace_id,api_key_id", "workspace_name")
    assert {key[0]: name for key, name in found.items()} == {
        "llm-a": "Chat",
        "llm-b": None,
        None: None,
    }


def test_a_key_id_of_two_workspaces_has_no_name_of_its_own(path: Path, inventory: Path) -> None:
    found = names(path, inventory, "api_key_id", "api_key_name")
    assert found == {("1",): None, ("2",): "Nightly", ("3",): None, ("",): None, (None,): None}


def test_without_an_inventory_or_ids_there_are_no_names(path: Path, inventory: Path) -> None:
    assert "workspace_name" not in ask(path, by="workspace_id").document()["rows"][0]
    report = ask(path, by="model", inventory=[inventory])
    assert not {"workspace_name", "api_key_name"} & set(report.document()["rows"][0])


def test_a_name_that_is_asked_for_stands_there_once(path: Path, inventory: Path) -> None:
    report = ask(path, by="workspace_id,workspace_name", inventory=[inventory])
    assert costs(report)["llm-a", "Chat"] == "20"
    assert report.rows[0].names == {}


def test_people_see_the_name_behind_the_id(path: Path, inventory: Path) -> None:
    report = ask(path, by="workspace_id,api_key_id", top=2, inventory=[inventory])
    rows = document(report).sections()[0].rows
    assert [row[:2] for row in rows] == [
        ["none", "none"],
        ["llm-a (Chat)", "1 (客服)"],
        ["4 more", ""],
        ["total", ""],
    ]


def test_a_key_without_an_owner_is_its_workspaces(path: Path, inventory: Path) -> None:
    # Key 1 is lin's; 2 has no owner, 3 isn't listed, and "" is no key: llm-a is sun's.
    assert costs(ask(path, by="owner", inventory=[inventory])) == {
        (None,): "21",
        ("lin@example.com",): "10",
        ("sun@example.com",): "10",
    }


def test_names_can_be_asked_for(path: Path, inventory: Path) -> None:
    def total(*where: str) -> list[str]:
        report = ask(path, where=where, inventory=[inventory])
        return [row.document()["billed_cost"] for row in report.totals]

    assert total("owner=sun@example.com") == ["10"]
    assert total("owner=*@example.com") == ["20"]
    assert total("api_key_name=客服,Other") == ["11"]
    assert total("workspace_name!=Chat") == ["1"]
    assert total("owner=none") == ["1"]


def test_an_owner_that_nobody_is_is_named(path: Path, inventory: Path) -> None:
    report = ask(path, where=["owner=sun@example.com,lim@example.com"], inventory=[inventory])
    assert report.notes[-1] == "Not in this bill: lim@example.com."


@pytest.mark.parametrize("words", [{"by": "owner"}, {"where": ["api_key_name=x"]}])
def test_names_without_an_inventory_are_refused_before_the_bill_is_read(
    words: dict[str, object],
) -> None:
    with pytest.raises(GovernError, match="needs an --inventory") as refused:
        ask(Path("no-such-bill.csv"), **words)
    assert refused.value.cause == "usage"


PARTIAL = INVENTORY.replace("complete: true", "complete: false")
UNLISTED = "of keys or workspaces that the inventory doesn't list, and it doesn't show everything"


def test_what_an_incomplete_inventory_hides_is_named(path: Path, inventory: Path) -> None:
    inventory.write_text(PARTIAL, encoding="utf-8")
    report = ask(path, by="api_key_name,owner", inventory=[inventory])
    # Key 3 has no name; the owner of llm-b, where key 1 is listed without one, isn't known.
    assert report.notes == (
        "1 charge (20 CNY) with an Instance ID of no known layout: their api_key_name and owner "
        "aren't known (none).",
        f"2 charges (4 CNY) {UNLISTED}: their api_key_name and owner aren't known (none).",
    )


def test_what_an_incomplete_inventory_hides_is_neither_in_nor_out(
    path: Path, inventory: Path
) -> None:
    inventory.write_text(PARTIAL, encoding="utf-8")
    for where, total in (("api_key_name=Nightly", "5"), ("api_key_name!=Nightly", "13")):
        report = ask(path, where=[where], inventory=[inventory])
        assert [row.document()["billed_cost"] for row in report.totals] == [total]
        assert f"1 charge (3 CNY) {UNLISTED}: left out" in report.notes[1]
