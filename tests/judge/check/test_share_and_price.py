"""``share`` of the total and ``price`` against the list price, by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from measuring import charge, ended, fired, judged

SHARE = "per: api_key, limit: {share: 40%}"
PRICE = "per: api_key, limit: {price: 80%}"
UNPARSED = "no known layout"


def test_a_share_is_of_all_charges_that_the_policy_is_about(tmp_path: Path) -> None:
    report = judged(
        tmp_path,
        SHARE,
        charge("40.01"),
        charge("40", key="8"),
        charge("19.99", key="9"),
        charge("5000", currency="USD"),
    )
    # 40.01 of 100 CNY; all of the dollars; key 8 has exactly the limit.
    assert fired(report) == [("7", "2026-09", Decimal("100")), ("7", "2026-09", Decimal("40.01"))]
    assert len({one.fingerprint for one in report.findings}) == 2
    assert "cost 40.01 CNY of 100 CNY: 40.01%, above the limit of 40%" in [
        one.message.removeprefix("API key 7 in llm-a ") for one in report.findings
    ]


def test_a_total_below_the_floor_counts_as_the_floor(tmp_path: Path) -> None:
    assert fired(judged(tmp_path, SHARE + ", floor: 100 CNY", charge("40"))) == []
    report = judged(tmp_path, SHARE + ", floor: 100 CNY", charge("40.5"))
    assert fired(report) == [("7", "2026-09", Decimal("40.5"))]


def test_a_total_of_nothing_has_no_shares(tmp_path: Path) -> None:
    rows = charge("5"), charge("-5", key="8")
    assert ended(judged(tmp_path, SHARE, *rows)) == (
        "error",
        "2026-09 adds up to 0 CNY, of which nothing is a share",
    )
    assert ended(judged(tmp_path, SHARE, charge("0"), charge("0", key="8")))[0] == "pass"


@pytest.mark.parametrize(
    ("unknown", "outcome"),
    # Key 7 has 42 of 104. With 2 more it has 44 of 106: 41.5 %. As somebody else's, 42 of 106 is
    # 39.6 %. With 0.5 it has 40.2 % at least. Without any it has 40.4 %.
    [("2", "error"), ("0.5", "fail")],
)
def test_what_could_be_anybodys_is_in_the_total_and_in_any_share(
    tmp_path: Path, unknown: str, outcome: str
) -> None:
    others = charge("32", key="8"), charge("30", key="9")
    report = judged(tmp_path, SHARE, charge("42"), *others, charge(unknown, ids=UNPARSED))
    assert ended(report)[0] == outcome


def test_what_could_make_a_share_too_large_leaves_it_undecided(tmp_path: Path) -> None:
    others = charge("31", key="8"), charge("30", key="9")
    # 39 of 100; with 1.66 it would be 40.66 of 101.66, which is 39.996 %; with 1.7 it is 40.02 %.
    for unknown, outcome in (("1.66", "pass"), ("1.7", "error")):
        report = judged(tmp_path, SHARE, charge("39"), *others, charge(unknown, ids=UNPARSED))
        assert ended(report)[0] == outcome


def test_a_key_that_pays_more_than_its_part_of_the_list_price_is_found(tmp_path: Path) -> None:
    report = judged(
        tmp_path,
        PRICE,
        charge("6", listed="10", usage="3000"),
        charge("10.01", listed="10", usage="1000"),
        charge("8", listed="10", key="8"),
    )
    # 16.01 of 20 is 80.05 %; 16.01 for 4000 tokens is 4002.5 a million, 20 is 5000.
    assert fired(report) == [("7", "2026-09", Decimal("80.05"))]
    assert report.findings[0].message == (
        "API key 7 in llm-a paid 4002.5 CNY per 1000000 tokens, 80.05% of the list price of 5000, "
        "above the limit of 80%"
    )


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ((charge("1", listed="1"), charge("1", unit="张")), "several units or none (images, to"),
        ((charge("1", listed="1", unit=""),), "several units or none (none)"),
        ((charge("1", listed=""),), "1 charge without a list cost"),
        ((charge("1", listed="0"),), "no list cost above 0"),
    ],
)
def test_a_price_that_nothing_tells_is_an_error(
    tmp_path: Path, rows: tuple[str, ...], why: str
) -> None:
    report = judged(tmp_path, PRICE, *rows, charge("9", key="8"))
    outcome, message = ended(report)
    assert outcome == "error"
    assert message is not None and why in message
    # What is certain of another key is listed anyway.
    assert fired(report) == [("8", "2026-09", Decimal(90))]


def test_unknown_charges_at_a_lower_price_cannot_make_a_price_too_high(tmp_path: Path) -> None:
    sure = charge("8", listed="10")
    report = judged(tmp_path, PRICE, sure, charge("7", listed="10", ids=UNPARSED))
    assert ended(report)[0] == "pass"
    report = judged(tmp_path, PRICE, sure, charge("9", listed="10", ids=UNPARSED))
    assert ended(report)[0] == "error"
    # 9 of 10 isn't certain any more where 7 of 10 could belong to it.
    report = judged(
        tmp_path, PRICE, charge("9", listed="10"), charge("6", listed="10", ids=UNPARSED)
    )
    assert (ended(report)[0], fired(report)) == ("error", [])
