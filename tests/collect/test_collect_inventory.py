"""govern collect inventory, from its command line against the stand-in account."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from standin.command import Ran, govern
from standin.server import StandIn, running

from govern.policy.inventory import load_inventories

ROOT = Path(__file__).parents[2]
REGIONS = (
    "cn-beijing",
    "ap-southeast-1",
    "us-east-1",
    "cn-hongkong",
    "eu-central-1",
    "ap-northeast-1",
)
KEY_A = "sk-standinkeyofworkspacea"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """Two workspaces in Beijing and one in Frankfurt; of llm-a an API key is at hand."""
    with running() as one:
        account = one.account
        account.workspace("llm-a", name="shop")
        account.workspace("llm-f", "eu-central-1")
        account.key(2000001, "llm-a")
        account.key(2000002, "llm-a", disabled=1)
        account.key(2000003, "llm-f")
        account.api_keys = {KEY_A: "llm-a"}
        account.fine_tunes["llm-a"] = [
            {"job_id": "ft-1", "job_name": "tune", "status": "RUNNING", "create_time": "2026-09-01"}
        ]
        account.deployments["llm-a"] = [
            {"deployed_model": "qwen-d", "status": "RUNNING", "charge_type": "prepaid"},
            {"deployed_model": "qwen-e", "status": "STOPPED", "charge_type": "post_paid"},
        ]
        account.batches["llm-a"] = [
            {"id": "batch_1", "status": "in_progress", "created_at": 1756684800}
        ]
        for id, product, status, renewal in (
            ("cp-1", "sfm_codingplan_public_cn", "2026-10-01T16:00:00Z", "AutoRenewal"),
            ("tp-1", "sfm_tokenplan_public_cn", "2026-10-02T16:00:00Z", "ManualRenewal"),
            ("sp-1", "sfm_spn_public_cn", "2026-10-03T16:00:00Z", "NotRenewal"),
            ("rp-1", "sfm_dp_public_cn", "2026-10-04T16:00:00Z", ""),
            ("xx-1", "sfm_other_public_cn", "", "Whatever"),
        ):
            account.plans.append(
                {
                    "InstanceID": id,
                    "ProductCode": "sfm",
                    "ProductType": product,
                    "EndTime": status,
                    "RenewStatus": renewal,
                    "Region": "cn-beijing",
                }
            )
        yield one


def collect(standin: StandIn, folder: Path, *words: str, **more: str) -> Ran:
    place = [] if "-o" in words else ["-o", str(folder / "inventory.json")]
    environment = {"DASHSCOPE_API_KEY": KEY_A, **more}
    return govern(
        standin, folder, "collect", "inventory", *place, "--format", "json", *words, **environment
    )


def written(folder: Path) -> Any:
    return json.loads((folder / "inventory.json").read_text("utf-8"))


def record(told: Any, name: str, id: str) -> Any:
    columns = ("api_key_id", "workspace_id", "id", "region_id")
    first = {"api_keys": 0, "workspaces": 1, "regions": 3}.get(name, 2)
    (found,) = [one for one in told[name] if one[columns[first]] == id]
    return found


def test_everything_is_seen_and_said(standin: StandIn, tmp_path: Path) -> None:
    ran = collect(standin, tmp_path)
    assert (ran.code, ran.err) == (0, "")
    told, file = ran.told, written(tmp_path)
    assert told["schema"] == "govern.collection/v1"
    assert told["what"] == "inventory"
    assert told["path"] == str(tmp_path / "inventory.json")
    assert told["account_id"] == "1902910424969427"
    assert told["collected_at"] == file["collected_at"]
    assert told["unseen"] == file["unseen"] == []
    assert told["exit"] == {"code": 0, "cause": "clean", "reason": "all was seen"}
    assert told["counts"] == {
        "api_keys": 3,
        "workspaces": 2,
        "plans": 5,
        "training_jobs": 1,
        "deployments": 2,
        "batches": 1,
        "knowledge_bases": 0,
    }
    assert file["complete"] is True
    assert {one["region_id"]: one["looked_at"] for one in file["regions"]} == dict.fromkeys(
        REGIONS, "full"
    )
    assert stat.S_IMODE((tmp_path / "inventory.json").stat().st_mode) == 0o600
    assert load_inventories([str(tmp_path / "inventory.json")])[0].account_id == "1902910424969427"


def test_documents_keep_to_their_schemas(standin: StandIn, tmp_path: Path) -> None:
    standin.account.denied = {"modelstudio:ListApiKeys"}
    told = collect(standin, tmp_path).told
    for name, document in (("collection", told), ("inventory", written(tmp_path))):
        schema = json.loads((ROOT / f"schemas/govern.{name}.v1.json").read_text("utf-8"))
        Draft202012Validator.check_schema(schema)
        assert [e.message for e in Draft202012Validator(schema).iter_errors(document)] == []


def test_fields_are_what_the_services_say(standin: StandIn, tmp_path: Path) -> None:
    collect(standin, tmp_path)
    file = written(tmp_path)
    key = record(file, "api_keys", "2000001")
    # 1756684800123 ms is 2025-09-01T00:00:00 UTC.
    assert key == {
        "api_key_id": "2000001",
        "name": "key 2000001",
        "workspace_id": "llm-a",
        "region_id": "cn-beijing",
        "owner": "lin",
        "created_at": "2025-09-01T08:00:00+08:00",
        "disabled": False,
        "disabled_at": None,
        "disabled_after": None,
        "gone_at": None,
        "gone_after": None,
        "seen_at": None,
    }
    assert record(file, "api_keys", "2000002")["disabled"] is True
    assert record(file, "api_keys", "2000002")["disabled_at"] is None
    assert record(file, "workspaces", "llm-a")["name"] == "shop"
    plans = {one["id"]: one for one in file["plans"]}
    assert {id: (one["kind"], one["auto_renewal"]) for id, one in plans.items()} == {
        "cp-1": ("coding_plan", "renews"),
        "tp-1": ("token_plan", "ends"),
        "sp-1": ("savings_plan", "ends"),
        "rp-1": ("resource_pack", "unknown"),
        "xx-1": ("sfm_other_public_cn", "unknown"),
    }
    assert plans["cp-1"]["expires_at"] == "2026-10-02T00:00:00+08:00"
    assert plans["xx-1"]["expires_at"] is None
    assert record(file, "training_jobs", "ft-1")["status"] == "RUNNING"
    assert record(file, "training_jobs", "ft-1")["workspace_id"] == "llm-a"
    assert record(file, "deployments", "qwen-d")["prepaid"] is True
    assert record(file, "deployments", "qwen-e")["prepaid"] is False
    assert record(file, "batches", "batch_1")["created_at"] == "2025-09-01T08:00:00+08:00"


def test_a_key_s_region_is_its_workspace_s(standin: StandIn, tmp_path: Path) -> None:
    """The endpoint of Beijing lists a key of Frankfurt's workspace."""
    rows = standin.account
    rows.region_of = lambda workspace: "cn-beijing"  # type: ignore[method-assign]
    collect(standin, tmp_path)
    assert record(written(tmp_path), "api_keys", "2000003")["region_id"] == "eu-central-1"


