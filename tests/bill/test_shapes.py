"""Every export layout: golden bills beside what they mean, and which header is whose."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from reading import column, rejects, summary

from govern.bill.shape import Columns, Missing, Shape, match
from govern.bill.shapes import SHAPES, NotABill, recognise
from govern.ledger.clauses import END, Clause, Window
from govern.ledger.lookup import Search
from govern.ledger.reading import Ledger, Reading, read

GOLDEN = Path(__file__).parent / "golden"
BILLS = sorted(folder.name for folder in GOLDEN.iterdir())
AMOUNTS = ("billed_cost", "list_cost", "usage")


def expected(name: str) -> dict[str, Any]:
    return dict(json.loads((GOLDEN / name / "expected.json").read_text("utf-8")))


def header_of(name: str) -> list[str]:
    with open(GOLDEN / name / "bill.csv", encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def shape_of(name: str) -> Shape:
    return next(shape for shape in SHAPES if shape.name == expected(name)["shape"])


def rows_by_line(ledger: Ledger, kind: str, columns: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Each row of a kind with its line; in the golden bills every row is a group of its own."""
    sql = f"SELECT id, {columns} FROM ledger WHERE kind = ?"
    groups: dict[Any, tuple[Any, ...]] = {row[0]: row[1:] for row in ledger.query(sql, [kind])}
    found = [(row.line, groups.pop(row.group)) for row in Search(ledger, groups).rows()]
    assert not groups
    yield from sorted(found, key=lambda pair: pair[0])


@pytest.mark.parametrize("name", BILLS)
def test_every_charge_of_a_golden_bill_means_what_was_worked_out_by_hand(name: str) -> None:
    told = expected(name)
    wanted = []
    for charge in told["charges"]:
        values = {**told["usual"], **charge}
        amounts = {key: values[key] and Decimal(values[key]) for key in AMOUNTS}
        wanted.append({**values, **amounts})
    columns = [key for key in wanted[0] if key != "line"]
    sql = ["strftime(first, '%Y-%m-%d %H:%M:%S')" if key == "start" else key for key in columns]
    with read([str(GOLDEN / name / "bill.csv")], Reading()) as ledger:
        found = [
            {"line": line, **dict(zip(columns, values, strict=True))}
            for line, values in rows_by_line(ledger, "charge", ", ".join(sql))
        ]
        assert ledger.query("SELECT max(charges) FROM ledger") == [(1,)]
    assert found == wanted


@pytest.mark.parametrize("name", BILLS)
def test_every_other_row_of_a_golden_bill_is_accounted_for(name: str) -> None:
    told = expected(name)
    path = GOLDEN / name / "bill.csv"
    with read([str(path)], Reading()) as ledger:
        assert [file.shape for file in ledger.files] == [told["shape"]]
        assert [file.billed_cost_column for file in ledger.files] == [told["billed_cost_column"]]
        assert [file.rows for file in ledger.files] == [told["rows"]]
        for kind, key in (("other", "other"), ("totals", "totals")):
            found = rows_by_line(ledger, kind, "billing_currency, billed_cost")
            assert [(line, *values) for line, values in found] == [
                (row["line"], row["billing_currency"], Decimal(row["billed_cost"]))
                for row in told[key]
            ]
    assert rejects(path) == [
        (row["line"], row["column"], row["value"], row["reason"]) for row in told["rejects"]
    ]


# --------------------------------------------------------------------------- whose header it is


def test_every_shape_has_a_golden_bill() -> None:
    assert {expected(name)["shape"] for name in BILLS} == {shape.name for shape in SHAPES}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
@pytest.mark.parametrize("name", BILLS)
def test_a_golden_header_is_claimed_by_its_own_shape_and_refused_by_all_others(
    name: str, shape: Shape
) -> None:
    claimed = isinstance(match(shape, header_of(name)), Columns)
    assert claimed == (shape.name == expected(name)["shape"])


def serving(shape: Shape, field: str) -> set[str]:
    """The keys of all columns that could serve for a needed field."""
    if field == "time":
        names = [name for group in shape.times for name in group]
        names += shape.columns.get("month", ())
    elif field == "product":
        kinds = ("commodity_code", "product_code", "commodity_name", "product_name")
        names = [name for kind in kinds for name in shape.columns.get(kind, ())]
    else:
        names = list(shape.columns[field])
        if field == "billed_cost":
            names += shape.after_reduction
    return {shape.key(name) for name in names}


def first_name(shape: Shape, field: str) -> str:
    if field == "time":
        return shape.times[-1][0]
    if field == "product":
        return shape.columns.get("commodity_code", ())[0]
    return shape.columns[field][0]


NEEDED = [
    (name, field)
    for name in BILLS
    for field in (*shape_of(name).needs, "billed_cost", "currency", "time", "product")
]


