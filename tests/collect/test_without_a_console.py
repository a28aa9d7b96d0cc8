"""Bills and an inventory from the account, then check, cost, audit, checklist and verify on them.

One month of one account. Key 7 of workspace llm-a costs 1.5 CNY on the 1st and 2.25
on the 10th: 3.75 in all. Key 8 costs 0.5 on the 20th. Another product costs 100.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bills import instance
from standin.command import MONTH, Ran, govern
from standin.server import StandIn, running

from govern.ledger.reading import Reading, read

ROW = {"Usage": "1", "UsageUnit": "KTokens"}


def of_key(key: str) -> dict[str, str]:
    return {**ROW, "InstanceID": instance(key)}


@dataclass
class Folder:
    standin: StandIn
    path: Path

    def govern(self, *words: str, **more: str) -> Ran:
        return govern(self.standin, self.path, *words, **more)

    @property
    def bills(self) -> str:
        return str(self.path / "bills")

    def manifest(self) -> Any:
        return json.loads((self.path / "bills" / "manifest.json").read_text("utf-8"))


def filled(standin: StandIn) -> StandIn:
    account = standin.account
    account.workspace("llm-a")
    account.key(7, "llm-a")
    account.key(8, "llm-a")
    account.charge(f"{MONTH}-01", "1.5", **of_key("7"))
    account.charge(f"{MONTH}-10", "2.25", **of_key("7"))
    account.charge(f"{MONTH}-20", "0.5", **of_key("8"))
    account.charge(
        f"{MONTH}-20", "100", ProductCode="ecs", ProductName="ECS", ProductDetail="ECS",
        CommodityCode="ecs", InstanceID="i-1", Usage="1", UsageUnit="h",
    )  # fmt: skip
    return standin


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was collected, once for all tests."""
    path = tmp_path_factory.mktemp("collected")
    with running(filled(StandIn())) as standin:
        found = Folder(standin, path)
        assert found.govern("collect", "bills", "--month", MONTH, "-o", found.bills).code == 0
        ran = found.govern(
            "collect", "inventory", "-o", "inventory.json", "--only", "api_keys,workspaces,plans"
        )
        assert ran.code == 0
    return path


@pytest.fixture
def folder(collected: Path, tmp_path: Path) -> Iterator[Folder]:
    shutil.copytree(collected, tmp_path, dirs_exist_ok=True)
    with running(filled(StandIn())) as standin:
        yield Folder(standin, tmp_path)


POLICY = """version: 1
policies:
  - id: max-a-key
    title: No key spends more than 3 CNY a month
    per: api_key
    limit: {billed_cost: 3 CNY}
    stop: disable_key
"""


def test_check_needs_no_console(folder: Folder) -> None:
    (folder.path / "policy.yaml").write_text(POLICY)
    ran = folder.govern("check", folder.bills, "-p", "policy.yaml", "--format", "json")
    assert ran.code == 1
    bill = ran.told["bill"]
    # Four rows in three of the month's files; the sums as worked out above.
    assert (bill["rows"], bill["charges"], bill["other"], bill["rejected"]) == (4, 3, 1, 0)
    assert bill["totals"] == [
        {
            "currency": "CNY",
            "billed_cost": "4.25",
            "other_cost": "100",
            "unparsed_cost": "0",
            "rejected_cost": "0",
        }
    ]
    instants = {file["path"]: file["exported_at"] for file in folder.manifest()["files"]}
    for file in bill["files"]:
        assert file["exported_at"] == instants[Path(file["path"]).name]
        assert file["sha256"] is None
    assert bill["months"] == [{"month": MONTH, "final": True}]
    assert bill["gaps"] == []
    assert "manifest" not in ran.err
    (finding,) = ran.told["findings"]
    assert (finding["subject"]["id"], finding["observed"]) == ("7", "3.75")
    assert folder.standin.calls == []


def test_cost_needs_no_console(folder: Folder) -> None:
    ran = folder.govern("cost", folder.bills, "--by", "api_key_id", "--format", "json")
    assert ran.code == 0
    rows = [(row["api_key_id"], row["billed_cost"], row["charges"]) for row in ran.told["rows"]]
    assert rows == [("7", "3.75", 2), ("8", "0.5", 1)]
    (usage,) = ran.told["rows"][0]["usage"]
    assert (usage["unit"], usage["quantity"]) == ("tokens", "2000")


def test_audit_needs_no_console(folder: Folder) -> None:
    """Key 7 was stopped on the 11th and is silent; key 8 on the 15th, and was used on the 20th."""
    ran = folder.govern(
        "audit", folder.bills, "--inventory", "inventory.json", "--format", "json",
        "--stopped-at", f"7={MONTH}-11", "--stopped-at", f"8={MONTH}-15",
    )  # fmt: skip
    assert ran.code == 1
    keys = {one["api_key_id"]: one for one in ran.told["keys"]}
    assert {id: one["state"] for id, one in keys.items()} == {"7": "stopped", "8": "leaking"}
    # The month is final: silence is proved to its end.
    start = datetime.fromisoformat(f"{MONTH}-01T00:00:00+08:00")
    end = (start + timedelta(days=32)).replace(day=1)
    assert keys["7"]["proved_until"] == end.isoformat()
    after = [{name: one[name] for name in ("currency", "billed_cost", "charges")}
             for one in keys["8"]["charges_after"]]  # fmt: skip
    assert after == [{"currency": "CNY", "billed_cost": "0.5", "charges": 1}]


