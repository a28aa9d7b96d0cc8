"""The checklist and its verification are held against their JSON Schemas, as files and as YAML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from govern.cli.main import app

ROOT = Path(__file__).parents[3]
COMPANY = ROOT / "examples" / "qinghe"
BILLS = str(COMPANY / "bills")


def validator(name: str) -> Any:
    loaded = json.loads((ROOT / "schemas" / f"govern.{name}.v1.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(loaded)
    return jsonschema.Draft202012Validator(loaded)


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--no-config", "--as-of", "2026-10-05", "-q"])
    return done.exit_code, done.stdout


@pytest.mark.parametrize(
    "wanted",
    [
        ["--retire", "all"],
        ["--retire", "workspace=llm-x1research", "--inventory", str(COMPANY / "inventory.yaml")],
        ["-p", str(COMPANY / "policies")],
    ],
)
def test_a_checklist_is_what_its_schema_says(tmp_path: Path, wanted: list[str]) -> None:
    path = tmp_path / "checklist.yaml"
    code, text = run("checklist", BILLS, *wanted, "-o", str(path), "--format", "json")
    assert code == 0
    validator("checklist").validate(json.loads(text))
    # PyYAML reads the file as the same document.
    assert yaml.safe_load(path.read_text(encoding="utf-8")) == json.loads(text)
    tick = ["checklist", "tick", str(path), "*", "--by", "lin", "--at", "2026-09-30T20:00"]
    assert CliRunner().invoke(app, tick).exit_code == 0
    keep = [*tick[:3], "safety_net", "--by", "lin", "--keep-until", "2026-12-01", "--reason", "x"]
    assert CliRunner().invoke(app, keep).exit_code == 0
    validator("checklist").validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    for more in ([], ["--redact"], ["--strict"]):
        _, text = run("verify", str(path), BILLS, "--format", "json", *more)
        validator("verification").validate(json.loads(text))


def test_the_schema_refuses_a_step_that_is_kept_without_a_reason(tmp_path: Path) -> None:
    _, text = run("checklist", BILLS, "--retire", "api_key=2000017", "--format", "json")
    document = json.loads(text)
    document["steps"][0]["state"] = "kept"
    with pytest.raises(jsonschema.ValidationError):
        validator("checklist").validate(document)


def test_the_statement_names_everything_it_rests_on_by_digest(tmp_path: Path) -> None:
    import hashlib

    path, proof = tmp_path / "checklist.yaml", tmp_path / "proof.json"
    run("checklist", BILLS, "--retire", "api_key=2000017", "-o", str(path))
    run("verify", str(path), BILLS, "--attest", str(proof))
    statement = json.loads(proof.read_text(encoding="utf-8"))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    bill = next((COMPANY / "bills").iterdir())
    digests = {hashlib.sha256(file.read_bytes()).hexdigest() for file in (path, bill)}
    assert {one["digest"]["sha256"] for one in statement["subject"]} == digests
    assert statement["predicateType"].startswith("https://")
    validator("verification").validate(statement["predicate"])
    before = proof.read_bytes()
    run("verify", str(path), BILLS, "--attest", str(proof))
    assert proof.read_bytes() == before
