"""CSV of cost, audit and bill inspect: flat, stable columns, and numbers that can be summed."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from made_of import MADE_OF
from rich_bill import audited, costs, rich_audit, rich_cost, rich_inspection

from govern.judge.audit import narrative as audit_narrative
from govern.judge.cost import narrative as cost_narrative
from govern.model.cost import UsageSum
from govern.model.document import Document
from govern.report import FORMATS
from govern.report.page import Page


def rows_of(document: Document) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(FORMATS["csv"].render(document, Page()))))


def header_of(document: Document) -> list[str]:
    return next(csv.reader(io.StringIO(FORMATS["csv"].render(document, Page()))))


def test_cost_has_a_line_per_group_and_currency_with_usage_beside_it() -> None:
    key = next(row for row in rows_of(rich_cost()) if row["api_key_id"] == "20001")
    assert key == {
        "workspace_id": "llm-研发",
        "api_key_id": "20001",
        "api_key_name": "王小明的密钥",
        "workspace_name": "研发部",
        "currency": "CNY",
        "billed_cost": "238.36",  # 230.4 + 0.96 + 7
        "list_cost": "296.2",  # 288 + 1.2 + 7
        "taken_off": "57.84",
        "charges": "3",
        "groups": "1",
        "month": "2026-09",
        "month_before": "2026-08",
        "billed_cost_before": "48",
        "change": "190.36",
        "change_kind": "grown",
        "usage_characters": "35000",  # 3.5 times ten thousand
        "effective_price_per_10k_characters": "2",  # 7 for 3.5
        "usage_tokens": "12050000",
        "effective_price_per_1M_tokens": "19.2",  # 231.36 for 12.05
    }


def test_the_lines_of_a_currency_sum_to_the_bill() -> None:
    rows = rows_of(rich_cost())
    sums = {
        currency: sum(Decimal(row["billed_cost"]) for row in rows if row["currency"] == currency)
        for currency in ("CNY", "USD")
    }
    # September: 238.36 + 0.5628 - 0.5 + 1 + 7.45 + 0 + 0.6 + 20, and 98 + 0.15.
    assert sums == {"CNY": Decimal("267.4728"), "USD": Decimal("98.15")}


def test_the_rest_says_how_many_groups_it_is_and_names_none() -> None:
    rest = rows_of(rich_cost())[-1]
    # Without the three dearest in CNY: 20002, 20003, 20005, no key, and 20006 of August.
    assert (rest["groups"], rest["workspace_id"], rest["api_key_id"]) == ("5", "", "")
    assert rest["billed_cost"] == "1.6628"


def test_what_the_layout_does_not_carry_is_none_and_what_is_empty_is_blank() -> None:
    rows = rows_of(cost_narrative.document(costs("api_key_id")))
    assert {row["api_key_id"] for row in rows} >= {"none", ""}


def test_cost_without_a_row_has_its_header_all_the_same() -> None:
    nothing = replace(costs("service"), rows=(), totals=())
    assert header_of(cost_narrative.document(nothing)) == [
        *("service", "currency", "billed_cost", "list_cost", "taken_off", "charges", "groups")
    ]


def test_a_unit_nobody_knows_has_a_column_too() -> None:
    report = costs("service")
    used = (UsageSum("GPU小时", Decimal(3), Decimal("1.5")), UsageSum(None, Decimal(4), Decimal(1)))
    row = replace(report.rows[0], usage=used)
    (shown,) = rows_of(cost_narrative.document(replace(report, rows=(row,))))
    assert (shown["usage_GPU小时"], shown["effective_price_per_GPU小时"]) == ("3", "0.5")
    assert (shown["usage_none"], shown["effective_price_per_none"]) == ("4", "0.25")


AUDIT = """
subject state api_key_id api_key_name workspace_id workspace_name owner region_id sub_account_id
reason first_charge last_charge charges models channels stopped_at stop_source proved_until
look_again_at bill_file bill_line
""".split()


def test_audit_has_the_same_columns_for_every_bill_but_for_currencies() -> None:
    assert header_of(rich_audit()) == [
        *AUDIT,
        *("billed_cost_CNY", "billed_cost_USD", "per_day_CNY", "per_day_USD"),
        *("billed_cost_after_stop_CNY", "billed_cost_after_stop_USD"),
        *("charges_after_stop_CNY", "charges_after_stop_USD"),
        *("first_charge_after_stop_CNY", "first_charge_after_stop_USD"),
    ]
    empty = replace(audited(), keys=(), workspaces=())
    assert header_of(audit_narrative.document(empty)) == AUDIT


def test_audit_tells_a_leak_in_one_line() -> None:
    leak = rows_of(rich_audit())[0]
    assert [leak[name] for name in ("subject", "state", "api_key_id", "workspace_id")] == [
        *("api_key", "leaking", "20001", "llm-研发")
    ]
    assert (leak["billed_cost_CNY"], leak["billed_cost_USD"]) == ("286.36", "")
    assert (leak["billed_cost_after_stop_CNY"], leak["charges_after_stop_CNY"]) == ("0.96", "1")
    assert leak["first_charge_after_stop_CNY"] == "2026-09-28 23:59:00"
    assert (leak["stopped_at"], leak["stop_source"]) == ("2026-09-20 18:00:00", "inventory")
    assert (leak["models"], leak["bill_line"]) == ("cosyvoice-v3; qwen3-max", "3")


def test_every_state_of_an_audit_is_in_its_csv() -> None:
    states = {row["state"] for row in rows_of(rich_audit()) if row["subject"] == "api_key"}
    assert states == {"leaking", "charging", "settling", "stopped", "quiet", "unused"}


@pytest.mark.parametrize("subject", ["api_key", "workspace"])
def test_keys_and_workspaces_each_sum_to_the_bill(subject: str) -> None:
    rows = [row for row in rows_of(rich_audit()) if row["subject"] == subject]
    # August's 48 + 0.72 + 8 with September's 267.4728.
    assert sum(Decimal(row["billed_cost_CNY"] or 0) for row in rows) == Decimal("324.1928")
    assert sum(Decimal(row["billed_cost_USD"] or 0) for row in rows) == Decimal("98.15")


def test_an_inspection_has_a_line_per_file() -> None:
    rows = rows_of(rich_inspection())
    assert [row["rows"] for row in rows] == ["15", "2", "3"]
    assert rows[0] == {
        "path": "账单/九月/1234567890123456-20261001093000_202609_consumedetailbillv2.csv",
        "shape": "detail-zh",
        "rows": "15",
        "charges": "13",
        "other": "1",
        "rejected": "1",
        "duplicates": "0",
        "totals_rows": "0",
        "billed_cost_column": "应付金额",
        "time": "minute",
        "exported_at": "2026-10-01 09:30:00",
    }


@pytest.mark.parametrize("kind", [kind for kind in MADE_OF if kind != "check"])
def test_no_cell_is_a_nested_value(kind: str) -> None:
    for row in rows_of(MADE_OF[kind]("x")):
        assert not [cell for cell in row.values() if set(cell) & set("[]{}")]