def test_a_row_s_own_workspace_outranks_the_one_that_was_asked_for(
    standin: StandIn, tmp_path: Path
) -> None:
    standin.account.batches["llm-a"] += [{"id": "b-2", "status": "x", "workspace_id": "llm-z"}]
    assert collect(standin, tmp_path).code == 0
    assert record(written(tmp_path), "batches", "b-2")["workspace_id"] == "llm-z"
    assert record(written(tmp_path), "batches", "batch_1")["workspace_id"] == "llm-a"


def test_a_key_that_answers_for_another_workspace_shows_nothing_of_this_one(
    standin: StandIn, tmp_path: Path
) -> None:
    for job in standin.account.fine_tunes["llm-a"]:
        job["workspace_id"] = "llm-z"
    ran = collect(standin, tmp_path)
    assert ran.code == 4
    assert ran.told["unseen"] == [
        {
            "list": "training_jobs",
            "region_id": "cn-beijing",
            "workspace_id": "llm-a",
            "reason": "the API key at hand answers for another workspace",
        }
    ]
    assert record(written(tmp_path), "training_jobs", "ft-1")["workspace_id"] == "llm-z"


# what couldn't be seen


def test_a_workspace_without_a_key_is_three_lists_unseen(standin: StandIn, tmp_path: Path) -> None:
    ran = collect(standin, tmp_path, DASHSCOPE_API_KEY="sk-ofnoworkspaceatall")
    assert ran.code == 4
    assert ran.told["exit"]["cause"] == "partial"
    assert [(one["list"], one["region_id"], one["workspace_id"]) for one in ran.told["unseen"]] == [
        ("batches", "cn-beijing", "llm-a"),
        ("deployments", "cn-beijing", "llm-a"),
        ("training_jobs", "cn-beijing", "llm-a"),
    ]
    assert "batches of llm-a in cn-beijing: no API key" in ran.told["exit"]["reason"]
    region = record(written(tmp_path), "regions", "cn-beijing")
    assert region == {
        "region_id": "cn-beijing",
        "looked_at": "partial",
        "reason": "no API key of this workspace",
    }
    # Frankfurt has no such lists: it was seen whole.
    assert record(written(tmp_path), "regions", "eu-central-1")["looked_at"] == "full"


