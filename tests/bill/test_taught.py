"""Layouts that govern.yaml teaches, read by the real reader."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from bills import HEADER, row

from govern.bill.shape import FIELDS
from govern.bill.shapes import SHAPES, NotABill, recognise
from govern.bill.shapes.taught import TEACHABLE, taught_shape
from govern.ledger.reading import Reading, read
from govern.model.errors import GovernError

WHOLE = {
    "Who pays": "billing_account_id",
    "Who owns": "sub_account_id",
    "Where": "region_id",
    "Code": "product_code",
    "What": "instance_id",
    "Meter": "billing_item",
    "Kind": "charge_category",
    "How much": "usage",
    "Of": "usage_unit",
    "List": "list_cost",
    "Paid": "billed_cost",
    "Money": "billing_currency",
    "When": "time",
}
CELLS = "1,2,Singapore,sfm,9;llm-a;qwen-max;output_token;app;0,Text,Refund,3,KTokens,0.5,-0.4,USD"


def taught(columns: dict[str, str]) -> Reading:
    return Reading(shapes=(*SHAPES, taught_shape(columns)))


def test_a_whole_layout_can_be_taught(tmp_path: Path) -> None:
    path = tmp_path / "ours.csv"
    path.write_text(f"{','.join(WHOLE)}\n{CELLS},2026-09-05 10:00:00\n")
    with read([str(path)], taught(WHOLE)) as ledger:
        assert [file.shape for file in ledger.files] == ["taught"]
        found = ledger.query(
            "SELECT kind, billing_account_id, sub_account_id, region_id, api_key_id, workspace_id,"
            " billing_item, charge_category, usage, unit, list_cost, billed_cost,"
            " billing_currency, strftime(first, '%Y-%m-%d %H:%M'), width, month FROM ledger"
        )
    who = ("charge", "1", "2", "ap-southeast-1", "9", "llm-a", "Text", "adjustment")
    much = (Decimal(3000), "tokens", Decimal("0.5"), Decimal("-0.4"), "USD")
    assert found == [(*who, *much, "2026-09-05 10:00", "second", "2026-09")]


def test_one_odd_name_in_a_known_layout_needs_one_line(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(f"{HEADER.replace('定价币种', '币')}\n{row(应付金额='1.25')}\n", "utf-8")
    refused = pytest.raises(GovernError, match="定价币种 is missing: .* nearest is detail-zh ")
    with refused, read([str(path)], Reading()):
        pass
    with read([str(path)], taught({"币": "currency"})) as ledger:
        found = ledger.query("SELECT billed_cost, model, width, region_id FROM ledger")
        assert found == [(Decimal("1.25"), "qwen-max", "day", "cn-beijing")]
        assert ledger.files[0].billed_cost_column == "应付金额"


def test_a_taught_payable_amount_is_better_than_one_before_coupons(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    cells = row(应付金额="1.25", 优惠后金额="1.5")
    path.write_text(f"{HEADER.replace('应付金额', 'Paid')}\n{cells}\n", "utf-8")
    with read([str(path)], Reading()) as ledger:
        assert ledger.query("SELECT billed_cost FROM ledger") == [(Decimal("1.5"),)]
    with read([str(path)], taught({"Paid": "billed_cost"})) as ledger:
        assert ledger.query("SELECT billed_cost FROM ledger") == [(Decimal("1.25"),)]


def test_a_file_that_a_known_shape_claims_stays_its_own() -> None:
    header = [*HEADER.split(","), "Paid"]
    shapes = (*SHAPES, taught_shape({"Paid": "billed_cost"}))
    assert recognise(header, shapes).shape.name == "detail-zh"
    assert recognise(header, shapes).billed_cost_column == "应付金额"


def test_a_header_without_a_taught_column_is_not_of_the_taught_layout() -> None:
    shapes = (*SHAPES, taught_shape({"Paid": "billed_cost"}))
    with pytest.raises(NotABill):
        recognise(["instance_id", "billed_cost", "currency", "time", "product_code"], shapes)
    header = ["instance_id", "Paid", "currency", "time", "product_code"]
    assert recognise(header, shapes).shape.name == "taught"


@pytest.mark.parametrize(
    ("gone", "missing"),
    [
        ("What", "What"),
        ("Paid", "Paid"),
        ("Money", "Money"),
        ("Code", "commodity_code"),
        ("When", "time"),
    ],
)
def test_a_taught_layout_without_a_needed_column_is_refused_naming_it(
    gone: str, missing: str
) -> None:
    header = [column for column in WHOLE if column != gone]
    with pytest.raises(NotABill) as refusal:
        recognise(header, (*SHAPES, taught_shape(WHOLE)))
    assert "nearest is taught (columns in govern.yaml)" in str(refusal.value)
    assert str(refusal.value).startswith(f"column {missing} is missing: ")


def test_columns_taught_to_be_the_same_are_tried_in_their_order() -> None:
    shape = taught_shape({**WHOLE, "Fine time": "time", "Better": "billed_cost"})
    found = recognise([*WHOLE, "Better", "Fine time"], (*SHAPES, shape))
    assert found.billed_cost_column == "Paid"
    assert [found.header[at] for at in found.times] == ["When", "Fine time"]


def test_a_primary_key_is_taken_only_where_it_is_taught() -> None:
    header = [*WHOLE, "RecordID"]
    assert "primary_key" not in recognise(header, (*SHAPES, taught_shape(WHOLE))).positions
    shape = taught_shape({**WHOLE, "RecordID": "primary_key"})
    assert "primary_key" in recognise(header, (*SHAPES, shape)).positions


@pytest.mark.parametrize(
    ("field", "near"),
    [
        ("billed_costs", "billed_cost"),
        ("instanceid", "instance_id"),
        ("curency", "currency"),
        ("tme", "time"),
        ("Usage", "usage"),
    ],
)
def test_a_name_that_govern_does_not_know_is_refused_with_the_nearest(
    field: str, near: str
) -> None:
    with pytest.raises(ValueError, match=f"^Paid: '{field}' is .*; did you mean {near}\\?$"):
        taught_shape({"Paid": field})


def test_a_name_near_to_nothing_is_refused_with_the_whole_list() -> None:
    with pytest.raises(ValueError, match="write one of billing_account_id, .*, time, "):
        taught_shape({"Paid": "zzzzzz"})


def test_nothing_taught_is_refused() -> None:
    with pytest.raises(ValueError, match="no column is taught"):
        taught_shape({})


@pytest.mark.parametrize("field", TEACHABLE)
def test_every_teachable_name_is_taken_from_the_taught_column(field: str) -> None:
    found = recognise(["Taught", *WHOLE], (*SHAPES, taught_shape({"Taught": field, **WHOLE})))
    assert 0 in {*found.positions.values(), *found.times}


def test_what_a_shape_reads_only_as_a_spare_cannot_be_taught() -> None:
    assert set(FIELDS) - set(TEACHABLE) == {"spare_usage", "spare_usage_unit"}
