"""docs/policies.md, "From an empty file to a tested policy", done as it stands there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from commandline import govern
from editor import as_an_editor_sees_it

from govern.model.trial import CARRIED, USUAL
from govern.policy import trials
from govern.policy.charges import FIELDS as CHARGE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
WAY = PAGE.split("\n## From an empty file to a tested policy\n")[1].split("\n## ")[0]
TESTS = PAGE.split("\n## Tests\n")[1].split("\n## ")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", WAY, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository, in which the page's files were written and its first command was run."""
    folder = tmp_path_factory.mktemp("author")
    (folder / "policies").mkdir()
    policy, test = blocks("yaml")
    (folder / "policies" / "team.yaml").write_text(policy, encoding="utf-8")
    (folder / "policies" / "team.test.yaml").write_text(test, encoding="utf-8")
    assert said(folder, commands()[0]).returncode == 0
    return folder


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines()]


def said(folder: Path, command: str) -> Any:
    name, *words = shlex.split(command)
    assert name == "govern"
    return govern(folder, *words)


def test_the_page_goes_from_schemas_over_a_policy_to_its_tests_and_what_they_miss() -> None:
    assert commands() == [
        "govern policy schema --into .govern",
        "govern policy validate policies/team.yaml",
        "govern policy test policies/",
        "govern policy test policies/ --require-tests --mutate",
    ]


def test_the_policy_is_valid_and_its_tests_pass_as_shown(project: Path) -> None:
    assert said(project, commands()[1]).stdout == "1 policy, valid; 0 warnings\n"
    done = said(project, commands()[2])
    (shown,) = blocks("text")
    assert done.returncode == 0
    assert done.stdout.split() == shown.split()


def test_no_change_to_the_policy_goes_unnoticed_until_a_test_is_weaker(project: Path) -> None:
    done = said(project, commands()[3])
    assert done.returncode == 0
    (told,) = re.findall(r"`(Changes that no test notices: [^`]+)`", WAY)
    assert told in done.stdout
    weaker = project / "policies" / "team.test.yaml"
    before = weaker.read_text()
    weaker.write_text(before.replace(", list_cost: 1 CNY", ""))
    done = said(project, f"{commands()[3]} --format json")
    weaker.write_text(before)
    changes = [one["change"] for one in json.loads(done.stdout)["mutation"]["survivors"]]
    assert done.returncode == 1
    assert changes == re.findall(r"it lists\n`([^`]+)`", WAY)


@pytest.mark.parametrize("name", ["team.yaml", "team.test.yaml"])
def test_the_modeline_leads_to_a_schema_that_knows_the_file(project: Path, name: str) -> None:
    path = project / "policies" / name
    first, _ = path.read_text(encoding="utf-8").split("\n", 1)
    found = re.fullmatch(r"# yaml-language-server: \$schema=(.+)", first)
    assert found
    schema = json.loads((path.parent / found[1]).read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    written = as_an_editor_sees_it(path.read_text(encoding="utf-8"))
    validator.validate(written)
    (listed,) = (key for key in written if key != "version")
    # What an editor proposes after the dash, and what it marks.
    assert {"policies": "per", "tests": "charges"}[listed] in schema["properties"][listed]["items"][
        "properties"
    ]
    written[listed][0]["wher"] = {}
    assert not validator.is_valid(written)


def test_every_field_of_tests_and_charges_is_explained() -> None:
    words = set(re.findall(r"`([a-z_]+)`", TESTS))
    columns = set(re.findall(r"`([a-z_ ]+)`", PAGE)[0].split())
    assert set(trials.FIELDS) <= words
    of_where = PAGE.split("\n## where\n")[1].split("\n## ")[0]
    known = words | set(re.findall(r"[a-z_]+", of_where)) | columns
    assert set(CHARGE) <= known
    defaults = ("`100`", "`cn-beijing`", "`7`", "`llm-a`", "`qwen-max`", "`output_token`", "`app`")
    usual = [f"`{USUAL[name]}`" for name in (
        "billing_account_id", "region_id", "api_key_id", "workspace_id", "model", "meter", "channel"
    )]  # fmt: skip
    assert list(defaults) == usual and all(word in TESTS for word in usual)
    assert set(CARRIED) == {"inference", "batch", "training"}
    assert "other services than inference and batches" in " ".join(TESTS.split())
