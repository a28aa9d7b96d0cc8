"""YAML files that govern writes begin with the line by which an editor finds their schema."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from bills import bill, paid
from commandline import govern
from editor import as_an_editor_sees_it

MODELINE = re.compile(r"# yaml-language-server: \$schema=(.+)")

ADD = (
    "--policy",
    "p",
    "--subject",
    "7",
    "--reason",
    "r",
    "--owner",
    "o",
    "--expires",
    "2027-01-01",
)


def schema_of(path: Path) -> Path:
    """Where the first line leads; there must be one such line, and something there."""
    text = path.read_text(encoding="utf-8")
    assert len(MODELINE.findall(text)) == 1
    found = MODELINE.match(text)
    assert found, text[:100]
    schema = path.parent / found[1]
    written = as_an_editor_sees_it(text)
    jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(
        written
    )
    return schema.resolve()


def test_init_writes_schemas_and_every_file_leads_to_its_own(tmp_path: Path) -> None:
    assert govern(tmp_path, "init").returncode == 0
    kept = tmp_path.resolve() / ".govern"
    assert schema_of(tmp_path / "govern.yaml") == kept / "govern.config.v1.json"
    for path in (tmp_path / "policies").glob("*.yaml"):
        assert schema_of(path) == kept / "govern.policy.v1.json"
    # Tests aren't there yet, and are the next thing that an author writes.
    assert (kept / "govern.test.v1.json").exists()


def test_what_lies_above_a_project_is_another_s(tmp_path: Path) -> None:
    (tmp_path / ".govern").mkdir()
    project = tmp_path / "project"
    project.mkdir()
    assert govern(project, "init").returncode == 0
    kept = project.resolve() / ".govern"
    assert schema_of(project / "govern.yaml") == kept / "govern.config.v1.json"
    for path in (project / "policies").glob("*.yaml"):
        assert schema_of(path) == kept / "govern.policy.v1.json"
    assert list((tmp_path / ".govern").iterdir()) == []


def test_a_file_in_a_project_leads_to_the_project_s_schemas(tmp_path: Path) -> None:
    govern(tmp_path, "init")
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert govern(deep, "waiver", "add", "w.yaml", *ADD).returncode == 0
    assert schema_of(deep / "w.yaml") == tmp_path.resolve() / ".govern" / "govern.waivers.v1.json"
    assert not (deep / ".govern").exists()


def test_a_file_without_a_project_has_its_schema_beside_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    path = str(bill(tmp_path, paid("3")))
    words = ("checklist", path, "--retire", "all", "--as-of", "2026-10-05", "-o", "c.yaml", "-q")
    assert govern(tmp_path, *words).returncode == 0
    checklist = tmp_path / "c.yaml"
    first = checklist.read_text(encoding="utf-8")
    assert schema_of(checklist) == tmp_path.resolve() / ".govern" / "govern.checklist.v1.json"
    # Made again, it keeps the line as it keeps every comment.
    assert govern(tmp_path, *words).returncode == 0
    assert checklist.read_text(encoding="utf-8") == first
    step = yaml.safe_load(first)["steps"][0]["id"]
    assert govern(tmp_path, "checklist", "tick", "c.yaml", step, "--by", "lin").returncode == 0
    schema_of(checklist)


def test_a_file_that_people_have_stays_without_the_line(tmp_path: Path) -> None:
    old = "version: 1\nwaivers:\n"
    old += "  - {policy: p, subject: 8, reason: r, owner: o, expires: 2027-01-01}\n"
    (tmp_path / "w.yaml").write_text(old)
    assert govern(tmp_path, "waiver", "add", "w.yaml", *ADD).returncode == 0
    assert MODELINE.search((tmp_path / "w.yaml").read_text()) is None


def test_a_schema_that_can_not_be_written_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".govern").write_text("a file")
    assert govern(tmp_path, "waiver", "add", "w.yaml", *ADD).returncode == 0
    assert (tmp_path / "w.yaml").read_text().count("policy:") == 1


@pytest.mark.parametrize("words", [["policy", "schema"], ["policy", "schema", "test"]])
def test_a_schema_is_printed_and_nothing_is_written(tmp_path: Path, words: list[str]) -> None:
    govern(tmp_path, *words)
    assert list(tmp_path.iterdir()) == []
