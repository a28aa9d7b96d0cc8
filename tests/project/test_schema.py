"""Every printed document is held against its JSON Schema."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from agreement import AS_OF
from oracle import build
from seeds import seeds

from govern.judge.check.check import Terms, check
from govern.judge.check.narrative import document
from govern.ledger.reading import Reading, read
from govern.policy.policies import load_policies
from govern.privacy.redact import redact

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def schema() -> Any:
    loaded = json.loads((ROOT / "schemas" / "govern.check.v1.json").read_text())
    jsonschema.Draft202012Validator.check_schema(loaded)
    return jsonschema.Draft202012Validator(loaded)


@pytest.mark.parametrize("seed", seeds(3, 30))
def test_check_prints_what_its_schema_says(tmp_path: Path, schema: Any, seed: int) -> None:
    rng = random.Random(seed)
    rows = build.random_rows(rng, 40)
    bill, policies = tmp_path / "bill.csv", tmp_path / "policies.yaml"
    build.write_bill(bill, rng.choice(build.SHAPES), rows, rng, quirks=build.random_quirks(rng))
    build.write_policies(policies, build.random_policies(rng, rows, n=8))
    with read([str(bill)], Reading()) as ledger:
        shown = document(check(ledger, load_policies([str(policies)]), Terms(as_of=AS_OF)))
    for payload in (shown.payload, redact(shown, b"salt").payload):
        schema.validate(json.loads(json.dumps(payload)))


def test_the_schema_refuses_what_the_contract_forbids(schema: Any) -> None:
    golden = json.loads((ROOT / "tests" / "report" / "golden" / "check.json").read_text())
    schema.validate(golden)
    golden["findings"][0]["observed"] = 512.3
    with pytest.raises(jsonschema.ValidationError):
        schema.validate(golden)
