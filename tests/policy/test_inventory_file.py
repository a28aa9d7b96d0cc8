"""The inventory file: by hand or by a program, read strictly, every fault with its place."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from govern.model.clock import parse_moment
from govern.model.directory import Directory
from govern.model.inventory import SCHEMA, ApiKey, Inventory
from govern.policy.inventory import load_inventories
from policy.files import faults_of, places, write

ROOT = Path(__file__).parents[2]

BY_HAND = """\
schema: govern.inventory/v1
collected_at: 2026-10-05T09:00:00+08:00
account_id: 1902910424969427
complete: false
regions:
  - {region_id: cn-beijing, looked_at: full}
  - {region_id: 新加坡, looked_at: none, reason: no permission}
api_keys:
  - api_key_id: 2000003
    name: 客服机器人
    workspace_id: llm-p1chatbot
    region_id: cn-beijing
    owner: support@example.com
    disabled: true
    disabled_after: 2026-09-20
    disabled_at: 2026-09-21
workspaces:
  - {workspace_id: llm-p1chatbot, name: Chatbot, owner: head@example.com}
training_jobs:
  - {id: ft-1, workspace_id: llm-p1chatbot, status: SUCCEEDED, ended_at: 2026-09-02T10:00}
plans:
  - {kind: coding_plan, expires_at: 2026-11-01, auto_renewal: renews}
"""


def load(folder: Path, text: str, name: str = "inventory.yaml") -> Inventory:
    (inventory,) = load_inventories([write(folder, text, name)])
    return inventory


def test_a_file_written_by_hand(tmp_path: Path) -> None:
    inventory = load(tmp_path, BY_HAND)
    assert inventory.account_id == "1902910424969427"
    assert inventory.complete is False
    assert [one.region_id for one in inventory.regions] == ["cn-beijing", "ap-southeast-1"]
    assert inventory.api_keys == (
        ApiKey(
            api_key_id="2000003",
            name="客服机器人",
            workspace_id="llm-p1chatbot",
            region_id="cn-beijing",
            owner="support@example.com",
            disabled=True,
            disabled_after=parse_moment("2026-09-20"),
            disabled_at=parse_moment("2026-09-21"),
        ),
    )
    assert inventory.plans[0].auto_renewal == "renews"


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_the_document_of_an_inventory_is_read_as_the_same_inventory(
    tmp_path: Path, indent: int | str | None
) -> None:
    inventory = load(tmp_path, BY_HAND)
    text = json.dumps(inventory.document(), ensure_ascii=False, indent=indent)
    again = load(tmp_path, text, "inventory.json")
    assert again.document() == inventory.document()


def test_the_document_fits_its_schema(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "schemas" / "govern.inventory.v1.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    document = load(tmp_path, BY_HAND).document()
    validator.validate(document)
    assert not validator.is_valid({**document, "complete": "no"})
    assert not validator.is_valid({**document, "api_keys": [{"name": "without an id"}]})


def test_a_field_that_is_null_is_one_that_is_not_there(tmp_path: Path) -> None:
    text = '{"schema": "govern.inventory/v1", "api_keys": [{"api_key_id": 7, "name": null}]}'
    assert load(tmp_path, text).api_keys == (ApiKey("7"),)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("api_keys: [{api_key_id: 1, nmae: x}]", 'unknown key "nmae"; did you mean name?'),
        ("api_keys: [{name: x}]", "api_key_id is missing"),
        ("api_keys: {}", "a list belongs here"),
        ("api_keys: [7]", "a mapping with api_key_id belongs here"),
        ("complete: no", '"no" is no yes or no: write false'),
        ("collected_at: yesterday", '"yesterday" is no instant'),
        ("regions: [{region_id: a, looked_at: some}]", 'unknown word "some"'),
        ("plans: [{kind: a, auto_renewal: yes}]", 'unknown word "yes"'),
        ("keys: []", 'unknown key "keys"'),
        ("api_keys: [{api_key_id: 1, disabled_after: 2026-09-01}]", "disabled_at must end"),
        (
            "api_keys: [{api_key_id: 1, gone_at: 2026-09-01, gone_after: 2026-09-02}]",
            "gone_after lies after gone_at",
        ),
        (
            "api_keys: [{api_key_id: 1, disabled: false, disabled_at: 2026-09-01}]",
            "of a key that isn't disabled",
        ),
        ("api_keys: [{api_key_id: 1}, {api_key_id: 1}]", '"1" is listed on line 2 already'),
        ("workspaces: [{workspace_id: a}, {workspace_id: a}]", "already"),
        ("plans: [{kind: coding-plan}]", "did you mean coding_plan?"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, line: str, fault: str) -> None:
    path = write(tmp_path, f"schema: govern.inventory/v1\n{line}\n")
    found = faults_of(lambda: load_inventories([path]))
    assert [one.line for one in found] == [2]
    assert fault in found[0].message


def test_every_fault_of_every_file_is_told_in_one_run(tmp_path: Path) -> None:
    one = write(tmp_path, "schema: govern.inventory/v2\ncomplete: maybe\n", "a.yaml")
    other = write(tmp_path, '{\n "schema": "govern.inventory/v1",\n "plans": [{}]\n}', "b.json")
    found = faults_of(lambda: load_inventories([one, other]))
    assert places(found) == [(1, 9), (2, 11), (3, 12)]


WRONG = """\
schema: govern.inventory/v1
collected_at: 2026-13-05
account_id: [1]
complete: yep
colour: red
regions:
  - {region_id: cn-beijing, looked_at: full}
  - {region_id: 北京, looked_at: nono}
