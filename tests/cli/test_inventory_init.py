"""An inventory from a bill, to fill in; made again it loses nothing that people wrote."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml
from bills import bill, row
from commandline import govern


def charge(key: str, workspace: str = "llm-a", **cells: str) -> str:
    instance = f"{key};{workspace};qwen-max;output_token;app;0"
    return row(**{"资产/资源实例ID": instance, **cells})


def other(commodity: str, id: str, **cells: str) -> str:
    return row(商品Code=commodity, **{"资产/资源实例ID": id, **cells})


ROWS = [
    charge("7", 账单日期="2026-09-02"),
    charge("7", 账单日期="2026-09-05"),
    charge("8", "llm-b", 地域="新加坡"),
    charge("8", "llm-b"),
    charge("", "llm-c"),
    other("sfm_training_public_cn", "llm-a!cn-beijing!ft-1"),
    other("sfm_deployment_public_cn", "ptu-1"),
    other("sfm_codingplan_public_cn", "plan-1", 费用类型="订阅预付费用"),
]


def init(folder: Path, *words: str, code: int = 0) -> CompletedProcess[str]:
    done = govern(folder, "inventory", "init", *words, "--no-config")
    assert done.returncode == code, done.stderr
    return done


def read(folder: Path, name: str = "i.yaml") -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    return document


def test_it_holds_what_the_bill_shows_and_asks_for_the_rest(tmp_path: Path) -> None:
    bill(tmp_path, *ROWS)
    done = init(tmp_path, "bill.csv", "-o", "i.yaml")
    assert done.stdout == (
        "i.yaml: 2 regions, 2 API keys, 3 workspaces, 1 training job, 1 deployment, 1 plan\n"
    )
    assert "--inventory i.yaml" in done.stderr
    day = "2026-09-05T00:00:00+08:00"
    beijing = {"region_id": "cn-beijing"}
    assert read(tmp_path) == {
        "schema": "govern.inventory/v1",
        "account_id": "100",
        "complete": False,
        "regions": [
            {"region_id": region, "looked_at": "none", "reason": "seen on a bill; nobody looked"}
            for region in ("ap-southeast-1", "cn-beijing")
        ],
        "api_keys": [
            {
                "api_key_id": "7", "name": None, "workspace_id": "llm-a", **beijing, "owner": None,
                "seen_at": day,
            },
            # Of two regions none is known.
            {
                "api_key_id": "8", "name": None, "workspace_id": "llm-b", "owner": None,
                "seen_at": day,
            },
        ],
        "workspaces": [
            {"workspace_id": "llm-a", "name": None, **beijing, "owner": None, "seen_at": day},
            {"workspace_id": "llm-b", "name": None, "owner": None, "seen_at": day},
            {"workspace_id": "llm-c", "name": None, **beijing, "owner": None, "seen_at": day},
        ],
        "training_jobs": [{"id": "ft-1", "workspace_id": "llm-a", **beijing, "seen_at": day}],
        "deployments": [{"id": "ptu-1", **beijing, "seen_at": day}],
        "plans": [
            {
                "kind": "coding_plan", "id": "plan-1", **beijing, "expires_at": None,
                "auto_renewal": "unknown", "seen_at": day,
            },
        ],
    }  # fmt: skip
    assert stat.S_IMODE((tmp_path / "i.yaml").stat().st_mode) == 0o600


WRITTEN = """\
# Ours. Ask lin before you touch it.
schema: govern.inventory/v1
account_id: "100"
complete: false
regions:
  - {region_id: cn-beijing, looked_at: full}
api_keys:
  # the search team
  - {api_key_id: "9", workspace_id: llm-z, name: search, owner: sun@example.com}
  - {api_key_id: "7", name: 聊天, owner: he@example.com, disabled: false}  # moves in November
  - {api_key_id: "8", workspace_id: llm-a, owner: li@example.com}
workspaces:
  - {workspace_id: llm-b, owner: wang@example.com, region_id: eu-central-1}
plans:
  - {kind: coding_plan, expires_at: 2026-11-03, auto_renewal: renews}   # asked in the console
knowledge_bases:
  - {id: kb-1, workspace_id: llm-a}
