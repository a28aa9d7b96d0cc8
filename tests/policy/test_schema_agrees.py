"""Schema and loader agree about the files that people write, as an editor sees them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from bills import bill, paid
from commandline import govern
from editor import as_an_editor_sees_it
from oracle import build
from seeds import seeds

from govern.model.errors import GovernError
from govern.model.measure import MEASURES
from govern.model.words import SUBJECTS, WHERE_COLUMNS
from govern.policy import charges, checklist, config, inventory, policies, steps, trials, waivers
from govern.policy.schema import KINDS, file_name, schema

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", KINDS)
def test_the_printed_schema_is_the_one_that_is_kept(tmp_path: Path, kind: str) -> None:
    kept = (ROOT / "schemas" / file_name(kind)).read_text(encoding="utf-8")
    assert govern(tmp_path, "policy", "schema", kind).stdout == kept, "make schemas"


def test_policies_are_the_schema_that_is_printed_unasked(tmp_path: Path) -> None:
    assert json.loads(govern(tmp_path, "policy", "schema").stdout) == schema("policy")


def test_a_kind_that_is_none_is_told_the_near_one(tmp_path: Path) -> None:
    done = govern(tmp_path, "policy", "schema", "polciy")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean policy?" in done.stderr


def test_schemas_are_written_into_a_folder(tmp_path: Path) -> None:
    done = govern(tmp_path, "policy", "schema", "--into", "here/.govern")
    written = sorted((tmp_path / "here" / ".govern").iterdir())
    assert [path.name for path in written] == sorted(map(file_name, KINDS))
    assert len(done.stdout.splitlines()) == len(KINDS)


def test_every_field_column_and_measure_of_the_loaders_is_in_the_schemas() -> None:
    policy = schema("policy")["properties"]["policies"]["items"]["properties"]
    assert list(policy) == list(policies._FIELDS)
    assert list(policy["where"]["properties"]) == list(WHERE_COLUMNS)
    assert list(policy["limit"]["properties"]) == list(MEASURES)
    words = [choice["const"] for choice in policy["per"]["anyOf"][0]["anyOf"]]
    assert words == list(SUBJECTS)
    waiver = schema("waivers")["properties"]["waivers"]["items"]["properties"]
    assert list(waiver) == [*waivers._REQUIRED, "up_to"]
    assert list(schema("config")["properties"]) == list(config._readers(""))
    assert list(schema("inventory")["properties"]) == list(inventory._READERS)
    trial = schema("test")["properties"]["tests"]["items"]["properties"]
    assert list(trial) == list(trials.FIELDS)
    assert list(trial["charges"]["items"]["properties"]) == list(charges.FIELDS)
    step = schema("checklist")["properties"]["steps"]["items"]["properties"]
    assert sorted(step) == sorted(steps._STEP)


def test_everything_that_can_be_written_has_its_hover_text() -> None:
    for kind in KINDS:
        for name, field in schema(kind)["properties"].items():
            assert field.get("description"), (kind, name)
    policy = schema("policy")["properties"]["policies"]["items"]["properties"]
    inner = [*policy.values(), *policy["where"]["properties"].values()]
    assert all(field["description"] for field in [*inner, *policy["limit"]["properties"].values()])


#: Texts that loader and schema both take. ``{}`` in :data:`AROUND` is where a fragment stands.
AROUND = {
    "policy": "version: 1\npolicies:\n  - id: a\n    title: t\n    per: model\n{}\n",
    "waivers": "version: 1\nwaivers:\n  - {{policy: a, owner: o, reason: r, {}}}\n",
    "config": "version: 1\n{}\n",
    "inventory": "schema: govern.inventory/v1\n{}\n",
    "test": "version: 1\ntests:\n  - name: n\n    expect: {{silent: a}}\n{}\n",
}
RULE = "    forbid: charges\n"

GOOD = {
    "policy": [
        RULE,
        "    limit: {billed_cost: 500 CNY}",
        "    limit: {billed_cost: [500 CNY, 70.5 USD]}\n    limit_for: {'9*': 50 CNY, 7: 1 CNY}",
        "    limit: {list_cost: 0.000000000000001 USD}",
        "    limit: {usage: 2000000 tokens}\n    limit_for: {a: 5 tokens}",
        "    limit: {charges: 0}",
        "    limit: {charges: '7'}\n    limit_for: {}",
        "    limit: {growth: 50%}\n    floor: 100 CNY",
        "    limit: {share: 40%}\n    floor: [100 CNY, 5 USD]",
        "    limit: {price: 80.5%}",
        "    limit: {forecast_cost: 500 CNY}",
        f"{RULE}    where: {{api_key_id: 010, owner: no, workspace_name: 1e3, tier: none}}",
        f"{RULE}    where: {{api_key_id: ['', none, 5], model: {{not: [qwen-*, '']}}}}",
        f"{RULE}    where: {{service: b*, free_quota_stop: 0}}",
        f"{RULE}    where: {{free_quota_stop: [none, '', '1'], charge_category: {{not: tax}}}}",
        f"{RULE}    where: {{}}",
        f"{RULE}    enabled: false\n    severity: critical\n    owner: 5\n    description: true",
        f"{RULE}    enabled: 'true'\n    stop: delete_key\n    every: total",
        f"{RULE}    from: 2026-09-01\n    before: 2026-09-01T00:00:30+08:00",
        f"{RULE}    from: 2026-09-01 08:00 +0800\n    before: '2026-10-01T00:00Z'",
    ],
    "waivers": [
        "subject: 7, expires: 2026-10-01",
        "subject: '*', expires: 2026-10-01, up_to: 800 CNY",
        "subject: none, expires: '2026-10-01T00:00', up_to: 5 charges",
        "subject: '', expires: 2026-10-01, up_to: 5.5 tokens",
        "subject: 'a*', expires: 2026-10-01, up_to: 50%",
    ],
    "config": [
        "bills: b/\npolicies: [p, q]\nwaivers: []\ninventory: 5",
        "timezone: Asia/Shanghai\nfail_on: never\nsettle: 48h\ngrace: 15m\nmax_bill_age: 3d",
        "columns: {a: billed_cost}\ninstance_ids: '{workspace_id}!{job}'\nprotect: [7, llm-a]",
        "endpoints: {bss: business.aliyuncs.com, modelstudio: 'modelstudio.{region}.aliyuncs.com'}",
        "endpoints: {}\nquiet_time: 7d",
    ],
    "inventory": [
        "collected_at: 2026-10-04\naccount_id: 1902910424969427\ncomplete: true",
        "regions: [{region_id: 华北2（北京）, looked_at: full, reason: null}]\naccount_id: null",
        "api_keys: [{api_key_id: 7, disabled: true, disabled_at: 2026-09-01T00:00:00+08:00}]",
        "workspaces: [{workspace_id: llm-a, name: null, owner: lin}]\nplans: null",
        "training_jobs: [{id: 5, prepaid: false}]\nplans: [{kind: a, auto_renewal: ends}]",
        "unseen: [{list: batches, reason: no right}]\ncomplete: null",
    ],
    "test": [
        "    charges: []",
        "    charges: [{billed_cost: -1.5 CNY, list_cost: 0 CNY, usage: 5, repeat: 3}]",
        "    charges: [{usage: 5 千tokens, time: 2026-09-15 12:00, repeat: '1000'}]",
        "    charges: [{time: 2026-09}, {time: '2026-09-15'}, {time: 2026-09-15 12:00:01}]",
        "    charges: [{service: training, workspace_id: ws-1}, {instance_id: x, owner: o}]",
        "    charges: [{api_key_id: 010, model: '', free_quota_stop: 0, tier: 0-128k}]",
        "    charges: []\n    as_of: 2026-10-01\n    exported_at: 2026-10-04T00:00Z",
        "    charges: []\n    inventory: {workspaces: [{workspace_id: llm-a}]}",
    ],
}  # fmt: skip

BAD = {
    "policy": [
        "",
        f"{RULE}    limit: {{charges: 0}}",
        "    limit: 500 CNY",
        "    limit: {}",
        "    limit: {billed_cost: 500 CNY, charges: 0}",
        "    limit: {cost: 500 CNY}",
        "    limit: {billed_cost: 500}",
        "    limit: {billed_cost: 500CNY}",
        "    limit: {billed_cost: -5 CNY}",
        "    limit: {billed_cost: 5 RMB}",
        "    limit: {billed_cost: 1.0000000000000001 CNY}",
        "    limit: {billed_cost: 100000000000000 CNY}",
        "    limit: {billed_cost: []}",
        "    limit: {usage: [5 tokens]}",
        "    limit: {usage: 5 token}",
        "    limit: {charges: 1.5}",
        "    limit: {charges: -1}",
        "    limit: {charges: five}",
        "    limit: {billed_cost: 5 CNY}\n    limit_for: {a: 5}",
        "    limit: {billed_cost: 5 CNY}\n    limit_for: [5 CNY]",
        "    limit: {billed_cost: 5 CNY}\n    floor: 1 CNY",
        "    limit: {growth: 50%}",
        "    limit: {growth: 50 %}\n    floor: 100 CNY",
        "    limit: {growth: 50%}\n    floor: 100 CNY\n    every: total",
        "    limit: {idle_days: 30}\n    every: total",
        "    forbid: everything",
        f"{RULE}    limit_for: {{a: 5 CNY}}",
        f"{RULE}    wher: {{}}",
        f"{RULE}    where: [service]",
        f"{RULE}    where: {{modell: a}}",
        f"{RULE}    where: {{model: []}}",
        f"{RULE}    where: {{model: {{not: []}}}}",
        f"{RULE}    where: {{model: {{only: a}}}}",
        f"{RULE}    where: {{model: [[a]]}}",
        f"{RULE}    where: {{model: null}}",
        f"{RULE}    where: {{service: infrence}}",
        f"{RULE}    where: {{service: ''}}",
        f"{RULE}    where: {{charge_category: none}}",
        f"{RULE}    where: {{free_quota_stop: 2}}",
        f"{RULE}    where: {{channel: playground}}",
        f"{RULE}    severity: urgent",
        f"{RULE}    enabled: no",
        f"{RULE}    every: year",
        f"{RULE}    stop: halt",
        f"{RULE}    from: soon",
        f"{RULE}    from: 2026-13-01",
        f"{RULE}    from: 2026-9-1",
        f"{RULE}    from: 2026-09-01T25:00",
        f"{RULE}    from: 1999-01-01",
        f"{RULE}    owner: ''",
        f"{RULE}    owner: [a]",
        f"{RULE}    description: null",
    ],
    "waivers": [
        "subject: 7",
        "expires: 2026-10-01",
        "subject: '*', expires: 2026-10-01",
        "subject: '**?', expires: 2026-10-01",
        "subject: 7, expires: never",
        "subject: 7, expires: 2026-10-01, up_to: 800",
        "subject: 7, expires: 2026-10-01, up_to: 1.5 charges",
        "subject: [7], expires: 2026-10-01",
        "subject: 7, expires: 2026-10-01, until: x",
    ],
    "config": [
        "bill: b/",
        "bills: https://a/b",
        "bills: {a: b}",
        "fail_on: urgent",
        "settle: 48",
        "settle: 2 days",
        "columns: [a]",
        "endpoints: {bss: example.com}",
        "endpoints: {oss: a.aliyuncs.com}",
        "timezone: ''",
    ],
    "inventory": [
        "api_keys: [{name: a}]",
        "api_keys: {a: b}",
        "api_keys: [{api_key_id: sk-123}]",
        "api_keys: [{api_key_id: 7, disabled: no}]",
        "complete: perhaps",
        "collected_at: today",
        "regions: [{region_id: a}]",
        "regions: [{region_id: a, looked_at: some}]",
        "plans: [{kind: a, auto_renewal: yes}]",
        "keys: []",
        "unseen: [{list: a}]",
    ],
    "test": [
        "",
        "    charges: {}",
        "    charges: [{modle: a}]",
        "    charges: [{service: infrence}]",
        "    charges: [{charge_category: none}]",
        "    charges: [{billed_cost: 5}]",
        "    charges: [{list_cost: 5 yuan}]",
        "    charges: [{usage: many}]",
        "    charges: [{time: soon}]",
        "    charges: [{time: 2026-09-15T12:00}]",
        "    charges: [{repeat: 0}]",
        "    charges: [{repeat: 1001}]",
        "    charges: [{workspace_id: a}]",
        "    charges: [{model: 'a;b'}]",
        "    charges: []\n    as_of: now",
        "    charges: []\n    inventory: {api_keys: 5}",
        "    charges: []\n    silent: a",
    ],
}  # fmt: skip

#: What no schema can say: of several values together, of the calendar, and of what govern does
#: with a word. The loader says it.
ONLY_THE_LOADER = {
    "policy": [
        f"{RULE}    from: 2026-02-30",
        f"{RULE}    from: 2026-09-02\n    before: 2026-09-01",
        f"{RULE}    where: {{service: z*}}",
        f"{RULE}    where: {{channel: Playground}}",
        "    limit: {billed_cost: [5 CNY, 6 CNY]}",
        "    limit: {usage: 5 tokens}\n    limit_for: {a: 5 images}",
        "    forbid: charges\n  - {id: a, title: again, per: model, forbid: charges}",
        "    limit: {share: 40%}\n    floor: 0 CNY",
    ],
    "waivers": ["subject: 7, expires: 2026-02-30"],
    "config": ["timezone: Mars/Olympus", "settle: 99999d", "instance_ids: '{workspaceid}!{job}'"],
    "inventory": [
        "api_keys: [{api_key_id: 7}, {api_key_id: 7}]",
        "api_keys: [{api_key_id: 7, gone_after: 2026-09-01}]",
        "plans: [{kind: codng_plan}]",
    ],
    "test": [
        "    charges: [{time: 2026-02-30}]",
        "    charges: [{service: deployment, model: a}]",
        "    charges: [{list_cost: 5 USD}]",
    ],
}

VALIDATORS = {kind: jsonschema.Draft202012Validator(schema(kind)) for kind in KINDS}


def takes(folder: Path, kind: str, text: str) -> tuple[bool, bool]:
    """Whether the loader takes the text, and whether an editor shows no fault in it."""
    path = folder / {"config": "govern.yaml", "test": "a.test.yaml"}.get(kind, "f.yaml")
    path.write_text(text, encoding="utf-8")
    if kind == "test":
        (folder / "a.yaml").write_text(AROUND["policy"].format(RULE))
    load: dict[str, Callable[[], Any]] = {
        "policy": lambda: policies.load_policies([str(path)]),
        "waivers": lambda: waivers.load_waivers([str(path)]),
        "config": lambda: config.load_config(str(path)),
        "inventory": lambda: inventory.load_inventories([str(path)]),
        "test": lambda: trials.load_trials([str(path)]),
    }
    try:
        load[kind]()
        loaded = True
    except GovernError as error:
        assert error.cause == "usage"
        loaded = False
    return loaded, VALIDATORS[kind].is_valid(as_an_editor_sees_it(text))


def written(kind: str, fragment: str) -> str:
    """A file around the fragment. What a fragment leaves to be quoted stays as it is."""
    return AROUND[kind].format(fragment)


def corpus(texts: dict[str, list[str]]) -> list[Any]:
    return [pytest.param(kind, fragment, id=f"{kind}: {fragment.strip()}")
            for kind, fragments in texts.items() for fragment in fragments]  # fmt: skip


@pytest.mark.parametrize(("kind", "fragment"), corpus(GOOD))
def test_what_is_right_is_right_to_both(tmp_path: Path, kind: str, fragment: str) -> None:
    assert takes(tmp_path, kind, written(kind, fragment)) == (True, True)


@pytest.mark.parametrize(("kind", "fragment"), corpus(BAD))
def test_what_is_wrong_is_wrong_to_both(tmp_path: Path, kind: str, fragment: str) -> None:
    assert takes(tmp_path, kind, written(kind, fragment)) == (False, False)


@pytest.mark.parametrize(("kind", "fragment"), corpus(ONLY_THE_LOADER))
def test_what_no_schema_can_say_the_loader_says(tmp_path: Path, kind: str, fragment: str) -> None:
    assert takes(tmp_path, kind, written(kind, fragment)) == (False, True)


@pytest.mark.parametrize("kind", AROUND)
def test_the_head_of_each_file_is_minded_by_both(tmp_path: Path, kind: str) -> None:
    text = written(kind, GOOD[kind][0])
    first = text.splitlines()[0]
    for wrong in (text.replace(first, "version: 2"), f"extra: 1\n{text}", "[]", "version: 1"):
        if (kind, wrong) != ("config", "version: 1"):
            assert takes(tmp_path, kind, wrong) == (False, False), wrong


@pytest.mark.parametrize("seed", seeds(4, 300))
def test_what_the_oracle_makes_up_is_right_to_both(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    rows = build.random_rows(rng, 30)
    path = tmp_path / "made.yaml"
    build.write_policies(path, build.random_policies(rng, rows, n=8))
    assert takes(tmp_path, "policy", path.read_text(encoding="utf-8")) == (True, True)


def test_every_file_that_is_shipped_is_right_to_both(tmp_path: Path) -> None:
    shipped = [*(ROOT / "policies").glob("*.yaml"), *(ROOT / "examples").rglob("policies/*.yaml")]
    assert len(shipped) > 30
    for path in shipped:
        kind = "test" if path.name.endswith(".test.yaml") else "policy"
        text = path.read_text(encoding="utf-8")
        if kind == "policy":
            assert takes(tmp_path, kind, text) == (True, True), path
        else:
            assert VALIDATORS[kind].is_valid(as_an_editor_sees_it(text)), path


def test_checklists_that_govern_made_are_right_and_ones_that_people_spoiled_are_wrong(
    tmp_path: Path,
) -> None:
    path = str(bill(tmp_path, paid("3")))
    words = ("checklist", path, "--retire", "all", "--as-of", "2026-10-05", "-o", "c.yaml", "-q")
    assert govern(tmp_path, *words).returncode == 0
    made = (tmp_path / "c.yaml").read_text(encoding="utf-8")
    own = "  - {id: tell.lin, kind: tell, subject: {kind: wish}, why: w, how: h, reversible: yes, "
    spoiled = [
        made.replace("state: todo", "state: finished", 1),
        made.replace("state: todo", "state: done", 1),
        made.replace("state: todo", "state: kept", 1),
        made.replace("proof: bill", "proof: hope", 1),
        made.replace("reversible: true", "reversible: maybe", 1),
        made.replace("as_of:", "asof:", 1),
        f"{made}{own}proof: person, state: todo}}\n",
    ]
    right = f"{made}{own.replace('yes', 'true')}proof: person, state: todo}}\n"
    for text, is_right in [(made, True), (right, True), *((one, False) for one in spoiled)]:
        (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
        try:
            checklist.load_checklist(str(tmp_path / "s.yaml"))
            loaded = True
        except GovernError:
            loaded = False
        valid = VALIDATORS["checklist"].is_valid(as_an_editor_sees_it(text))
        assert (loaded, valid) == (is_right, is_right), text[-400:]