def test_a_missing_permission_is_named_with_its_region(standin: StandIn, tmp_path: Path) -> None:
    standin.account.denied = {"modelstudio:ListApiKeys"}
    ran = collect(standin, tmp_path)
    assert ran.code == 4
    assert len(ran.told["unseen"]) == 6
    assert {one["list"] for one in ran.told["unseen"]} == {"api_keys"}
    assert "api_keys of ap-northeast-1: modelstudio:ListApiKeys" in ran.told["exit"]["reason"]
    assert "missing permission: modelstudio:ListApiKeys" in ran.told["exit"]["reason"]
    assert record(written(tmp_path), "regions", "cn-beijing")["looked_at"] == "partial"
    assert record(written(tmp_path), "regions", "eu-central-1")["looked_at"] == "partial"


def test_plans_that_could_not_be_seen_leave_no_region_full(
    standin: StandIn, tmp_path: Path
) -> None:
    standin.faults = {("QueryAvailableInstances", 0): "success false"}
    ran = collect(standin, tmp_path)
    assert ran.code == 4
    assert [tuple(one.values())[:3] for one in ran.told["unseen"]] == [("plans", None, None)]
    assert {one["looked_at"] for one in written(tmp_path)["regions"]} == {"partial"}


def test_a_ram_user_sees_a_part_unless_somebody_says_otherwise(
    standin: StandIn, tmp_path: Path
) -> None:
    standin.account.identity = "RAMUser"
    ran = collect(standin, tmp_path)
    assert ran.code == 4
    assert "--sees-all" in ran.told["exit"]["reason"]
    assert written(tmp_path)["complete"] is False
    assert {one["looked_at"] for one in written(tmp_path)["regions"]} == {"partial"}
    ran = collect(standin, tmp_path, "--sees-all")
    assert ran.code == 0
    assert written(tmp_path)["complete"] is True
    assert {one["looked_at"] for one in written(tmp_path)["regions"]} == {"full"}


def test_only_what_is_asked_for_is_called(standin: StandIn, tmp_path: Path) -> None:
    ran = collect(standin, tmp_path, "--region", "cn-beijing", "--only", "api_keys,plans")
    assert ran.code == 0
    assert [call.operation for call in standin.calls] == [
        "GetCallerIdentity",
        "ListApiKeys",
        "QueryAvailableInstances",
    ]
    regions = {one["region_id"]: one for one in written(tmp_path)["regions"]}
    assert regions["eu-central-1"] == {
        "region_id": "eu-central-1",
        "looked_at": "none",
        "reason": "not asked for",
    }
    assert regions["cn-beijing"]["looked_at"] == "partial"
    assert "workspaces" in regions["cn-beijing"]["reason"]
    # Nothing but the file before can tell a key's region without the list of workspaces.
    assert record(written(tmp_path), "api_keys", "2000001")["region_id"] is None
    collect(standin, tmp_path)
    collect(standin, tmp_path, "--only", "api_keys")
    assert record(written(tmp_path), "api_keys", "2000001")["region_id"] == "cn-beijing"


def test_jobs_alone_can_be_asked_for(standin: StandIn, tmp_path: Path) -> None:
    ran = collect(standin, tmp_path, "--only", "batches", "--region", "cn-beijing")
    assert ran.code == 0
    assert [call.operation for call in standin.calls] == [
        "GetCallerIdentity",
        "ListWorkspaces",
        "ListBatches",
    ]
    assert written(tmp_path)["workspaces"] == []
    assert len(written(tmp_path)["batches"]) == 1