@pytest.mark.parametrize(("name", "field"), NEEDED)
def test_a_header_without_a_needed_column_is_refused_naming_it(name: str, field: str) -> None:
    shape = shape_of(name)
    gone = serving(shape, field)
    header = [column for column in header_of(name) if shape.key(column) not in gone]
    assert len(header) < len(header_of(name))
    with pytest.raises(NotABill) as refusal:
        recognise(header)
    assert f"nearest is {shape.name} (" in str(refusal.value)
    assert str(refusal.value).startswith(f"column {first_name(shape, field)} is missing: ")


@pytest.mark.parametrize(
    ("header", "nearest"),
    [
        ("Name,Age,City", None),
        ("BilledCost,BillingCurrency,ServiceName", "focus"),
        ("InstanceID,ProductCode,Currency,BillingCycle", "api"),
        ("賬期,產品,執行個體ID", "detail-tc"),
        ("资源购买账号ID,产品Code,应付金额", "detail-zh"),
        ("账单信息/账单月份,产品信息/产品Code,应付信息/应付金额（含税）", "v2"),
        ("Billing Cycle,Product Name,Instance ID", "detail-en-old"),
        ("Billing Month,Product Name,Instance ID,Payable amount", "detail-en"),
        ("", None),
    ],
)
def test_an_unknown_header_is_refused_with_the_nearest_shape(
    header: str, nearest: str | None
) -> None:
    with pytest.raises(NotABill) as refusal:
        recognise(header.split(","))
    said = str(refusal.value)
    assert f"not a known bill export; nearest is {nearest or ''}" in said
    assert "which also needs: " in said or " is missing: " in said


def test_a_needed_column_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(NotABill, match="'Currency' stands in the header twice"):
        recognise([*header_of("detail-en"), "Currency"])


def test_names_are_compared_without_case_tabs_and_width() -> None:
    header = [f"\t{name.upper()} " for name in header_of("detail-en")]
    assert recognise(header).shape.name == "detail-en"
    header = header_of("detail-zh")
    header[header.index("资产/资源实例ID")] = "实例 ID（出账粒度）"
    assert recognise(header).shape.name == "detail-zh"


def test_blanks_between_words_tell_the_old_console_from_the_api() -> None:
    old = ["Instance ID", "Pretax Amount", "Currency", "Billing Cycle", "Product Code"]
    assert recognise(old).shape.name == "detail-en-old"
    assert recognise([name.replace(" ", "") for name in old]).shape.name == "api"


def test_one_new_name_makes_an_english_file_one_of_the_new_console() -> None:
    header = header_of("detail-en-old")
    header[header.index("Billing Cycle")] = "Billing Month"
    assert recognise(header).shape.name == "detail-en"
    refused = match(shape_of("detail-en-old"), header)
    assert isinstance(refused, Missing)
    assert refused.strangers == ("Billing Month",)


@pytest.mark.parametrize(
    ("columns", "kind", "item"),
    [
        (("Bill Type", "Billable Item"), "Bill Type", "Billable Item"),
        (("Billing Item", "Billable Item"), "Billable Item", "Billing Item"),
        (("Billable Item",), "Billable Item", "Billable Item"),
        (("Item", "Billable Item"), "Item", "Billable Item"),
    ],
)
def test_billable_item_is_the_item_or_the_kind_whichever_has_no_column_of_its_own(
    columns: tuple[str, ...], kind: str, item: str
) -> None:
    header = ["Instance ID", "Payable Amount", "Currency", "Billing Month", "Product Name"]
    found = recognise([*header, *columns])
    assert found.header[found.positions["charge_kind"]] == kind
    assert found.header[found.positions["billing_item"]] == item


@pytest.mark.parametrize(
    ("name", "payable", "fallback"),
    [
        ("detail-zh", "应付金额", "优惠后金额"),
        ("detail-en", "Payable Amount", "Amount After Price Reduction"),
        ("detail-en-old", "Pretax Amount", "Amount After Discount"),
        ("detail-tc", "應付金額", "優惠後金額"),
        ("v2", "应付信息/应付金额（含税）", "优惠信息/优惠后金额"),
    ],
)
def test_the_amount_after_reduction_stands_in_only_where_no_payable_amount_is(
    name: str, payable: str, fallback: str
) -> None:
    header = [column for column in header_of(name) if column != fallback]
    both = recognise([*header, fallback])
    assert (both.billed_cost_column, both.payable) == (payable, True)
    one = recognise([fallback if column == payable else column for column in header])
    assert (one.billed_cost_column, one.payable) == (fallback, False)


