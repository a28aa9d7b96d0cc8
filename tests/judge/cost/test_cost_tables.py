"""Tables, bars and sparklines for people: they line up, fit, and do nobody harm."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest
from asking import ask
from bills import bill, paid
from oracle.build import random_quirks, random_rows, write_bill
from seeds import seeds
from wcwidth import wcswidth

from govern.judge.cost.narrative import document
from govern.model.draw import bar, sparkline
from govern.report import FORMATS
from govern.report.page import Page


@pytest.mark.parametrize(
    ("value", "largest", "drawn"),
    [
        ("10", "10", "████"),
        ("5", "10", "██"),
        ("0.3125", "10", "▏"),  # an eighth of a character
        ("0.0000001", "10", "▏"),  # more than nothing is seen
        ("6.25", "10", "██▌"),
        ("0", "10", ""),
        ("-3", "10", ""),
        ("-3", "-1", ""),
        ("99999999999999.999999999999999", "99999999999999.999999999999999", "████"),
    ],
)
def test_a_bar_is_as_long_as_its_share(value: str, largest: str, drawn: str) -> None:
    assert bar(Decimal(value), Decimal(largest), width=4) == drawn


def test_no_bar_is_longer_than_its_column() -> None:
    for eighths in range(1, 97):
        drawn = bar(Decimal(eighths), Decimal(96))
        assert len(drawn) == -(-eighths // 8)
        assert set(drawn[:-1]) <= {"█"}


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ("1 2 3 4 5 6 7 8", "▂▃▄▅▆▇██"),
        ("0 8 -8 0.001", "·█·▁"),
        ("0 0", "··"),
        ("-1 -2", "··"),
        ("", ""),
    ],
)
def test_a_sparkline_has_a_character_per_step(values: str, drawn: str) -> None:
    assert sparkline([Decimal(value) for value in values.split()]) == drawn


def daily(folder: Path, amounts: dict[str, list[str]]) -> Path:
    """A bill of some models, each with an amount for each day from 1 September on."""
    return bill(
        folder,
        *(
            paid(
                amount,
                目录总价=amount,
                账单日期=f"2026-09-{day:02}",
                **{"资产/资源实例ID": f"1;llm-a;{model};output_token;app;0"},
            )
            for model, several in amounts.items()
            for day, amount in enumerate(several, start=1)
        ),
    )


def test_each_group_has_its_trend_and_the_total_has_one(tmp_path: Path) -> None:
    path = daily(tmp_path, {"a": ["4", "8", "0", "1"], "b": ["1", "0", "0", "0"]})
    trend = document(ask(path, by="model")).sections()[1]
    assert trend.heading == "By day, 2026-09-01 to 2026-09-04"
    assert trend.columns == ["model", "trend", "highest day", "cost, CNY", "last day"]
    assert trend.rows == [
        ["total", "▆█·▂", "2026-09-02", "8", "1"],
        ["a", "▅█·▂", "2026-09-02", "8", "1"],
        ["b", "█···", "2026-09-01", "1", "0"],
    ]


def test_days_between_charges_are_steps_too(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1", 账单日期="2026-09-01"), paid("2", 账单日期="2026-09-30"))
    trend = document(ask(path, by="model")).sections()[1]
    assert trend.rows[0][1] == "▅" + "·" * 28 + "█"


def test_two_days_are_no_trend(tmp_path: Path) -> None:
    headings = [one.heading for one in document(ask(daily(tmp_path, {"a": ["1", "2"]}))).sections()]
    assert not [heading for heading in headings if heading.startswith("By ")]


def test_over_months_a_step_is_a_week_and_then_a_month(tmp_path: Path) -> None:
    def heading(*days: str) -> str:
        rows = (paid("1", 账单日期=day, 账单月份=day[:7]) for day in days)
        return document(ask(bill(tmp_path, *rows), by="model")).sections()[1].heading

    # 31 August 2026 is a Monday.
    assert heading("2026-09-02", "2026-10-20") == "By week, 2026-08-31 to 2026-10-19"
    assert heading("2026-01-02", "2026-12-20") == "By month, 2026-01 to 2026-12"


def test_months_that_are_known_as_months_only_have_a_trend_too(tmp_path: Path) -> None:
    months = ("2026-06", "2026-07", "2026-09")
    path = bill(tmp_path, *(paid("1", 账单日期="", 账单月份=month) for month in months))
    trend = document(ask(path, by="model")).sections()[1]
    assert (trend.heading, trend.rows[0][1]) == ("By month, 2026-06 to 2026-09", "██·█")


def test_the_dearest_thirty_are_drawn(tmp_path: Path) -> None:
    path = daily(tmp_path, {f"model-{at:02}": [str(at), "1", "1"] for at in range(1, 36)})
    trend = document(ask(path, by="model")).sections()[1]
    assert len(trend.rows) == 31
    assert "The dearest 30 are drawn, 5 more aren't." in trend.sentences
    assert trend.rows[1][0] == "model-35"


NAMES = ("qwen-max", "通义千问-超大杯", "qwen-audio-3.1-tts-flash-2026-09-01", "百炼" * 20)


@pytest.mark.parametrize("width", [40, 60, 87, 88, 100, 120, 160, 300])
@pytest.mark.parametrize("by", ["model", "model,meter,channel", "model,day", "day"])
def test_no_line_is_wider_than_the_terminal(tmp_path: Path, by: str, width: int) -> None:
    path = daily(tmp_path, {name: ["123456.123456789", "0.1", "3"] for name in NAMES})
    text = FORMATS["table"].render(document(ask(path, by=by)), Page(width))
    _, *lines = text.splitlines()
    wide = [line for line in lines if wcswidth(line) > width]
    # An id that has no room isn't broken.
    assert not wide or (width == 40 and {line.split()[-1] for line in wide} <= set(NAMES))


@pytest.mark.parametrize("by", ["model", "model,day"])
@pytest.mark.parametrize("width", [40, 60, 88, 120, 160])
def test_no_amount_is_lost_or_broken_where_it_is_narrow(
    tmp_path: Path, by: str, width: int
) -> None:
    path = daily(tmp_path, {name: ["123456.123456789", "0.1", "3"] for name in NAMES[:3]})
    shown = document(ask(path, by=by))
    words = FORMATS["table"].render(shown, Page(width)).split()
    section = shown.sections()[0]
    cells = [row[at] for row in section.rows for at in section.right if row[at]]
    assert len(cells) >= 16
    assert [cell for cell in cells if cell not in words] == []


def test_columns_line_up_with_chinese_names(tmp_path: Path) -> None:
    path = daily(tmp_path, {name: ["5", "2", "3"] for name in NAMES[:3]})
    text = FORMATS["table"].render(document(ask(path, by="model")), Page(160))
    lines = text.split("\n\n")[1].splitlines()
    # Amounts are aligned to the right, bars start in one column.
    ends = {wcswidth(line[: line.index(" 10") + 3]) for line in lines[2:5]}
    assert len(ends) == 1
    assert len({wcswidth(line[: line.index("█")]) for line in lines[2:5]}) == 1


HOSTILE = ("::error::x", "a|b", "<script>", "\x1b[31mred", "@everyone", "=1+1", "[x](y)")


def test_values_as_column_heads_do_no_harm(tmp_path: Path) -> None:
    path = daily(tmp_path, {name: ["5", "2", "3"] for name in HOSTILE})
    shown = document(ask(path, by="model,day"))
    assert len(shown.sections()[0].columns) == len(HOSTILE) + 3
    table = FORMATS["table"].render(shown, Page(160))
    assert "\x1b" not in table
    assert not [line for line in table.splitlines() if line.lstrip().startswith("::")]
    markdown = FORMATS["markdown"].render(shown, Page(160))
    head = next(line for line in markdown.splitlines() if line.startswith("| day"))
    assert head.replace("\\|", "").count("|") == len(HOSTILE) + 4
    for harm in ("<script>", "\x1b", " @everyone", " [x](y)"):
        assert harm not in markdown.replace(f"`{harm.strip()}`", "")


@pytest.mark.parametrize("seed", seeds(2, 8))
def test_of_any_bill_periods_and_groups_come_to_the_same(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    path = tmp_path / "bill.csv"
    write_bill(path, "v2", random_rows(rng, 60), rng, quirks=random_quirks(rng))
    report = ask(path, by="sub_account_id,week")
    section = document(report).sections()[0]
    if section.columns[0] != "week":
        pytest.skip("too many groups to stand side by side")
    several = len(report.totals) > 1
    for row in section.rows:
        cells = [cell.split(" ")[0] for cell in row[1:-1]]
        assert sum(map(Decimal, filter(None, cells[:-1]))) == Decimal(cells[-1])
    for total in report.totals:
        of = total.currency
        lines = [row for row in section.rows if not several or row[-2].endswith(of)]
        amounts = [Decimal(row[-2].split(" ")[0]) for row in lines]
        assert sum(amounts[:-1]) == amounts[-1] == total.billed_cost
