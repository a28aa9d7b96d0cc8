"""Schema and loader agree about the files that people write, as an editor sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commandline import govern

from govern.model.measure import MEASURES
from govern.model.words import SUBJECTS, WHERE_COLUMNS
from govern.policy import config, inventory, policies, steps, waivers
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
    step = schema("checklist")["properties"]["steps"]["items"]["properties"]
    assert sorted(step) == sorted(steps._STEP)


def test_everything_that_can_be_written_has_its_hover_text() -> None:
    for kind in KINDS:
        for name, field in schema(kind)["properties"].items():
            assert field.get("description"), (kind, name)
    policy = schema("policy")["properties"]["policies"]["items"]["properties"]
    inner = [*policy.values(), *policy["where"]["properties"].values()]
    assert all(field["description"] for field in [*inner, *policy["limit"]["properties"].values()])
