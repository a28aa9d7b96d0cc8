"""What steps say to people: whole sentences, addresses that are documented, nothing left blank."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from bills import bill, row
from typer.testing import CliRunner

from govern.cli.main import app
from govern.model.checklist import Target
from govern.shutdown.plan.steps import KINDS
from govern.shutdown.plan.title import named

ROOT = Path(__file__).parents[3]
COMPANY = ROOT / "examples" / "qinghe"

#: The addresses that Alibaba's pages name, copied from there.
DOCUMENTED = {
    "https://bailian.console.aliyun.com/",
    "https://bailian.console.aliyun.com/?tab=model#/api-key",
    "https://modelstudio.console.aliyun.com/?tab=model#/api-key",
    "https://modelstudio.console.aliyun.com/us-east-1?tab=model#/api-key",
    "https://bailian.console.aliyun.com/?tab=model#/efm/model_deploy",
    "https://bailian.console.aliyun.com/?tab=app#/knowledge-base",
    "https://bailian.console.aliyun.com/cn-beijing/?tab=model#/efm/coding_plan",
    "https://bailian.console.aliyun.com/?tab=plan#/efm/subscription/token-plan",
    "https://bailian.console.aliyun.com/?tab=globalset#/efm/business_management",
    "https://bailian.console.aliyun.com/?tab=model#/model-usage/free-quota",
    "https://modelstudio.console.alibabacloud.com/",
    "https://usercenter2-intl.console.alibabacloud.com/",
    "https://usercenter2.aliyun.com/refund/refund",
    "https://usercenter2.aliyun.com/home/alarm-threshold",
    "https://usercenter2.aliyun.com/finance/expense-report/expense-detail",
    "https://billing-cost.console.aliyun.com/renew/manual",
}

INVENTORY = """
schema: govern.inventory/v1
collected_at: 2026-10-05T09:00:00+08:00
account_id: "100"
regions:
  - {region_id: cn-beijing, looked_at: partial}
api_keys:
  - {api_key_id: "12345", workspace_id: llm-a, name: chat, owner: lin@example.com}
  - {api_key_id: "777", workspace_id: llm-a, region_id: eu-central-1}
training_jobs:
  - {id: ft-1, workspace_id: llm-a, region_id: cn-beijing, status: RUNNING}
batches:
  - {id: batch 2/$(x), workspace_id: llm-a, region_id: ap-southeast-1, status: in_progress}
deployments:
  - {id: qwen-dep, workspace_id: llm-a, region_id: cn-beijing, status: RUNNING, prepaid: true}
  - {id: far, workspace_id: llm-a, region_id: eu-central-1, status: RUNNING}
knowledge_bases:
  - {id: kb-1, workspace_id: llm-a}
plans:
  - {kind: coding_plan, id: cp-1, expires_at: 2026-11-03T00:00:00+08:00, auto_renewal: renews}
  - {kind: token_plan, id: tp-1, auto_renewal: unknown}
  - {kind: savings_plan, id: sp-1, auto_renewal: renews}
  - {kind: resource_pack, id: rp-1, auto_renewal: renews}
"""


def steps(*words: str) -> list[dict[str, Any]]:
    more = ["--as-of", "2026-10-05", "--format", "json", "-q"]
    done = CliRunner().invoke(app, ["checklist", *words, *more])
    assert done.exit_code == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["steps"]
    return found


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Steps of every kind: of the example and its findings, and of one who knows it all."""
    folder = tmp_path_factory.mktemp("texts")
    rows = [
        row(),
        row(**{"资产/资源实例ID": "12345;llm-a;qwen-max;input_token;app;0", "地域": "新加坡"}),
        row(**{"资产/资源实例ID": ";llm-a;qwen-max;output_token;bmp;0"}),
        row(**{"资产/资源实例ID": ";llm-a;qwen-max;output_token;app;0", "地域": ""}),
        row(**{"资产/资源实例ID": "s-1", "商品Code": "sfm_websearch_public_cn"}),
        row(**{"资产/资源实例ID": "k-1", "商品Code": "sfm_knowledge_public_cn"}),
    ]
    path = str(bill(folder, *rows))
    (folder / "inventory.yaml").write_text(INVENTORY)
    (folder / "p.yaml").write_text(
        "version: 1\npolicies:\n"
        "  - {id: a, title: T, per: channel, where: {service: inference}, forbid: charges}\n"
        "  - {id: b, title: T, per: bill, limit: {billed_cost: 0.1 CNY}}\n"
        "  - id: c\n    title: T\n    per: [workspace_id, model]\n"
        "    where: {service: inference}\n    forbid: charges\n"
        "  - {id: d, title: T, per: api_key, where: {service: inference}, forbid: charges}\n"
        "  - {id: e, title: T, per: region, forbid: charges, stop: disable_key}\n"
        "  - {id: f, title: T, per: account, forbid: charges, stop: retire_workspace}\n"
    )
    known = ["--inventory", str(folder / "inventory.yaml")]
    found = steps(path, "--no-config", "--retire", "all", *known)
    found += steps(path, "--no-config", "--retire", "api_key=12345", "-p", str(folder / "p.yaml"))
    found += steps(str(COMPANY / "bills"), "--config", str(COMPANY / "govern.yaml"))
    found += steps(str(COMPANY / "bills"), "--no-config", "--retire", "all")
    return found


