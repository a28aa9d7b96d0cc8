"""``govern bill explain``: one pasted Instance ID in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from commandline import govern

ROOT = Path(__file__).parents[2]


def explained(folder: Path, instance_id: str, *words: str) -> dict[str, Any]:
    done = govern(folder, "bill", "explain", *words, "--format", "json", "--", instance_id)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    schema = json.loads((ROOT / "schemas" / "govern.explanation.v1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    (words_of_it,) = document["instance_ids"]
    assert isinstance(words_of_it, dict)
    return words_of_it


@pytest.mark.parametrize(
    ("instance_id", "names"),
    [
        (
            "7;llm-a;m;context_0-128k_input_token;app;0",
            "api_key_id workspace_id model meter channel free_quota_stop",
        ),
        (";ws-a;m;1080P;bmp;1", "api_key_id workspace_id model meter channel free_quota_stop"),
        (
            ";ws-a;wan;video_ratio;720P;bmp;0",
            "api_key_id workspace_id model meter resolution channel free_quota_stop",
        ),
        (
            "7;llm-a;wan;video_ratio;720P;0",
            "api_key_id workspace_id model meter resolution free_quota_stop",
        ),
        ("text_token;llm-a;m;output_token;app", "billing type workspace_id model meter channel"),
        ("llm-a!cn-beijing!ft-1", "workspace_id region_id job"),
    ],
)
def test_each_part_gets_the_name_that_policies_know_it_by(
    tmp_path: Path, instance_id: str, names: str
) -> None:
    words = explained(tmp_path, instance_id)
    assert " ".join(part["name"] for part in words["parts"]) == names
    mark = "!" if "!" in instance_id else ";"
    assert mark.join(part["written"] for part in words["parts"]) == instance_id


@pytest.mark.parametrize(
    ("instance_id", "why"),
    [
        ("ptu-1", "it is of one part"),
        ("a;b;c", "it has 3 parts"),
        ("7;space;m;output_token;app;0", "its second part, 'space', is no workspace"),
        ("7;llm-a;m;output_token;app;7", "of its 6 parts the last, '7', is no flag"),
        ("7；llm-a；m；output_token；app；0", "it has full-width marks"),
        ("!llm-a!x", "with ! it would be WORKSPACE!REGION!JOB"),
        ("x" * 3000, "it is longer than 2000 characters"),
        (" ", "it is empty"),
    ],
)
def test_what_fits_no_layout_is_told_why(tmp_path: Path, instance_id: str, why: str) -> None:
    words = explained(tmp_path, instance_id)
    assert (words["layout"], words["parts"]) == ("unknown", [])
    assert words["sentences"][0].startswith(f"It fits no known layout: {why}")


def test_an_inventory_names_the_key_and_a_taught_layout_is_known(tmp_path: Path) -> None:
    (tmp_path / "i.yaml").write_text(
        "schema: govern.inventory/v1\ncomplete: true\n"
        "api_keys: [{api_key_id: 7, name: robot, owner: lin, workspace_id: llm-a}]\n"
    )
    words = explained(tmp_path, "7;llm-a;m;output_token;app;0", "--inventory", "i.yaml")
    assert words["parts"][0]["means"].endswith(", called robot, owned by lin")
    (tmp_path / "govern.yaml").write_text(
        "version: 1\ninstance_ids: ['{workspace_id}/{model}/{job}']\n"
    )
    words = explained(tmp_path, "llm-a/qwen/4711")
    assert [(part["name"], part["written"]) for part in words["parts"]] == [
        ("workspace_id", "llm-a"),
        ("model", "qwen"),
    ]
    assert words["sentences"][0].endswith("taught by instance_ids: in govern.yaml.")


def test_a_secret_is_refused_and_not_repeated(tmp_path: Path) -> None:
    done = govern(tmp_path, "bill", "explain", "sk-abcdef0123456789;llm-a;m;n;o;0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "abcdef" not in done.stderr


def test_what_govern_does_not_know_is_no_error(tmp_path: Path) -> None:
    parts = explained(tmp_path, "2E+06;llm-a;m;new_meter;robot;0")["parts"]
    means = {part["name"]: part["means"] for part in parts}
    assert "a spreadsheet had spoiled it" in means["api_key_id"]
    assert "new to govern" in means["meter"]
    assert "no channel that is documented" in means["channel"]