def test_a_host_that_is_not_documented_and_does_not_exist_is_no_gap(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unresolved(monkeypatch, ("us-east-1", "ap-northeast-1"))
    ran = collect(standin, tmp_path)
    assert ran.code == 0
    regions = {one["region_id"]: one for one in written(tmp_path)["regions"]}
    for region in ("us-east-1", "ap-northeast-1"):
        assert regions[region]["looked_at"] == "none"
        assert regions[region]["reason"] == "its host isn't documented and doesn't exist"
    assert regions["cn-hongkong"]["looked_at"] == "full"
    # It is said all the same that nothing of them was read.
    assert {one["region_id"] for one in ran.told["unseen"]} == {"us-east-1", "ap-northeast-1"}


def test_a_documented_host_that_does_not_resolve_is_a_gap(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unresolved(monkeypatch, ("cn-hongkong",))
    ran = collect(standin, tmp_path)
    assert ran.code == 4
    assert record(written(tmp_path), "regions", "cn-hongkong")["looked_at"] == "none"


def test_where_no_host_resolves_none_is_known_not_to_exist(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unresolved(monkeypatch, REGIONS)
    ran = collect(standin, tmp_path, "--only", "api_keys,plans")
    assert ran.code == 4
    assert len([one for one in ran.told["unseen"] if one["list"] == "api_keys"]) == 6


def unresolved(monkeypatch: pytest.MonkeyPatch, regions: tuple[str, ...]) -> None:
    """Calls to these regions end as where a host's name resolves to nothing."""
    from govern.cloud.exchange import Answer, Request
    from govern.cloud.transport import Transport
    from govern.cloud.unanswered import Unanswered

    real = Transport.send

    def send(self: Any, request: Request, *words: Any) -> Answer:
        if any(f"/ms/{region}/" in request.url for region in regions):
            raise Unanswered("the host's name resolves to nothing", final=True, unresolved=True)
        return real(self, request, *words)

    monkeypatch.setattr(Transport, "send", send)


# the file before


def test_a_run_after_a_run_keeps_what_is_gone_and_what_nobody_lists(
    standin: StandIn, tmp_path: Path
) -> None:
    collect(standin, tmp_path)
    first = written(tmp_path)
    first["knowledge_bases"] = [{"id": "kb-1", "workspace_id": "llm-a", "status": "ACTIVE"}]
    first["api_keys"][0]["owner"] = "mei"
    first["collected_at"] = "2026-09-01T00:00:00+08:00"
    (tmp_path / "inventory.json").write_text(json.dumps(first), "utf-8")
    account = standin.account
    account.keys = [key for key in account.keys if key["apiKeyId"] != 2000003]
    account.keys[0]["disabled"] = 1
    account.plans.pop()
    account.deployments["llm-a"][0]["status"] = "STOPPED"
    assert collect(standin, tmp_path).code == 0
    file = written(tmp_path)
    gone = record(file, "api_keys", "2000003")
    assert gone["gone_after"] == gone["seen_at"] == "2026-09-01T00:00:00+08:00"
    assert gone["gone_at"] >= file["collected_at"]
    off = record(file, "api_keys", "2000001")
    assert (off["owner"], off["disabled"]) == ("mei", True)
    assert off["disabled_after"] == "2026-09-01T00:00:00+08:00"
    assert off["disabled_at"] >= file["collected_at"]
    assert record(file, "knowledge_bases", "kb-1")["seen_at"] == "2026-09-01T00:00:00+08:00"
    assert record(file, "plans", "xx-1")["seen_at"] == "2026-09-01T00:00:00+08:00"
    assert record(file, "plans", "cp-1")["seen_at"] is None
    assert record(file, "deployments", "qwen-d")["ended_at"] >= file["collected_at"]
    assert record(file, "deployments", "qwen-e")["ended_at"] is None


def test_a_partial_run_leaves_what_it_could_not_see(standin: StandIn, tmp_path: Path) -> None:
    collect(standin, tmp_path)
    before = written(tmp_path)
    standin.account.keys.clear()
    standin.account.denied = {"modelstudio:ListApiKeys"}
    assert collect(standin, tmp_path).code == 4
    standin.faults = {("QueryAvailableInstances", 0): "success false"}
    # What a partial run wrote is gone on from like any other.
    assert collect(standin, tmp_path).code == 4
    after = written(tmp_path)
    assert len(after["api_keys"]) == 3
    for key in after["api_keys"]:
        assert key["gone_at"] is None
        assert key["seen_at"] == before["collected_at"]


@pytest.mark.parametrize("name", ["inventory.yaml", "inventory.yml", "inventory.json"])
def test_the_file_before_is_the_one_replaced_in_any_form(
    standin: StandIn, tmp_path: Path, name: str
) -> None:
    place = tmp_path / name
    collect(standin, tmp_path, "-o", str(place))
    standin.account.keys.clear()
    collect(standin, tmp_path, "-o", str(place))
    (found,) = load_inventories([str(place)])
    assert len(found.api_keys) == 3
    assert all(key.gone_at for key in found.api_keys)


def test_a_file_before_may_be_another_one(standin: StandIn, tmp_path: Path) -> None:
    collect(standin, tmp_path)
    old = tmp_path / "old.json"
    os.rename(tmp_path / "inventory.json", old)
    standin.account.keys.clear()
    collect(standin, tmp_path, "--previous", str(old))
    assert all(key["gone_at"] for key in written(tmp_path)["api_keys"])
    assert json.loads(old.read_text("utf-8"))["api_keys"][0]["gone_at"] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "inventory"),
        ('{"schema": "govern.check/v1"}', "the schema is govern.inventory/v1"),
        (
            '{"schema": "govern.inventory/v1", "api_keys": [{"api_key_id": "7"}]}',
            "collected_at is missing",
        ),
    ],
)
def test_a_wrong_file_before_is_refused_before_any_call(
    standin: StandIn, tmp_path: Path, text: str, said: str
) -> None:
    place = tmp_path / "inventory.json"
    place.write_text(text, "utf-8")
    for words in ((), ("-o", str(tmp_path / "new.json"), "--previous", str(place))):
        ran = collect(standin, tmp_path, *words)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
        assert ran.err.count("\n") == 1
    assert place.read_text("utf-8") == text
    assert standin.calls == []


