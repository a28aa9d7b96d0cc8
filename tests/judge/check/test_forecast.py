"""``forecast_cost``: so far, and the average of seven days for each day that is left."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from measuring import charge, ended, fired, judged

RULE = "per: api_key, limit: {forecast_cost: 500 CNY}"
UNPARSED = "no known layout"
#: Two days later, every charge up to the 11th has arrived: ten days are whole.
EXPORTED = "2026-09-13T06:00"


def days(cost: str, first: int = 1, last: int = 10, key: str = "7") -> list[str]:
    return [charge(cost, f"2026-09-{day:02}", key=key) for day in range(first, last + 1)]


def test_each_day_left_costs_the_average_of_the_last_seven_whole_days(tmp_path: Path) -> None:
    # 3 days of 15 and 7 of 20 are 185; 20 days of 20 are left.
    rows = days("15", 1, 3) + days("20", 4, 10) + days("4", 1, 10, key="8")
    # The 11th isn't over: what it cost so far is in the estimate of its day.
    report = judged(tmp_path, RULE, *rows, charge("1", "2026-09-11"), exported=EXPORTED)
    assert fired(report) == [("7", "2026-09", Decimal(585))]
    (finding,) = report.findings
    assert finding.interval == (585, 585)
    assert (finding.unit, finding.limit, finding.currency) == ("CNY", 500, None)


def test_the_interval_is_that_of_the_cheapest_and_the_dearest_of_the_seven(tmp_path: Path) -> None:
    # The 4th to the 10th cost 20 but for the 5th, a hundred, and the 6th, nothing: 200 in all.
    rows = days("20", 4, 4) + days("100", 5, 5) + days("20", 7, 10)
    report = judged(tmp_path, RULE, *rows, exported=EXPORTED)
    # 200 so far, and 20 days of 200 / 7: 771.43, which is rounded up.
    assert fired(report) == [("7", "2026-09", Decimal("771.43"))]
    (finding,) = report.findings
    assert finding.interval == (200, 2200)
    assert finding.message == (
        "API key 7 in llm-a will have cost 771.43 CNY in 2026-09 (between 200 and 2200; 200 so "
        "far), above the limit of 500 CNY"
    )
    assert report.document()["findings"][0]["interval"] == {"least": "200", "most": "2200"}


def test_a_limit_is_held_against_the_exact_forecast_and_not_the_rounded_one(tmp_path: Path) -> None:
    rows = days("20", 4, 4) + days("100", 5, 5) + days("20", 7, 10)
    for limit, outcome in (("771.428571428571", "fail"), ("771.428571428572", "pass")):
        rule = RULE.replace("500", limit)
        assert ended(judged(tmp_path, rule, *rows, exported=EXPORTED))[0] == outcome


def test_the_days_before_may_be_of_the_month_before(tmp_path: Path) -> None:
    # On 1 October at noon, 28 September is the last day that is whole: 7 days of 20, 31 to come.
    rows = days("20", 20, 30) + [charge("1", "2026-10-01")]
    report = judged(tmp_path, RULE, *rows, exported="2026-10-01T12:00")
    assert fired(report) == [("7", "2026-10", Decimal(620))]
    # And a key that was used in that week, and isn't yet in October.
    rows = days("20", 20, 30) + [charge("1", "2026-10-01", key="8")]
    report = judged(tmp_path, RULE, *rows, exported="2026-10-01T12:00")
    assert fired(report) == [("7", "2026-10", Decimal(620))]
    assert (report.findings[0].charges, report.findings[0].first_charge) == (0, None)
    assert "last charge none in the bill" not in report.findings[0].message


def test_a_month_that_is_over_costs_what_it_cost(tmp_path: Path) -> None:
    rows = days("50", 1, 10)
    assert ended(judged(tmp_path, RULE, *rows, exported="2026-10-04T12:01"))[0] == "pass"
    rows.append(charge("0.01", "2026-09-30"))
    report = judged(tmp_path, RULE, *rows, exported="2026-10-04T12:01")
    assert fired(report) == [("7", "2026-09", Decimal("500.01"))]
    assert report.findings[0].message.startswith("API key 7 in llm-a cost 500.01 CNY in 2026-09, ")


def test_what_is_charged_already_is_the_least(tmp_path: Path) -> None:
    # On the 11th alone 600, which isn't whole yet.
    rows = [*days("1", 1, 10), charge("600", "2026-09-11")]
    report = judged(tmp_path, RULE, *rows, exported=EXPORTED)
    assert fired(report) == [("7", "2026-09", Decimal(610))]


@pytest.mark.parametrize(
    ("rows", "exported", "why"),
    [
        (days("90", 1, 5), "2026-09-08T06:00", "7 whole days before 2026-09-06, and all days of"),
        # Without an export instant the bill shows its own last row only, the start of the 8th.
        (days("90", 1, 8), None, "7 whole days before 2026-09-06, and all days of 2026-09"),
        ([charge("900", "2026-09")], EXPORTED, "needs charges by day"),
        (
            [charge("1", "2026-08-01"), *days("90", 1, 8), charge("1", "2026-10-09")],
            "2026-10-09T12:00",
            "",
        ),
    ],
)
def test_too_few_days_are_an_error(
    tmp_path: Path, rows: list[str], exported: str | None, why: str
) -> None:
    outcome, message = ended(judged(tmp_path, RULE, *rows, exported=exported))
    if why:
        assert (outcome, why in (message or "")) == ("error", True), message
    else:
        assert outcome == "pass"


def test_what_could_be_anybodys_is_forecast_too(tmp_path: Path) -> None:
    # 10 days of 16 and 20 to come: 480. What could be its own adds up to 1 a day: 30.
    rows = days("16", 1, 10)
    unknown = [charge("1", f"2026-09-{day:02}", ids=UNPARSED) for day in range(1, 11)]
    assert ended(judged(tmp_path, RULE, *rows, *unknown, exported=EXPORTED))[0] == "error"
    # Of two thirds of that it is 20: exactly the limit.
    unknown = [charge("1", f"2026-09-{day:02}", ids=UNPARSED) for day in (1, 2, 3)]
    unknown += [charge("17", f"2026-09-{day:02}", ids=UNPARSED) for day in (1,)]
    assert ended(judged(tmp_path, RULE, *rows, *unknown, exported=EXPORTED))[0] == "pass"
