"""``growth``: against the period before, by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from measuring import charge, ended, fired, judged

RULE = "per: api_key, limit: {growth: 50%}, floor: 100 CNY"
UNPARSED = "no known layout"


def test_a_key_that_cost_more_than_half_as_much_again_is_found(tmp_path: Path) -> None:
    report = judged(
        tmp_path,
        RULE,
        charge("400", "2026-08-10"),
        charge("600.01", "2026-09-10"),
        charge("400", "2026-08-10", key="8"),
        charge("600", "2026-09-10", key="8"),
    )
    # 200.01 / 400 = 50.0025 %, which is shown rounded up; key 8 grew by exactly a half.
    assert fired(report) == [("7", "2026-09", Decimal("50.01"))]
    (finding,) = report.findings
    assert finding.message == (
        "API key 7 in llm-a cost 600.01 CNY, 50.01% more than 400 CNY in 2026-08, "
        "above the limit of 50%"
    )
    assert (finding.unit, finding.limit, finding.currency) == ("%", 50, "CNY")
    assert ended(report) == ("fail", "held against, and not judged itself: 2026-08")


def test_what_cost_less_than_the_floor_before_counts_as_the_floor(tmp_path: Path) -> None:
    report = judged(
        tmp_path,
        RULE,
        charge("1", "2026-08-10"),
        charge("150", "2026-09-10"),
        charge("150.5", "2026-09-10", key="new"),
    )
    # From 1 to 150 is a half more than the floor and no more; the new key is above that.
    assert fired(report) == [("new", "2026-09", Decimal("50.5"))]
    assert "50.5% more than the floor of 100 CNY (0 in 2026-08)" in report.findings[0].message


def test_one_month_alone_has_nothing_to_be_held_against(tmp_path: Path) -> None:
    report = judged(tmp_path, RULE, charge("1", "2026-09-10"))
    assert ended(report) == ("error", "needs a month before: the bill shows nothing after 2026-09")


def test_a_month_before_that_is_not_shown_whole_leaves_growth_undecided(tmp_path: Path) -> None:
    rows = charge("400", "2026-08-10"), charge("900", "2026-09-10")
    outcome, message = ended(judged(tmp_path, RULE, *rows, exported=None))
    assert outcome == "error"
    assert message is not None
    assert message.startswith("needs the whole of 2026-08: 2026-08 shows nothing after its own")
    # What is below the limit already is so whatever else August cost.
    rows = charge("400", "2026-08-10"), charge("500", "2026-09-10")
    assert ended(judged(tmp_path, RULE, *rows, exported=None))[0] == "pass"


def test_a_missing_month_is_named(tmp_path: Path) -> None:
    rows = charge("1", "2026-07-10"), charge("900", "2026-09-10")
    outcome, message = ended(judged(tmp_path, RULE, *rows))
    assert outcome == "error"
    assert message == (
        "needs the whole of 2026-08: the bill misses 2026-08-01 to 2026-09-01: add it"
    )


def test_a_payer_whose_bills_begin_later_is_not_judged_in_its_first_month(tmp_path: Path) -> None:
    report = judged(
        tmp_path,
        RULE,
        charge("100", "2026-08-10"),
        charge("100", "2026-09-10"),
        charge("900", "2026-09-10", key="8", payer="200"),
    )
    assert ended(report) == ("pass", "held against, and not judged itself: 2026-08, 2026-09")


def test_what_could_be_anybodys_may_be_of_either_month(tmp_path: Path) -> None:
    rows = charge("400", "2026-08-10"), charge("600.01", "2026-09-10")
    # 401 a month before would make it 49.6 % only.
    report = judged(tmp_path, RULE, *rows, charge("1", "2026-08-11", ids=UNPARSED))
    assert (ended(report)[0], fired(report)) == ("error", [])
    rows = charge("400", "2026-08-10"), charge("600", "2026-09-10")
    report = judged(tmp_path, RULE, *rows, charge("0.01", "2026-09-11", ids=UNPARSED))
    assert ended(report)[0] == "error"
    report = judged(tmp_path, RULE, *rows, charge("0", "2026-09-11", ids=UNPARSED))
    assert ended(report)[0] == "pass"


def test_a_currency_without_a_floor_is_an_error(tmp_path: Path) -> None:
    rows = charge("400", "2026-08-10"), charge("1", "2026-09-10", currency="USD")
    outcome, message = ended(judged(tmp_path, RULE, *rows))
    assert outcome == "error"
    assert message is not None and message.startswith("matching charges in USD")


def test_days_and_weeks_go_by_the_day_and_week_before(tmp_path: Path) -> None:
    rows = (
        charge("100", "2026-09-06"),
        charge("151", "2026-09-07"),
        charge("151", "2026-09-08"),
    )
    rule = RULE.replace("per: api_key", "per: api_key, every: day")
    assert fired(judged(tmp_path, rule, *rows)) == [("7", "2026-09-07", Decimal(51))]
    # The bill is of all August then: 200 in the week of 31 August, after nothing; then 302.
    rule = RULE.replace("per: api_key", "per: api_key, every: week")
    rows = (charge("100", "2026-08-31"), *rows)
    assert fired(judged(tmp_path, rule, *rows)) == [
        ("7", "week of 2026-08-31", Decimal(100)),
        ("7", "week of 2026-09-07", Decimal(51)),
    ]


def test_a_waiver_is_up_to_a_percentage_as_it_is_shown(tmp_path: Path) -> None:
    rows = charge("400", "2026-08-10"), charge("600.01", "2026-09-10")
    granted = 'subject: "7", reason: launch, owner: lin, expires: 2027-01-01, up_to: '
    for up_to, outcome in (("50.01%", "pass"), ("50%", "fail")):
        report = judged(tmp_path, RULE, *rows, waiver=granted + up_to)
        assert ended(report)[0] == outcome