def test_focus_takes_a_quantity_only_with_its_own_unit() -> None:
    names = ["x_InstanceID", "BilledCost", "BillingCurrency", "ChargeCategory", "ServiceName"]
    names += ["ChargePeriodStart", "PricingQuantity", "PricingUnit"]
    consumed = recognise([*names, "ConsumedQuantity", "ConsumedUnit"])
    assert consumed.header[consumed.positions["usage"]] == "ConsumedQuantity"
    assert consumed.header[consumed.positions["usage_unit"]] == "ConsumedUnit"
    assert consumed.header[consumed.positions["spare_usage"]] == "PricingQuantity"
    assert consumed.header[consumed.positions["spare_usage_unit"]] == "PricingUnit"
    priced = recognise([*names, "ConsumedUnit"])
    assert priced.header[priced.positions["usage"]] == "PricingQuantity"
    assert priced.header[priced.positions["usage_unit"]] == "PricingUnit"
    assert "spare_usage" not in priced.positions


FOCUS = (
    "BillingAccountId,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargePeriodStart,"
    "ChargePeriodEnd,ServiceName,x_InstanceID,BilledCost"
)


def focus(start: str, end: str, cost: str = "1") -> str:
    cells = ("100,CNY,2026-09-01,Usage", start, end, "Alibaba Cloud Model Studio")
    return ",".join((*cells, "12345;llm-a;qwen-max;output_token;app;0", cost))


@pytest.mark.parametrize(
    ("start", "end", "first", "width"),
    [
        ("2026-09-05T00:00:00Z", "2026-09-06T00:00:00Z", "2026-09-05 08:00:00", "day"),
        ("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z", "2026-09-01 08:00:00", "month"),
        ("2026-09-05T00:00:00Z", "2026-09-05T01:00:00Z", "2026-09-05 08:00:00", "hour"),
        ("2026-09-05T00:00:00Z", "2026-09-05T00:01:00Z", "2026-09-05 08:00:00", "minute"),
        ("2026-09-05T00:00:00Z", "2026-09-05T00:00:00Z", "2026-09-05 08:00:00", "second"),
        ("2026-09-05T00:00:00Z", "2026-09-05T23:59:59Z", "2026-09-05 08:00:00", "day"),
        ("2026-09-05T00:00:00Z", "2026-09-08T00:00:00Z", "2026-09-05 08:00:00", "month"),
        ("2026-09-05 10:00:00", "2026-09-05T03:00:00Z", "2026-09-05 10:00:00", "hour"),
        ("2026-09-05", "2026-09-06", "2026-09-05 00:00:00", "day"),
        ("2026-09-05", "2026-09-05", "2026-09-05 00:00:00", "day"),
        ("2026-09-05 10:00:00", "", "2026-09-05 10:00:00", "second"),
        ("2026-09-05 10:00:00", "NULL", "2026-09-05 10:00:00", "second"),
        ("NULL", "2026-09-05 11:00:00", "2026-09-01 00:00:00", "month"),
    ],
)
def test_a_focus_charge_is_as_wide_as_its_charge_period(
    tmp_path: Path, start: str, end: str, first: str, width: str
) -> None:
    path = tmp_path / "focus.csv"
    path.write_text(f"{FOCUS}\n{focus(start, end)}\n")
    with read([str(path)], Reading()) as ledger:
        assert [str(one) for one in column(ledger, "first")] == [first]
        assert column(ledger, "width") == [width]
        found = ledger.query(f"SELECT {END} FROM ledger")[0][0]
        assert found > ledger.query("SELECT last FROM ledger")[0][0]


@pytest.mark.parametrize("end", ["2026-09-04T23:00:00Z", "tomorrow", "2026-13-01"])
def test_a_charge_period_that_ends_before_it_begins_is_impossible(tmp_path: Path, end: str) -> None:
    path = tmp_path / "focus.csv"
    path.write_text(f"{FOCUS}\n{focus('2026-09-05T00:00:00Z', end)}\n")
    assert [(line, reason) for line, _, _, reason in rejects(path)] == [
        (2, "no or impossible date")
    ]


def test_a_focus_row_is_found_again_by_its_period(tmp_path: Path) -> None:
    path = tmp_path / "focus.csv"
    hours = [("2026-09-05T00:00:00Z", f"2026-09-05T0{hour}:00:00Z") for hour in (1, 2)]
    rows = [focus(*hours[0]), focus(*hours[1], cost="abc"), focus(*hours[0], cost="abc")]
    path.write_text("\n".join([FOCUS, *rows, ""]))
    assert [line for line, _, _, _ in rejects(path)] == [3, 4]


