"""Every schema compiles in a strict validator, and is valid by its own metaschema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from strict_schema import faults

SCHEMAS = sorted((Path(__file__).parents[2] / "schemas").glob("*.json"))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_compiles_strictly(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(faults(schema)) == []


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"type": "object", "required": ["by"]}, "#: required by is not defined"),
        (
            {"type": "object", "if": {}, "then": {"required": ["by"]}},
            "#/then: required by is not defined",
        ),
        ({"properties": {}}, "#: properties without type object"),
        ({"type": "string", "minimum": 1}, "#: minimum without type number"),
        ({"type": ["string", "number"]}, "#: a union of types"),
        ({"type": "array", "prefixItems": [{"type": "string"}]}, "#: a tuple of any length"),
        ({"type": "string", "patern": "a"}, "#: unknown keyword patern"),
        ({"type": "string", "format": "instant"}, "#: unknown format instant"),
        ({"type": "object", "then": {}}, "#: then without if"),
    ],
)
def test_what_a_strict_validator_refuses_is_found(schema: Any, fault: str) -> None:
    assert fault in list(faults(schema))


def test_a_kept_step_says_by_whom_why_and_until_when() -> None:
    schema = json.loads(
        next(path for path in SCHEMAS if "checklist" in path.name).read_text(encoding="utf-8")
    )
    step = jsonschema.Draft202012Validator(schema["properties"]["steps"]["items"]["allOf"][0])
    kept = {"state": "kept", "by": "lin", "reason": "moves", "until": "2026-12-01T00:00:00+08:00"}
    assert step.is_valid(kept)
    assert step.is_valid({"state": "todo", "by": None})
    for name in ("by", "reason", "until"):
        assert not step.is_valid({**kept, name: None})
        assert not step.is_valid({key: one for key, one in kept.items() if key != name})