"""


def test_made_again_it_keeps_what_people_wrote(tmp_path: Path) -> None:
    bill(tmp_path, *ROWS)
    (tmp_path / "i.yaml").write_text(WRITTEN, encoding="utf-8")
    done = init(tmp_path, "bill.csv", "-o", "i.yaml")
    assert "4 API keys (1 new), 3 workspaces (2 new)" in done.stdout
    found = read(tmp_path)
    keys = {(key.get("workspace_id"), key["api_key_id"]): key for key in found["api_keys"]}
    # Where nobody wrote a workspace or region the bill's is; the order is people's.
    assert list(keys) == [("llm-z", "9"), ("llm-a", "7"), ("llm-a", "8"), ("llm-b", "8")]
    assert keys["llm-z", "9"] == {
        "api_key_id": "9", "name": "search", "workspace_id": "llm-z", "owner": "sun@example.com",
    }  # fmt: skip
    assert keys["llm-a", "7"] == {
        "api_key_id": "7", "name": "聊天", "workspace_id": "llm-a", "region_id": "cn-beijing",
        "owner": "he@example.com", "disabled": False,
    }  # fmt: skip
    assert keys["llm-a", "8"]["owner"] == "li@example.com"
    assert found["workspaces"][0] == {
        "workspace_id": "llm-b", "name": None, "region_id": "eu-central-1",
        "owner": "wang@example.com",
    }  # fmt: skip
    (plan,) = found["plans"]
    assert (plan["id"], plan["expires_at"], plan["auto_renewal"]) == (
        "plan-1", "2026-11-03T00:00:00", "renews",
    )  # fmt: skip
    assert found["regions"][0] == {"region_id": "cn-beijing", "looked_at": "full"}
    assert found["knowledge_bases"] == [{"id": "kb-1", "workspace_id": "llm-a"}]
    text = (tmp_path / "i.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Ours. Ask lin before you touch it.\nschema:")
    for comment in ("# the search team", "# moves in November", "# asked in the console"):
        assert text.count(comment) == 1
    lines = text.splitlines()
    assert lines[lines.index("  # the search team") + 1] == '  - api_key_id: "9"'
    # Once more changes nothing.
    init(tmp_path, "bill.csv", "-o", "i.yaml")
    assert (tmp_path / "i.yaml").read_text(encoding="utf-8") == text


def test_what_a_newer_bill_shows_is_added_and_seen_later(tmp_path: Path) -> None:
    bill(tmp_path, *ROWS)
    init(tmp_path, "bill.csv", "-o", "i.yaml")
    late = {"账单日期": "2026-10-03", "账单月份": "2026-10"}
    bill(tmp_path, charge("7", **late), charge("10", **late), name="later.csv")
    assert "3 API keys (1 new)" in init(tmp_path, "later.csv", "-o", "i.yaml").stdout
    seen = {key["api_key_id"]: key["seen_at"][:10] for key in read(tmp_path)["api_keys"]}
    assert seen == {"7": "2026-10-03", "8": "2026-09-05", "10": "2026-10-03"}


def test_it_names_people_on_a_checklist(tmp_path: Path) -> None:
    bill(tmp_path, *ROWS)
    init(tmp_path, "bill.csv", "-o", "i.json", "-q")
    document = json.loads((tmp_path / "i.json").read_text())
    document["workspaces"][0]["owner"] = "lin@example.com"
    (tmp_path / "i.json").write_text(json.dumps(document))
    init(tmp_path, "bill.csv", "-o", "i.json")
    words = ["--retire", "api_key=7", "--inventory", "i.json", "--format", "json", "--no-config"]
    steps = json.loads(govern(tmp_path, "checklist", "bill.csv", *words).stdout)["steps"]
    owners = {step["id"]: step["owner"] for step in steps}
    assert owners["disable_key.llm-a.7"] == "lin@example.com"


def test_an_inventory_is_of_one_account(tmp_path: Path) -> None:
    account = {"资源归属账号ID": "200", "资源购买账号ID": "200"}
    bill(tmp_path, *ROWS, charge("20", "llm-m", **account))
    refused = init(tmp_path, "bill.csv", "-o", "i.yaml", code=2)
    assert refused.stderr == (
        "govern: the bill is of accounts 100, 200: choose one (--account ID)\n"
    )
    init(tmp_path, "bill.csv", "-o", "i.yaml", "--account", "200")
    found = read(tmp_path)
    assert (found["account_id"], [key["api_key_id"] for key in found["api_keys"]]) == (
        "200",
        ["20"],
    )
    before = (tmp_path / "i.yaml").read_bytes()
    refused = init(tmp_path, "bill.csv", "-o", "i.yaml", "--account", "100", code=2)
    assert "i.yaml is of account 200, the bill of 100" in refused.stderr
    init(tmp_path, "bill.csv", "-o", "i.yaml", "--account", "300", code=2)
    assert (tmp_path / "i.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "-o: name the file to write, as in -o inventory.yaml"),
        (["-o", "i.csv"], "-o i.csv: an inventory is .json, .yaml or .yml"),
        (["-o", "broken.yaml"], "broken.yaml:1:1: "),
    ],
)
def test_what_can_t_be_written_is_told(tmp_path: Path, words: list[str], told: str) -> None:
    bill(tmp_path, charge("7"))
    (tmp_path / "broken.yaml").write_text("keys: [7]\n")
    done = init(tmp_path, "bill.csv", *words, code=2)
    assert done.stderr.startswith(f"govern: {told}")
    assert (tmp_path / "broken.yaml").read_text() == "keys: [7]\n"