def test_a_checklist_is_made_and_verified_without_a_console(folder: Folder) -> None:
    (folder.path / "policy.yaml").write_text(POLICY)
    made = folder.govern(
        "checklist", folder.bills, "-p", "policy.yaml", "--inventory", "inventory.json",
        "-o", "checklist.yaml",
    )  # fmt: skip
    assert made.code == 0, made.err
    text = (folder.path / "checklist.yaml").read_text("utf-8")
    assert "disable_key.llm-a.7" in text
    assert "disable_key.llm-a.8" not in text
    # The key is disabled, and the account is collected again: the step ticks itself.
    folder.standin.account.keys[0]["disabled"] = 1
    again = folder.govern(
        "collect", "inventory", "-o", "inventory.json", "--only", "api_keys,workspaces,plans"
    )
    assert again.code == 0
    inventory = json.loads((folder.path / "inventory.json").read_text("utf-8"))
    (key,) = [one for one in inventory["api_keys"] if one["api_key_id"] == "7"]
    assert key["disabled_at"] and key["disabled_after"]
    verified = folder.govern(
        "verify", "checklist.yaml", folder.bills, "--inventory", "inventory.json",
        "--format", "json",
    )  # fmt: skip
    steps = {step["id"]: step for step in verified.told["steps"]}
    # The bill ends long before the key was disabled: nothing is proved by it yet.
    assert steps["disable_key.llm-a.7"]["state"] == "waiting"
    assert verified.code == 6


# the export instant


def exported(words: str, how: Reading | None = None) -> tuple[list[Any], list[str]]:
    with read([words], how or Reading()) as ledger:
        return [file.exported_at for file in ledger.files], list(ledger.notes)


def test_a_file_that_was_changed_has_no_export_instant_and_that_is_said(folder: Folder) -> None:
    first = folder.path / "bills" / folder.manifest()["files"][0]["path"]
    first.write_bytes(first.read_bytes().replace(b"1.5", b"1.6"))
    instants, notes = exported(folder.bills)
    assert instants.count(None) == 1
    (note,) = notes
    assert "manifest.json beside it tells another SHA-256" in note
    assert first.name in note


def test_a_file_that_the_manifest_does_not_list_has_none(folder: Folder) -> None:
    files = folder.manifest()["files"]
    first = folder.path / "bills" / files[0]["path"]
    other = folder.path / "bills" / "another.csv"
    first.rename(other)
    instants, notes = exported(folder.bills)
    assert instants.count(None) == 1
    assert len(notes) == 1
    assert f"{other}: manifest.json beside it doesn't list it" in notes[0]
    # Its own name or the user may tell it all the same.
    other.rename(folder.path / "bills" / "1902910424969427-20261003120000_x.csv")
    instants, notes = exported(folder.bills)
    assert instants.count(None) == 0
    assert notes == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", True),
        ('{"schema": "govern.manifest/v1"}', True),
        ('{"schema": "somebody/else"}', False),
        ("[]", False),
    ],
)
def test_a_broken_manifest_tells_nothing_and_somebody_else_s_is_no_fault(
    folder: Folder, text: str, said: bool
) -> None:
    (folder.path / "bills" / "manifest.json").write_text(text)
    instants, notes = exported(folder.bills)
    assert set(instants) == {None}
    assert ("can't be read" in "".join(notes)) is said
    assert len(notes) <= 1


def test_the_manifest_is_no_stranger_in_a_folder_or_a_glob(folder: Folder) -> None:
    for words in (folder.bills, f"{folder.bills}/*"):
        ran = folder.govern("cost", words, "--by", "month", "--format", "json")
        assert (ran.code, ran.told["rows"][0]["billed_cost"]) == (0, "4.25")
        assert "manifest" not in ran.err


def test_a_day_without_its_file_is_a_gap(folder: Folder) -> None:
    files = folder.manifest()["files"]
    (folder.path / "bills" / files[14]["path"]).unlink()
    ran = folder.govern("check", folder.bills, "--format", "json")
    (gap,) = ran.told["bill"]["gaps"]
    assert f"{MONTH}-15" in json.dumps(gap)


def dated(folder: Folder, instants: dict[int, str]) -> None:
    """Say of days, by their number, that they were exported at another instant."""
    told = folder.manifest()
    for number, instant in instants.items():
        told["files"][number - 1]["exported_at"] = instant
    (folder.path / "bills" / "manifest.json").write_text(json.dumps(told))


def test_a_day_that_was_exported_before_it_was_over_proves_nothing_of_its_rest(
    folder: Folder,
) -> None:
    """The 12th was read at its noon, all others much later: what came after it isn't shown."""
    dated(folder, {12: f"{MONTH}-12T12:00:00+08:00"})
    ran = folder.govern("audit", folder.bills, "--stopped-at", f"7={MONTH}-11", "--format", "json")
    keys = {one["api_key_id"]: one for one in ran.told["keys"]}
    assert keys["7"]["state"] == "settling"
    assert keys["7"]["proved_until"] is None


def test_a_month_is_final_only_if_each_of_its_days_was_exported_after_that(
    folder: Folder,
) -> None:
    dated(folder, {5: f"{MONTH}-28T00:00:00+08:00"})
    ran = folder.govern("check", folder.bills, "--format", "json")
    assert ran.told["bill"]["months"] == [{"month": MONTH, "final": False}]
