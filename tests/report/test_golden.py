"""Every format over one rich report, as a person has read and approved it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from golden_files import FOLDER, NAMES, rendered

TEXTS = rendered()
SCHEMAS = Path(__file__).parents[2] / "schemas"
DOCUMENTS = [f"{name}{kind}.json" for name in NAMES for kind in ("", ".redacted")]


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_format_writes_its_golden_file(name: str) -> None:
    golden = (FOLDER / name).read_bytes().decode()
    assert TEXTS[name] == golden, "if meant: python tests/report/update_golden.py, and read it"


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(TEXTS)


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name in TEXTS])
def test_a_golden_document_is_as_its_schema_says(name: str) -> None:
    document = json.loads(TEXTS[name])
    schema = document["schema"].replace("/", ".")
    validator = jsonschema.Draft202012Validator(
        json.loads((SCHEMAS / f"{schema}.json").read_text())
    )
    validator.check_schema(validator.schema)
    validator.validate(document)
