"""The document ``govern.cost/v1`` against its schema and the contract."""

from __future__ import annotations

import json
import random
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from asking import answers, ask, question
from bills import bill, paid
from oracle.build import SHAPES, random_quirks, random_rows, write_bill
from seeds import seeds

from govern.judge.cost.narrative import document
from govern.privacy.redact import redact

ROOT = Path(__file__).parents[3]
INVENTORY = ROOT / "examples" / "qinghe" / "inventory.yaml"


@pytest.fixture(scope="module")
def schema() -> Any:
    loaded = json.loads((ROOT / "schemas" / "govern.cost.v1.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(loaded)
    return jsonschema.Draft202012Validator(loaded)


@pytest.mark.parametrize("seed", seeds(3, 12))
def test_every_document_fits_its_schema(tmp_path: Path, schema: Any, seed: int) -> None:
    rng = random.Random(seed)
    path = tmp_path / "bill.csv"
    write_bill(path, rng.choice(SHAPES), random_rows(rng, 50), rng, quirks=random_quirks(rng))
    months = ask(path, by="month").document()["rows"]
    asked = [
        question("service"),
        question("model,meter", top=2),
        question("owner,api_key_id,workspace_id", inventory=[INVENTORY]),
        question("day,channel", ["service=inference,batch", "model!=qwen-*"]),
        question(where=["model=nobody"]),
    ]
    if len({row["month"] for row in months}) > 1:
        asked.append(question("model", top=2, compare=months[0]["month"]))
    for report in answers([path], asked):
        shown = document(report)
        for payload in (shown.payload, redact(shown, b"salt").payload):
            schema.validate(json.loads(json.dumps(payload)))


def test_the_schema_refuses_what_the_contract_forbids(tmp_path: Path, schema: Any) -> None:
    good = ask(bill(tmp_path, paid("1.2")), by="model").document()
    schema.validate(good)
    wrong: list[tuple[str, Any]] = [
        ("billed_cost", 1.2),
        ("billed_cost", "1.20"),
        ("billed_cost", "1E+2"),
        ("billed_cost", "-0"),
        ("charges", "1"),
        ("model", 7),
    ]
    for name, value in wrong:
        bad = json.loads(json.dumps(good))
        bad["rows"][0][name] = value
        assert not schema.is_valid(bad), (name, value)
    for name in ("currency", "billed_cost", "list_cost", "charges", "usage"):
        bad = json.loads(json.dumps(good))
        del bad["rows"][0][name]
        assert not schema.is_valid(bad), name


def test_the_document_is_the_one_of_the_contract(tmp_path: Path) -> None:
    path = bill(tmp_path, *[paid("0.4", 目录总价="0.5", 用量="5")] * 3)
    report = ask(path, by="model", as_of=datetime(2026, 10, 5)).document()
    assert report["schema"] == "govern.cost/v1"
    assert report["as_of"] == "2026-10-05T00:00:00+08:00"
    assert report["by"] == ["model"]
    (row,) = report["rows"]
    assert row["usage"][0]["unit"] == "tokens" and row["usage"][0]["quantity"] == "15000"
    expected = {"currency": "CNY", "billed_cost": "1.2", "list_cost": "1.5", "charges": 3}
    assert {name: row[name] for name in ("model", *expected)} == {"model": "qwen-max", **expected}
    (total,) = report["totals"]
    assert {name: total[name] for name in expected} == expected
    assert report["exit"] == {"code": 0, "cause": "clean", "reason": "added up"}
    assert {"files", "rows", "charges", "totals"} <= set(report["bill"])


def test_what_was_asked_for_stands_in_the_document(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"))
    report = ask(path, by="day", where=["service=inference,batch", "model!=none"]).document()
    assert report["where"] == [
        {"column": "service", "values": ["inference", "batch"], "excludes": False},
        {"column": "model", "values": [None], "excludes": True},
    ]


def test_periods_are_written_as_the_contract_says(tmp_path: Path) -> None:
    (row,) = ask(bill(tmp_path, paid("1")), by="day,week,month").document()["rows"]
    assert (row["day"], row["week"], row["month"]) == ("2026-09-05", "2026-08-31", "2026-09")


def test_the_same_bill_gives_the_same_bytes(tmp_path: Path) -> None:
    rng = random.Random(7)
    path = tmp_path / "bill.csv"
    write_bill(path, "v2", random_rows(rng, 80), rng)
    one, other = answers([path], [question("model,channel,day")] * 2)
    assert json.dumps(one.document()) == json.dumps(other.document())


def test_no_amount_is_a_number_or_has_trailing_zeros(tmp_path: Path) -> None:
    rng = random.Random(8)
    path = tmp_path / "bill.csv"
    write_bill(path, "v2", random_rows(rng, 80), rng)
    text = json.dumps(ask(path, by="model").document())
    assert not re.search(r'"-?\d+\.\d*0"', text)
    assert not re.search(r": -?\d+\.\d", text)
