"""Two months compared: what is new, gone, grown, shrunk or the same, worked out by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from asking import ask
from bills import bill, paid

from govern.judge.cost.narrative import document
from govern.model.errors import GovernError


def of(month: str, model: str, amount: str, **cells: str) -> str:
    instance = f"12345;llm-a;{model};output_token;app;0"
    date = {"账单月份": month, "账单日期": f"{month}-05", "资产/资源实例ID": instance}
    return paid(amount, **date, **cells)


@pytest.fixture
def months(tmp_path: Path) -> Path:
    """August and September; other currencies and a month in between are in other tests."""
    return bill(
        tmp_path,
        of("2026-08", "stays", "3"),
        of("2026-08", "grows", "1.5"),
        of("2026-08", "shrinks", "4"),
        of("2026-08", "goes", "2"),
        of("2026-08", "free", "0"),
        of("2026-09", "stays", "1"),
        of("2026-09", "stays", "2"),
        of("2026-09", "grows", "10"),
        of("2026-09", "shrinks", "0.5"),
        of("2026-09", "free", "0"),
        of("2026-09", "comes", "7"),
        of("2026-09", "refunded", "-1"),
    )


def changes(path: Path, **more: object) -> dict[str | None, tuple[str, str, str, str]]:
    rows = ask(path, by="model", compare="2026-08", **more).rows
    documents = [row.document() for row in rows]
    return {
        one["model"]: (
            one["billed_cost"],
            *(one["compare"][k] for k in ("before", "change", "kind")),
        )
        for one in documents
    }


def test_each_group_of_either_month_says_what_became_of_it(months: Path) -> None:
    assert changes(months) == {
        "stays": ("3", "3", "0", "same"),
        "grows": ("10", "1.5", "8.5", "grown"),
        "shrinks": ("0.5", "4", "-3.5", "shrunk"),
        "goes": ("0", "2", "-2", "gone"),
        "comes": ("7", "0", "7", "new"),
        "refunded": ("-1", "0", "-1", "new"),
        # It was there in both months, and cost nothing in either.
        "free": ("0", "0", "0", "same"),
    }


def test_the_total_is_compared_as_well(months: Path) -> None:
    report = ask(months, by="model", compare="2026-08")
    (total,) = report.totals
    # 3 + 1.5 + 4 + 2 + 0, and 3 + 10 + 0.5 + 0 + 7 - 1.
    assert total.document()["compare"] == {"before": "10.5", "change": "9", "kind": "grown"}
    assert (total.document()["billed_cost"], total.charges) == ("19.5", 7)
    assert report.months == ("2026-08", "2026-09")
    assert report.document()["compare"] == {"month": "2026-08", "with": "2026-09"}


def test_the_later_month_may_be_the_one_that_is_compared_with(months: Path) -> None:
    report = ask(months, by="model", compare="2026-09")
    assert report.months == ("2026-09", "2026-08")
    kinds = {row.values[0][1]: row.document()["compare"]["kind"] for row in report.rows}
    assert (kinds["comes"], kinds["goes"], kinds["grows"]) == ("gone", "new", "shrunk")


def test_the_rest_below_top_is_compared_as_one(months: Path) -> None:
    # grows 10, comes 7, and below them 3 + 0.5 + 0 + 0 - 1 against 3 + 4 + 2 + 0 + 0.
    assert changes(months, top=2)[None] == ("2.5", "9", "-6.5", "shrunk")


def test_a_rest_that_is_all_new_is_new(tmp_path: Path) -> None:
    rows = [of("2026-08", "a", "5"), of("2026-09", "a", "5")]
    rows += [of("2026-09", model, "1") for model in ("b", "c")]
    assert changes(bill(tmp_path, *rows), top=1)[None] == ("2", "0", "2", "new")


def test_only_what_is_asked_for_is_compared(months: Path) -> None:
    assert set(changes(months, where=["model=g*"])) == {"grows", "goes"}


def test_each_currency_is_compared_with_itself(tmp_path: Path) -> None:
    path = bill(
        tmp_path,
        of("2026-08", "a", "5"),
        of("2026-09", "a", "4"),
        of("2026-09", "a", "6", 定价币种="USD"),
    )
    rows = [row.document() for row in ask(path, by="model", compare="2026-08").rows]
    told = {one["currency"]: (one["compare"]["before"], one["compare"]["kind"]) for one in rows}
    assert told == {"CNY": ("5", "shrunk"), "USD": ("0", "new")}


def test_of_three_months_the_last_is_shown_and_the_one_left_out_is_named(tmp_path: Path) -> None:
    rows = [of(month, "a", "5") for month in ("2026-07", "2026-08", "2026-09")]
    report = ask(bill(tmp_path, *rows, of("2026-07", "b", "0.25")), by="model", compare="2026-08")
    assert report.months == ("2026-08", "2026-09")
    assert "Left out: 2026-07 (5.25 CNY)." in report.notes


def test_a_month_that_is_not_over_in_the_bill_is_said_to_be(months: Path) -> None:
    report = ask(months, by="model", compare="2026-08")
    # Known by its last charge, of 5 September, which is known to the day.
    assert report.notes[0] == (
        "2026-09 isn't whole: the bill reaches 2026-09-05, so what is gone or shrunk may "
        "only be on its way."
    )


def test_a_whole_month_needs_no_such_remark(tmp_path: Path) -> None:
    rows = [of("2026-08", "a", "5"), of("2026-09", "a", "5")]
    path = bill(tmp_path, *rows, name="1902910424969427-20261004093000_202609_detail.csv")
    assert ask(path, by="model", compare="2026-08", as_of=datetime(2026, 10, 5)).notes == ()


@pytest.mark.parametrize(
    ("month", "where", "told"),
    [
        ("2026-07", (), "--compare 2026-07: the bill must hold it and another month; it has "),
        ("2026-08", ("month=2026-08",), "another month; it has 2026-08"),
        ("2026-08", ("model=nobody",), "another month; it has no such charge"),
    ],
)
def test_a_month_without_another_is_refused(
    months: Path, month: str, where: tuple[str, ...], told: str
) -> None:
    with pytest.raises(GovernError) as refused:
        ask(months, by="model", compare=month, where=where)
    assert refused.value.cause == "usage"
    assert told in str(refused.value)


@pytest.mark.parametrize("by", ["day", "model,week", "month"])
def test_periods_within_two_months_are_refused_before_the_bill_is_read(by: str) -> None:
    with pytest.raises(GovernError) as refused:
        ask(Path("no-such-bill.csv"), by=by, compare="2026-08")
    assert refused.value.cause == "usage"
    assert "takes them apart" in str(refused.value)


def test_people_see_the_change_with_its_sign(months: Path) -> None:
    section = document(ask(months, by="model", compare="2026-08")).sections()[0]
    assert section.heading == "19.5 CNY: 7 charges in 2026-09, compared with 2026-08"
    at = section.columns.index("before")
    cells = {row[0]: row[at : at + 3] for row in section.rows}
    assert cells["grows"] == ["1.5", "+8.5", "grown"]
    assert cells["goes"] == ["2", "-2", "gone"]
    assert cells["total"] == ["10.5", "+9", "grown"]