api_keys:
  - api_key_id: 1
    disabled: maybe
    gone_after: 2026-09-01
  - {api_key_id: 1, disabled_at: 2026-09-02, disabled_after: 2026-09-03, disabled: false}
  - sk-abcdef
workspaces: nothing
deployments: [{id: a, workspace_id: llm-a}, {id: a, workspace_id: llm-b}, {id: a, workspace_id: llm-a}]
plans:
  - {kind: codingplan, auto_renewal: maybe, expires_at: tomorrow}
"""  # noqa: E501


@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_json_file_may_escape_what_it_likes(tmp_path: Path, ascii_only: bool) -> None:
    """JSON writes a character beyond U+FFFF as two escapes, which YAML takes for two halves."""
    name = 'A 😀 "quoted" \\ / 客服\tend'
    keys = [{"api_key_id": "1", "name": name}]
    text = json.dumps({"schema": SCHEMA, "api_keys": keys}, ensure_ascii=ascii_only)
    assert ("\\ud83d\\ude00" in text) == ascii_only
    for written in (text, text.replace("/", r"\/"), "\ufeff" + text):
        assert load(tmp_path, written, "inventory.json").api_keys[0].name == name


def test_numbers_words_and_nothing_in_json_are_read_as_written(tmp_path: Path) -> None:
    text = f'{{"schema": "{SCHEMA}", "account_id": 190, "complete": true, "collected_at": null,\n'
    text += ' "api_keys": [ ], "plans": [{"kind": "coding_plan"}]}'
    found = load(tmp_path, text, "inventory.JSON")
    assert (found.account_id, found.complete, found.collected_at) == ("190", True, None)
    assert len(found.plans) == 1


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        (r'{"schema": "\ud83d"}', 1, 12, "U+D83D is half a character: the other half is missing"),
        (
            r'{"schema": "\ude00\ud83d"}',
            1,
            12,
            "U+DE00 is half a character: the other half is missing",
        ),
        ('{"schema":\n "a", }', 2, 7, "not JSON: a key in double quotes belongs here"),
        (
            '{"schema": a}',
            1,
            12,
            "not JSON: neither a number nor true, false or null; quote a text",
        ),
        (
            '{"schema": 01}',
            1,
            12,
            "not JSON: neither a number nor true, false or null; quote a text",
        ),
        ('{schema: "a"}', 1, 2, "not JSON: a key in double quotes belongs here"),
        ('{"a" "b"}', 1, 6, "not JSON: a colon belongs here"),
        ('{"a": ]', 1, 7, "not JSON: a value belongs here"),
        ('{"a": [1 2]}', 1, 10, "not JSON: a comma or ] belongs here"),
        ('{"a": [1,]}', 1, 10, "not JSON: a value belongs here"),
        ('{"a": [1}', 1, 9, "not JSON: a comma or ] belongs here"),
        (
            '{"客服": "b\n"}',
            1,
            8,
            "not JSON: a text that isn't closed, or a character that isn't JSON",
        ),
        (r'{"a": "\x"}', 1, 7, "not JSON: a text with an escape that JSON doesn't know"),
        ('{"a": [1', 1, 9, "not JSON: it ends too early"),
        ('{"a": 1} x', 1, 10, "not JSON: something behind the end"),
        ('{"a": 1, "a": 2}', 1, 10, 'duplicate key "a", already on line 1'),
        ("", 1, 1, "not JSON: it ends too early"),
        ("[" * 30 + "]" * 30, 1, 21, "nested deeper than 20"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(
    tmp_path: Path, text: str, line: int, column: int, message: str
) -> None:
    path = write(tmp_path, text, "inventory.json")
    found = faults_of(lambda: load_inventories([path]))
    assert (line, column, message) in [(one.line, one.column, one.message) for one in found]


def test_every_fault_of_one_file_is_told_with_line_and_column(tmp_path: Path) -> None:
    found = faults_of(lambda: load_inventories([write(tmp_path, WRONG)]))
    assert [(one.line, one.column, one.message.split(" ")[-1]) for one in found] == [
        (2, 15, "2026-09-01T00:00:00+08:00"),
        (3, 13, "here"),
        (4, 11, "false"),
        (5, 1, "unseen"),
        (8, 5, "already"),
        (8, 32, "none?"),
        (11, 15, "false"),
        (12, 17, "end"),
        (13, 5, "already"),
        (13, 34, "out"),
        (13, 62, "disabled_at"),
        (14, 5, "here"),
        (15, 13, "here"),
        (16, 75, "already"),
        (18, 12, "coding_plan?"),
        (18, 38, "unknown"),
        (18, 57, "2026-09-01T00:00:00+08:00"),
    ]


@pytest.mark.parametrize("kind", ["coding_plan", "token_plan", "seats-of-2027"])
def test_a_plan_may_be_of_a_kind_that_checklists_do_not_know(tmp_path: Path, kind: str) -> None:
    text = f"schema: govern.inventory/v1\nplans: [{{kind: {kind}}}]\n"
    assert [plan.kind for plan in load(tmp_path, text).plans] == [kind]


def test_a_secret_in_the_place_of_an_id_is_refused_and_never_repeated(tmp_path: Path) -> None:
    path = write(
        tmp_path, "schema: govern.inventory/v1\napi_keys:\n- api_key_id: sk-0123456789abcdef\n"
    )
    (fault,) = faults_of(lambda: load_inventories([path]))
    assert "secret" in fault.message
    assert "0123456789" not in str(fault)


def test_the_same_key_id_in_two_workspaces_is_two_keys(tmp_path: Path) -> None:
    inventory = load(
        tmp_path,
        "schema: govern.inventory/v1\napi_keys:\n"
        "- {api_key_id: 1, workspace_id: llm-a, owner: a}\n"
        "- {api_key_id: 1, workspace_id: llm-b, owner: b}\n",
    )
    directory = Directory([inventory])
    assert (directory.owner("llm-a", "1"), directory.owner("llm-b", "1")) == ("a", "b")
    assert directory.key("llm-c", "1") is None


def test_of_two_inventories_the_later_one_is_believed(tmp_path: Path) -> None:
    head = (
        "schema: govern.inventory/v1\ncollected_at: {}\napi_keys: [{{api_key_id: 1, name: {}}}]\n"
    )
    # 00:00 in UTC is eight hours after 00:00 on the bill clock.
    later = load(tmp_path, head.format("2026-10-01T00:00:00Z", "new"), "a.yaml")
    earlier = load(tmp_path, head.format("2026-10-01T07:00:00", "old"), "b.yaml")
    key = Directory([later, earlier]).key(None, "1")
    assert key is not None and key.name == "new"


def test_a_key_without_an_owner_belongs_to_the_owner_of_its_workspace(tmp_path: Path) -> None:
    directory = Directory([load(tmp_path, BY_HAND)])
    assert directory.owner("llm-p1chatbot", "2000003") == "support@example.com"
    assert directory.owner("llm-p1chatbot", "9") == "head@example.com"
    assert directory.owner("llm-elsewhere", "9") is None


def test_thousands_of_keys_are_read(tmp_path: Path) -> None:
    keys = [{"api_key_id": str(n), "workspace_id": "llm-a", "name": "x" * 200} for n in range(6000)]
    text = json.dumps({"schema": "govern.inventory/v1", "api_keys": keys})
    assert len(text) > 1024 * 1024
    assert len(load(tmp_path, text, "big.json").api_keys) == 6000