def test_a_file_before_that_is_not_there_is_refused(standin: StandIn, tmp_path: Path) -> None:
    assert collect(standin, tmp_path, "--previous", str(tmp_path / "no.json")).code == 2
    assert standin.calls == []


def test_a_file_of_another_account_is_never_replaced(standin: StandIn, tmp_path: Path) -> None:
    collect(standin, tmp_path)
    before = (tmp_path / "inventory.json").read_bytes()
    standin.account.account_id = "1000000000000001"
    ran = collect(standin, tmp_path)
    assert ran.code == 2
    assert "1902910424969427" in ran.err
    assert "1000000000000001" in ran.err
    assert (tmp_path / "inventory.json").read_bytes() == before
    assert {call.operation for call in standin.calls[-1:]} == {"GetCallerIdentity"}


# wrong usage, and no answer


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "inventory.txt"], ".json, .yaml or .yml"),
        (["--region", "cn-shanghai"], "--region cn-shanghai"),
        (["--only", "keys"], "--only keys"),
        (["--only", ""], "--only"),
        (["--only", "knowledge_bases"], "--only knowledge_bases"),
    ],
)
def test_wrong_words_are_refused_before_any_call(
    standin: StandIn, tmp_path: Path, words: list[str], said: str
) -> None:
    ran = collect(standin, tmp_path, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert standin.calls == []


def test_without_o_it_is_wrong_usage(standin: StandIn, tmp_path: Path) -> None:
    ran = govern(standin, tmp_path, "collect", "inventory")
    assert (ran.code, ran.out) == (2, "")
    assert standin.calls == []


def test_nothing_but_sts_answered(standin: StandIn, tmp_path: Path) -> None:
    collect(standin, tmp_path)
    before = (tmp_path / "inventory.json").read_bytes()
    for operation in ("ListWorkspaces", "ListApiKeys", "QueryAvailableInstances"):
        standin.faults[operation, 0] = "expired"
    ran = collect(standin, tmp_path)
    assert (ran.code, ran.out) == (5, "")
    assert "InvalidSecurityToken.Expired" in ran.err
    assert ran.err.count("\n") == 1
    assert (tmp_path / "inventory.json").read_bytes() == before


def test_a_secret_in_a_description_reaches_no_file(standin: StandIn, tmp_path: Path) -> None:
    standin.account.keys[0]["description"] = f"the key {KEY_A} of stand-in-secret-canary"
    ran = collect(standin, tmp_path)
    assert ran.code == 0
    text = (tmp_path / "inventory.json").read_text("utf-8")
    assert "canary" not in text
    assert KEY_A not in text


def test_a_link_is_followed(standin: StandIn, tmp_path: Path) -> None:
    target = tmp_path / "real.json"
    collect(standin, tmp_path, "-o", str(target))
    (tmp_path / "inventory.json").symlink_to(target)
    standin.account.keys.clear()
    assert collect(standin, tmp_path).code == 0
    assert (tmp_path / "inventory.json").is_symlink()
    assert all(one["gone_at"] for one in json.loads(target.read_text("utf-8"))["api_keys"])
