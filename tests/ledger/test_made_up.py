"""A bill of made-up charges is read as what was made up: what tests of policies rest on."""

from __future__ import annotations

from pathlib import Path

from govern.bill import made_up
from govern.ledger import query
from govern.ledger.reading import Reading, read
from govern.model.trial import CARRIED, Charge
from govern.model.words import CHARGE_CATEGORIES, SERVICES


def rows(folder: Path, *charges: Charge) -> list[dict[str, object]]:
    """What the ledger has of each charge; the billable item tells them apart."""
    path = folder / "bill.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        made_up.write(file, [{"billing_item": f"{at:03}", **one} for at, one in enumerate(charges)])
    columns = ("billing_item", *COLUMNS)
    with read([str(path)], Reading()) as ledger:
        wanted = [query.total("billed_cost"), query.total("list_cost"), query.total("usage")]
        found = query.ask(ledger, columns, [*wanted, query.charges()])
    names = (*columns, "billed_cost", "list_cost", "usage", "charges")
    return [
        {name: one if one is None else str(one) for name, one in zip(names, row, strict=True)}
        for row in found
    ]


COLUMNS = (
    "billing_account_id", "sub_account_id", "region_id", "service", "charge_category",
    "commodity_code", "api_key_id", "workspace_id", "model", "meter", "tier", "channel",
    "free_quota_stop", "billing_currency", "unit", "first", "width", "month",
)  # fmt: skip

#: What is written, and what must be read of it.
CHARGES: tuple[tuple[Charge, dict[str, str | None]], ...] = (
    ({}, {
        "billing_account_id": "100", "sub_account_id": "100", "region_id": "cn-beijing",
        "service": "inference", "charge_category": "usage", "api_key_id": "7",
        "workspace_id": "llm-a", "model": "qwen-max", "meter": "output_token", "tier": None,
        "channel": "app", "free_quota_stop": "0", "billed_cost": "1.000000000000000",
        "list_cost": "1.000000000000000", "billing_currency": "CNY",
        "usage": "1000.000000000000000", "unit": "tokens", "first": "2026-09-15 12:00:00",
        "width": "minute", "month": "2026-09", "charges": "1",
    }),
    *(({"service": word}, {"service": word}) for word in SERVICES),
    *(({"charge_category": word}, {"charge_category": word}) for word in CHARGE_CATEGORIES),
    ({"service": "batch", "meter": "input_token"}, {"service": "batch", "meter": "input_token"}),
    ({"service": "batch"}, {
        "meter": "output_token_batch", "commodity_code": "sfm_inference_public_cn",
    }),
    ({"meter": "input_token", "tier": "0-128k"}, {"meter": "input_token", "tier": "0-128k"}),
    ({"service": "training", "workspace_id": "ws-b"}, {"workspace_id": "ws-b", "model": None}),
    ({"service": "deployment"}, {"workspace_id": None, "model": None}),
    ({"billing_account_id": "5"}, {"billing_account_id": "5", "sub_account_id": "5"}),
    ({"sub_account_id": "6"}, {"billing_account_id": "100", "sub_account_id": "6"}),
    ({"region_id": "us-east-1"}, {"region_id": "us-east-1"}),
    ({"commodity_code": "sfm_x"}, {"commodity_code": "sfm_x"}),
    ({"api_key_id": "", "channel": "bmp"}, {"api_key_id": "", "channel": "bmp"}),
    ({"free_quota_stop": ""}, {"free_quota_stop": ""}),
    ({"instance_id": "9;llm-z;m;n;app;1"}, {"api_key_id": "9", "free_quota_stop": "1"}),
    ({"billed_cost": "-2 USD"}, {"billed_cost": "-2.000000000000000", "billing_currency": "USD"}),
    ({"list_cost": "7 CNY"}, {"list_cost": "7.000000000000000"}),
    ({"usage": "3 张"}, {"usage": "3.000000000000000", "unit": "images"}),
    ({"usage": "3"}, {"usage": "3.000000000000000", "unit": None}),
    ({"time": "2026-08-01 10:11:12"}, {"first": "2026-08-01 10:11:12", "width": "second"}),
    ({"time": "2026-08-02"}, {"first": "2026-08-02 00:00:00", "width": "day", "month": "2026-08"}),
    ({"time": "2026-08"}, {"first": "2026-08-01 00:00:00", "width": "month", "month": "2026-08"}),
    ({"repeat": "3"}, {"charges": "3", "billed_cost": "3.000000000000000"}),
)  # fmt: skip


def test_each_charge_is_read_as_it_was_made_up(tmp_path: Path) -> None:
    found = rows(tmp_path, *(written for written, _ in CHARGES))
    assert len(found) == len(CHARGES)
    for (written, expected), row in zip(CHARGES, found, strict=True):
        assert {name: row[name] for name in expected} == expected, written


def test_what_a_service_carries_is_what_the_ledger_has_of_it(tmp_path: Path) -> None:
    parts = ("api_key_id", "workspace_id", "model", "meter", "channel", "free_quota_stop")
    for service, row in zip(
        SERVICES, rows(tmp_path, *({"service": s} for s in SERVICES)), strict=True
    ):
        told = {part for part in parts if row[part] is not None}
        assert told == set(CARRIED.get(service, ())) - {"tier"}, service
    assert set(CARRIED) < set(SERVICES)
