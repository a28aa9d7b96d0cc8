"""Days, weeks that begin on Monday, and billing months."""

from __future__ import annotations

from pathlib import Path

from asking import ask, costs, values
from bills import bill, paid


def on(day: str, amount: str, **cells: str) -> str:
    return paid(amount, **{"账单日期": day, "账单月份": day[:7], **cells})


def test_a_week_begins_on_monday_and_is_named_by_it(tmp_path: Path) -> None:
    # 30 August 2026 is a Sunday, 31 August and 7 September are Mondays.
    days = ("2026-08-30", "2026-08-31", "2026-09-06", "2026-09-07")
    path = bill(tmp_path, *(on(day, str(at)) for at, day in enumerate(days, start=1)))
    assert costs(ask(path, by="week")) == {
        ("2026-08-24",): "1",
        ("2026-08-31",): "5",
        ("2026-09-07",): "4",
    }
    assert costs(ask(path, by="day")) == {(day,): str(at) for at, day in enumerate(days, start=1)}


def test_a_month_is_the_billing_month_and_a_day_is_the_charges_own(tmp_path: Path) -> None:
    path = bill(tmp_path, on("2026-08-31", "1", 账单月份="2026-09"), on("2026-09-01", "2"))
    assert costs(ask(path, by="month")) == {("2026-09",): "3"}
    assert costs(ask(path, by="month,day")) == {
        ("2026-09", "2026-08-31"): "1",
        ("2026-09", "2026-09-01"): "2",
    }


def test_what_is_known_to_the_month_only_has_no_day_and_no_week(tmp_path: Path) -> None:
    path = bill(tmp_path, on("2026-09-01", "2"), paid("5", 账单日期=""))
    report = ask(path, by="day,week,month")
    assert {values(row): row.document()["billed_cost"] for row in report.rows} == {
        ("2026-09-01", "2026-08-31", "2026-09"): "2",
        (None, None, "2026-09"): "5",
    }
    assert report.notes == ("1 charge (5 CNY) known to the month only: no day and no week (none).",)


def test_a_period_can_be_asked_for(tmp_path: Path) -> None:
    path = bill(tmp_path, on("2026-08-30", "1"), on("2026-09-01", "2"), paid("5", 账单日期=""))

    def total(*where: str) -> str:
        (row,) = ask(path, where=where).totals
        return row.document()["billed_cost"]

    assert total("month=2026-09") == "7"
    assert total("day=2026-09-01") == "2"
    assert total("day=2026-09-*") == "2"
    assert total("day=none") == "5"
    assert total("day!=2026-09-01") == "6"
    assert total("week=2026-08-24,2026-08-31") == "3"


def test_the_groups_of_a_day_stand_side_by_side(tmp_path: Path) -> None:
    from govern.judge.cost.narrative import document

    training = {"商品Code": "sfm_training_public_cn", "商品名称": "百炼大模型训练"}
    path = bill(
        tmp_path,
        on("2026-09-01", "1"),
        on("2026-09-01", "2", **training),
        on("2026-09-03", "4"),
        on("2026-09-03", "-4"),
    )
    section = document(ask(path, by="service,day")).sections()[0]
    assert section.columns == ["day", "training", "inference", "total, CNY", ""]
    # Nothing at all is not the same as charges that come to nothing.
    assert section.rows == [
        ["2026-09-01", "2", "1", "3", "████████████"],
        ["2026-09-03", "", "0", "0", ""],
        ["total", "2", "1", "3", ""],
    ]


def test_two_currencies_of_a_day_stand_in_two_lines(tmp_path: Path) -> None:
    from govern.judge.cost.narrative import document

    path = bill(
        tmp_path,
        on("2026-09-01", "1"),
        on("2026-09-01", "2", 定价币种="USD"),
        on("2026-09-02", "4"),
    )
    section = document(ask(path, by="service,day")).sections()[0]
    assert [row[:3] for row in section.rows] == [
        ["2026-09-01", "1 CNY", "1 CNY"],
        ["2026-09-01", "2 USD", "2 USD"],
        ["2026-09-02", "4 CNY", "4 CNY"],
        ["total", "5 CNY", "5 CNY"],
        ["total", "2 USD", "2 USD"],
    ]


def test_many_groups_stand_below_each_other_with_all_their_figures(tmp_path: Path) -> None:
    from govern.judge.cost.narrative import document

    rows = [
        on("2026-09-01", "1", **{"资产/资源实例ID": f"1;llm-a;model-{at};output_token;app;0"})
        for at in range(9)
    ]
    section = document(ask(bill(tmp_path, *rows), by="day,model")).sections()[0]
    assert section.columns[:2] == ["day", "model"]
    assert "charges" in section.columns
    assert len(section.rows) == 10