def test_every_kind_is_among_them_and_has_a_title(everything: list[dict[str, Any]]) -> None:
    assert {step["kind"] for step in everything} == set(KINDS)


def test_every_text_is_whole(everything: list[dict[str, Any]]) -> None:
    for step in everything:
        for text in (step["why"], step["how"]):
            assert text.endswith(".") and not text.endswith(".."), text
            assert not re.search(r"None|  | [.,;:)]|\.[.;,]|\( |[{}]", text), text
            assert text.count("(") == text.count(")"), text
        assert step["how"][0].isupper() or step["how"][0].isdigit()
        # What doesn't fit in a few lines of a terminal isn't read.
        assert len(step["how"]) < 640, step["id"]


def test_every_address_is_one_that_is_documented(everything: list[dict[str, Any]]) -> None:
    found = {
        address.rstrip(".,;:)")
        for step in everything
        for address in re.findall(r"https://\S+", step["how"])
    }
    assert found <= DOCUMENTED
    # Each of them is there: the list above is no wish.
    assert DOCUMENTED - found <= {
        "https://modelstudio.console.aliyun.com/us-east-1?tab=model#/api-key"
    }


def test_a_step_names_its_key_workspace_and_region(everything: list[dict[str, Any]]) -> None:
    keys = [step for step in everything if step["kind"] in ("disable_key", "delete_key")]
    assert len(keys) > 80
    for step in keys:
        assert f"ID {step['subject']['id']} of" in step["how"]
        assert step["subject"]["workspace_id"] in step["how"]
        assert (step["region_id"] or "look in each region") in step["how"]


def test_what_can_t_be_undone_is_told_so(everything: list[dict[str, Any]]) -> None:
    deleting = [step for step in everything if step["kind"] in ("delete_key",)]
    assert all("This is final" in step["how"] for step in deleting)
    assert not any(step["reversible"] for step in deleting)


def test_a_call_is_given_only_where_it_is_documented(everything: list[dict[str, Any]]) -> None:
    given = {step["subject"]["id"]: step["command"] for step in everything if "command" in step}
    end = '-H "Authorization: Bearer $DASHSCOPE_API_KEY"'
    assert given == {
        "ft-1": (
            f'curl -X POST "https://dashscope.aliyuncs.com/api/v1/fine-tunes/ft-1/cancel" {end}'
        ),
        # An id from a file can't add anything to the command.
        "batch 2/$(x)": (
            'curl -X POST "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/batches/'
            f'batch%202%2F%24%28x%29/cancel" {end}'
        ),
        "qwen-dep": (
            f'curl -X DELETE "https://dashscope.aliyuncs.com/api/v1/deployments/qwen-dep" {end}'
        ),
    }


def test_dates_are_called_documented_for_the_coding_plan_only(
    everything: list[dict[str, Any]],
) -> None:
    hows = {
        step["subject"]["name"]: step["how"]
        for step in everything
        if step["kind"] == "turn_off_renewal"
    }
    assert set(hows) == {"coding_plan", "token_plan", "savings_plan", "resource_pack"}
    assert all("at least 10 days before it expires" in how for how in hows.values())
    assert "starts 9 days before, at 08:00 (UTC+8)" in hows["coding_plan"]
    others = [how for kind, how in hows.items() if kind != "coding_plan"]
    assert all("for this plan nothing is" in how for how in others)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target("api_key", "1", None, "llm-a"), "API key 1 in llm-a"),
        (Target("api_key", "1", "chat", "llm-a"), "API key 1 (chat) in llm-a"),
        (Target("api_key", None, None, "llm-a"), "use without an API key in llm-a"),
        (Target("workspace", "llm-a", None, "llm-a"), "workspace llm-a"),
        (Target("service", "deployment"), "all deployments"),
        (Target("service", "batch", None, "llm-a"), "all batches in llm-a"),
        (Target("service", "web_search"), "web search"),
        (Target("training_job", "ft-1", None, "llm-a"), "training job ft-1 in llm-a"),
        (Target("plan", "cp-1", "coding_plan"), "the Coding Plan cp-1"),
        (Target("plan", None, "token_plan"), "the Token Plan"),
        (Target("plan", None), "any plan"),
        (Target("bill", "bill"), "the bill"),
        (Target("channel", "app"), "channel app"),
        (Target("account", None), "account"),
        (Target("wish", "all"), "all of Model Studio"),
        (Target("wish", "api_key=llm-a/1"), "API key llm-a/1"),
        (Target("wish", "workspace=llm-a"), "workspace llm-a"),
    ],
)
def test_a_subject_in_words(target: Target, words: str) -> None:
    assert named(target) == words