def test_of_two_day_wide_focus_rows_only_the_one_after_the_stop_is_a_leak(tmp_path: Path) -> None:
    """A policy from 12:00 (UTC+8) on the 5th: the UTC day of the 5th lies on both sides."""
    path = tmp_path / "focus.csv"
    rows = [focus(f"2026-09-0{day}T00:00:00Z", f"2026-09-0{day + 1}T00:00:00Z") for day in (5, 6)]
    path.write_text("\n".join([FOCUS, *rows, ""]))
    window = Window(datetime(2026, 9, 5, 12), None)
    with read([str(path)], Reading()) as ledger:

        def count(clause: Clause) -> int:
            sql = f"SELECT count(*) FROM ledger WHERE {clause.sql}"
            return int(ledger.query(sql, clause.parameters)[0][0])

        assert (count(window.inside), count(window.straddling)) == (1, 1)


def test_focus_falls_back_to_the_resource_id() -> None:
    header = [name for name in header_of("focus") if name != "x_InstanceID"]
    found = recognise(header)
    assert found.header[found.positions["instance_id"]] == "ResourceId"


@pytest.mark.parametrize("spelling", ["x_InstanceID", "X_InstanceID", "x_InstanceId"])
def test_focus_columns_of_alibaba_are_known_in_any_case(spelling: str) -> None:
    header = [spelling if name == "x_InstanceID" else name for name in header_of("focus")]
    found = recognise(header)
    assert found.header[found.positions["instance_id"]] == spelling


# ---------------------------------------------------- statistic item and statistic period, classic

ITEM = {
    "detail-zh": ("计费项", "用量", "用量单位"),
    "detail-en": ("Billing Item", "Usage", "Usage Unit"),
    "detail-en-old": ("Billing Item", "Usage", "Usage Unit"),
    "detail-tc": ("計費項", "用量", "用量單位"),
}
DATE = {
    "detail-zh": "账单日期",
    "detail-en": "Billing Date",
    "detail-en-old": "Billing Date",
    "detail-tc": "賬單日期",
}
MOMENT = {
    "detail-zh": "消费时间",
    "detail-en": "Consumption Time",
    "detail-en-old": "Usage Start Time",
    "detail-tc": "消費時間",
}
INSTANCE = {
    "detail-zh": "资产/资源实例ID",
    "detail-en": "Instance ID (billing granularity)",
    "detail-en-old": "Instance ID",
    "detail-tc": "執行個體ID",
}


def report(folder: Path, name: str, *, item: bool, period: str, column: bool = True) -> Path:
    """The golden bill's first charge, as the report of that statistic item and period has it."""
    with open(GOLDEN / name / "bill.csv", encoding="utf-8-sig", newline="") as file:
        header, first = (row for _, row in zip(range(2), csv.reader(file), strict=False))
    row = dict(zip(header, first, strict=True))
    row[INSTANCE[name]] = "12345;llm-a;qwen-max;output_token;app;0"
    for time in (DATE[name], MOMENT[name]):
        row.pop(time, None)
    if period == "details":
        row[MOMENT[name]] = "2026-09-05 08:15:00"
    if period == "day" or (period == "month" and column):
        row[DATE[name]] = "2026-09-05" if period == "day" else ""
    if not item:
        for gone in ITEM[name]:
            del row[gone]
    path = folder / "bill.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(row), list(row.values())])
    return path


@pytest.mark.parametrize("name", ITEM)
@pytest.mark.parametrize("item", [True, False], ids=["billable-item", "instance"])
@pytest.mark.parametrize(
    ("period", "column", "start", "width"),
    [
        ("details", True, "05 08:15", "second"),
        ("day", True, "05 00:00", "day"),
        ("month", True, "01 00:00", "month"),
        ("month", False, "01 00:00", "month"),
    ],
)
def test_every_statistic_item_and_period_is_read(
    tmp_path: Path, name: str, item: bool, period: str, column: bool, start: str, width: str
) -> None:
    path = report(tmp_path, name, item=item, period=period, column=column)
    with read([str(path)], Reading()) as ledger:
        assert [file.shape for file in ledger.files] == [name]
        known = {"usage", "usage_unit", "billing_item"} & ledger.files[0].fields
        assert known == ({"usage", "usage_unit", "billing_item"} if item else set())
        sql = "SELECT kind, api_key_id, strftime(first, '%d %H:%M'), width FROM ledger"
        assert ledger.query(sql) == [("charge", "12345", start, width)]
        carried = ledger.query("SELECT billing_item IS NULL, usage IS NULL, unit FROM ledger")
        assert carried == [(not item, not item, "tokens" if item else None)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", BILLS)
def test_a_golden_bill_means_the_same_in_every_encoding(
    tmp_path: Path, name: str, encoding: str
) -> None:
    text = (GOLDEN / name / "bill.csv").read_text("utf-8-sig")
    path = tmp_path / "bill.csv"
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    again, known = summary(path), summary(GOLDEN / name / "bill.csv")
    assert (again.totals, again.rejected) == (known.totals, known.rejected)
    assert again.count("charges") == len(expected(name)["charges"])
