"""Single figures of a cost report, worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from asking import ask, costs
from bills import bill, paid

from govern.judge.cost.narrative import document
from govern.model.cost import CostReport, UsageSum


def of(instance: str, amount: str, **cells: str) -> str:
    return paid(amount, **{"资产/资源实例ID": instance, **cells})


def usage_of(report: CostReport) -> list[tuple[str | None, str, str, str | None]]:
    (total,) = report.document()["totals"]
    keys = ("unit", "quantity", "billed_cost", "effective_price")
    return [tuple(one[key] for key in keys) for one in total["usage"]]


def test_a_value_that_is_not_there_is_null_and_an_empty_one_is_empty(tmp_path: Path) -> None:
    path = bill(
        tmp_path,
        of("1;llm-a;m;output_token;app;0", "1"),
        of(";llm-a;m;output_token;app;0", "2"),  # the field is there, and empty
        of("text_token;llm-a;m;output_token;app", "4"),  # the layout has no key
    )
    assert costs(ask(path, by="api_key_id")) == {("1",): "1", ("",): "2", (None,): "4"}
    rows = document(ask(path, by="api_key_id")).sections()[0].rows
    assert [row[0] for row in rows] == ["none", "(empty)", "1", "total"]


def test_rows_are_dearest_first_and_refunds_last(tmp_path: Path) -> None:
    amounts = {"a": "0.5", "b": "10", "c": "-3", "d": "9.5"}
    path = bill(tmp_path, *(of(f"1;llm-a;{m};t_token;app;0", a) for m, a in amounts.items()))
    assert list(costs(ask(path, by="model"))) == [("b",), ("d",), ("a",), ("c",)]


def test_two_currencies_are_never_added(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"), paid("2", 定价币种="USD"), paid("4"))
    report = ask(path, by="model", top=1).document()
    for rows in (report["rows"], report["totals"]):
        told = [(row["currency"], row["billed_cost"], row["charges"]) for row in rows]
        assert sorted(told) == [("CNY", "5", 2), ("USD", "2", 1)]
    assert document(ask(path, by="model")).sections()[0].heading == "5 CNY, 2 USD: 3 charges"


def test_units_are_never_added_and_each_has_its_own_price(tmp_path: Path) -> None:
    path = bill(
        tmp_path,
        paid("2", 用量="500", 用量单位="千tokens"),
        paid("1", 用量="250000", 用量单位="Token"),
        paid("3", 用量="4", 用量单位="张"),
        paid("7", 用量="3.5", 用量单位="万字"),
        paid("9", 用量="", 用量单位=""),
        paid("5", 用量="2", 用量单位="个"),
    )
    assert usage_of(ask(path)) == [
        ("characters", "35000", "7", "2"),  # for 10000 of them
        ("images", "4", "3", "0.75"),
        ("tokens", "750000", "3", "4"),  # for a million
        ("个", "2", "5", "2.5"),
    ]


def test_a_price_is_of_the_charges_that_have_usage(tmp_path: Path) -> None:
    # A correction without usage, in the same unit: it makes the tokens no cheaper.
    path = bill(tmp_path, paid("6", 用量="1000"), paid("-5", 用量=""))
    assert usage_of(ask(path)) == [("tokens", "1000000", "6", "6")]


@pytest.mark.parametrize(
    ("cost", "quantity", "price"),
    [
        ("1", "3000000", "0.333333"),
        ("2", "3000000", "0.666667"),
        ("0.0000012345650", "1", "1.23457"),  # half up, where half to even gives 1.23456
        ("1234567", "1000000", "1234570"),  # six digits, not six decimals
        ("-2", "3000000", "-0.666667"),
        ("0", "5", "0"),
        ("5", "0", None),
    ],
)
def test_a_price_is_rounded_half_up_to_six_digits(
    cost: str, quantity: str, price: str | None
) -> None:
    used = UsageSum("tokens", Decimal(quantity), Decimal(cost)).document()
    assert (used["effective_price"], used["effective_price_per"]) == (price, "1000000")


def test_that_prices_are_rounded_is_said_where_there_are_prices(tmp_path: Path) -> None:
    def said(*rows: str) -> str:
        sections = document(ask(bill(tmp_path, *rows), by="model")).sections()
        return " ".join(sentence for section in sections for sentence in section.sentences)

    assert "rounded half up to 6 digits. All other amounts are exact." in said(paid("1"))
    assert "rounded half up" not in said(paid("1", 用量="", 用量单位=""))


def test_what_was_taken_off_is_of_the_charges_that_have_a_list_cost(tmp_path: Path) -> None:
    path = bill(
        tmp_path,
        paid("8", 目录总价="10"),
        paid("5", 目录总价=""),  # the same in everything else
        paid("-1", 目录总价=""),
    )
    (row,) = ask(path, by="model").document()["rows"]
    assert (row["billed_cost"], row["list_cost"], row["taken_off"]) == ("12", "10", "2")


def test_without_any_list_cost_nothing_is_said_of_it(tmp_path: Path) -> None:
    report = ask(bill(tmp_path, paid("8", 目录总价="")), by="model")
    (row,) = report.document()["rows"]
    assert (row["list_cost"], row["taken_off"]) == (None, None)
    assert "list cost" not in document(report).sections()[0].columns


def test_list_cost_has_its_columns_only_where_it_tells_something(tmp_path: Path) -> None:
    same = document(ask(bill(tmp_path, paid("8", 目录总价="8")), by="model")).sections()
    assert "list cost" not in same[0].columns
    assert "List cost isn't shown: every line was billed at it." in same[-1].sentences
    other = document(ask(bill(tmp_path, paid("7.5", 目录总价="10")), by="model")).sections()[0]
    assert other.rows[0][other.columns.index("taken off")] == "2.5 (25%)"


def test_a_share_that_is_next_to_nothing_is_not_shown_as_nothing(tmp_path: Path) -> None:
    section = document(ask(bill(tmp_path, paid("9999", 目录总价="10000")), by="model")).sections()[
        0
    ]
    assert section.rows[0][section.columns.index("taken off")] == "1 (<0.1%)"


UNPARSED = {"资产/资源实例ID": "ptu-0260"}


def test_an_unknown_layout_keeps_its_money_and_is_named(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"), paid("20", **UNPARSED))
    report = ask(path, by="model,meter")
    assert costs(report) == {(None, None): "20", ("qwen-max", "output_token"): "1"}
    assert report.notes == (
        "1 charge (20 CNY) with an Instance ID of no known layout: their model and meter aren't "
        "known (none).",
    )
    assert ask(path, by="service").notes == ()


@pytest.mark.parametrize("where", ["model=qwen-max", "model!=qwen-max", "model=none"])
def test_what_could_match_is_left_out_and_named(tmp_path: Path, where: str) -> None:
    path = bill(tmp_path, paid("1"), paid("20", **UNPARSED))
    report = ask(path, by="model", where=[where])
    assert report.notes[0] == (
        "1 charge (20 CNY) with an Instance ID of no known layout: left out, since nobody knows "
        "whether they match."
    )
    assert [total.document()["billed_cost"] for total in report.totals] == (
        ["1"] if where == "model=qwen-max" else []
    )


def test_what_surely_does_not_match_is_not_mentioned(tmp_path: Path) -> None:
    deployed = {"商品Code": "sfm_deployment_public_cn", "商品名称": "百炼大模型部署", **UNPARSED}
    path = bill(tmp_path, paid("1"), paid("20", **deployed))
    assert ask(path, where=["model=qwen-max", "service=inference"]).notes == ()


def test_an_instance_id_ends_where_its_words_end(tmp_path: Path) -> None:
    instance = "1;llm-a;m;output_token;app;0"
    path = bill(tmp_path, of(instance, "1"), of(instance + "\t", "2"))
    assert costs(ask(path, by="instance_id")) == {(instance,): "3"}
    assert costs(ask(path, by="instance_id", where=[f"instance_id={instance}"])) == {
        (instance,): "3"
    }


def test_a_literal_that_occurs_nowhere_is_named(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"))
    where = ["model=qwen-max,qwen-plsu", "month=2026-09,2026-10", "instance_id=x", "channel=b*"]
    report = ask(path, where=where)
    assert report.notes == ("Not in this bill: qwen-plsu, 2026-10, x.",)
    assert (report.exit.code, report.rows) == (3, ())


def test_a_wildcard_matches_neither_an_empty_value_nor_a_missing_one(tmp_path: Path) -> None:
    path = bill(
        tmp_path,
        of("1;llm-a;m;output_token;app;0", "1"),
        of(";llm-a;m;output_token;app;0", "2"),
        of("text_token;llm-a;m;output_token;app", "4"),
    )

    def total(where: str) -> str:
        (row,) = ask(path, where=[where]).totals
        return row.document()["billed_cost"]

    assert total("api_key_id=*") == "1"
    assert total("api_key_id=") == total('api_key_id=""') == "2"
    assert total("api_key_id=none") == "4"
    assert total("api_key_id!=*") == "6"
    assert total("api_key_id=,none") == "6"


def test_other_products_are_never_added(tmp_path: Path) -> None:
    other = {"产品Code": "ecs", "产品名称": "云服务器ECS", "商品Code": "ecs", "商品名称": "ECS"}
    path = bill(tmp_path, paid("1"), paid("100", **other))
    report = ask(path, by="service")
    assert costs(report) == {("inference",): "1"}
    assert report.document()["bill"]["totals"][0]["other_cost"] == "100"


def test_a_bill_without_a_charge_is_not_judged(tmp_path: Path) -> None:
    other = {"产品Code": "ecs", "产品名称": "云服务器ECS", "商品Code": "ecs", "商品名称": "ECS"}
    report = ask(bill(tmp_path, paid("100", **other)), by="service")
    assert (report.exit.code, report.rows, report.totals) == (3, (), ())
    heading = document(report).sections()[0].heading
    assert heading == "NOT JUDGED: the bill has no Model Studio charge (exit code 3)"


def test_a_rejected_row_is_said_before_the_sum(tmp_path: Path) -> None:
    report = ask(bill(tmp_path, paid("1"), paid("abc")), by="service")
    assert report.exit.code == 4
    heading = document(report).sections()[0].heading
    assert heading == "NOT TRUSTED: 1 row was rejected (exit code 4). 1 CNY: 1 charge"


def test_an_overlap_that_cannot_be_decided_shows_no_sum(tmp_path: Path) -> None:
    one = bill(tmp_path, paid("1", 主键="k"), name="one.csv")
    other = bill(tmp_path, paid("2", 主键="k"), name="other.csv")
    report = ask(one, other, by="service")
    assert (report.exit.code, report.rows, report.totals) == (4, (), ())
    heading = document(report).sections()[0].heading
    assert heading.startswith("NOT TRUSTED: ") and heading.endswith(" (exit code 4)")
