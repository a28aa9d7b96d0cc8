"""Exports that hold the same charges in different layouts: by key once, else not judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from layouts import LAYOUTS, Paid, write

from govern.judge.bill.summary import summarise
from govern.judge.check.check import Terms, check
from govern.ledger.reading import Reading, read
from govern.model.clock import parse_moment
from govern.model.measure import CHARGES
from govern.model.policy import Limit, Policy

AS_OF = datetime(2026, 12, 1)
KEYED = [name for name in LAYOUTS if name != "focus"]
ONE, OTHER = Paid("1.2", "k1"), Paid("2.3", "k2", time="2026-09-06 08:00")


def counted(*paths: Path, how: Reading | None = None) -> tuple[Decimal, int, list[str]]:
    with read([str(path) for path in paths], how or Reading()) as ledger:
        found = summarise(ledger, AS_OF)
        return found.totals[0].billed_cost, found.count("duplicates"), ledger.clashes


@pytest.mark.parametrize("other", [name for name in KEYED if name != "v2"])
def test_the_same_key_counts_once_in_whatever_layout(tmp_path: Path, other: str) -> None:
    files = write(tmp_path, "v2", ONE, OTHER), write(tmp_path, other, ONE, OTHER)
    assert counted(*files) == (Decimal("3.5"), 2, [])


def test_the_same_keys_in_all_layouts_count_once(tmp_path: Path) -> None:
    files = [write(tmp_path, layout, ONE, OTHER) for layout in KEYED]
    assert counted(*files) == (Decimal("3.5"), 2 * (len(KEYED) - 1), [])


@pytest.mark.parametrize("layout", ["detail-zh", "v2", "api"])
@pytest.mark.parametrize(
    "changed",
    [
        {"commodity": "sfm_inferenceHH_public_cn"},
        {"commodity": ""},
        {"owner": "200"},
        {"time": "2026-09-06 10:31"},
    ],
)
def test_the_same_key_counts_once_whatever_else_differs(
    tmp_path: Path, layout: str, changed: dict[str, str]
) -> None:
    if "time" in changed and layout.startswith("v2"):
        pytest.skip("its times are known to the minute: another minute is another content")
    one = write(tmp_path, layout, ONE, name="a.csv")
    other = write(tmp_path, layout, replace(ONE, **changed), name="b.csv")
    assert counted(one, other) == (Decimal("1.2"), 1, [])


def test_the_same_key_counts_once_where_a_charge_runs_over_midnight(tmp_path: Path) -> None:
    minute = write(tmp_path, "v2", replace(ONE, time="2026-09-05 23:59"))
    day = write(tmp_path, "detail-zh", replace(ONE, time="2026-09-06"))
    assert counted(minute, day) == (Decimal("1.2"), 1, [])


def test_the_same_key_counts_once_where_one_export_has_no_owner_or_commodity(
    tmp_path: Path,
) -> None:
    one = write(tmp_path, "detail-zh", replace(ONE, owner="200"))
    other = write(tmp_path, "v2", ONE, without=["身份信息/资源归属账号ID", "产品信息/商品Code"])
    assert counted(one, other) == (Decimal("1.2"), 1, [])
    with read([str(other), str(one)], Reading()) as ledger:
        # The export that says more shows the charge, in whichever order they are given.
        assert ledger.query("SELECT service, sub_account_id FROM ledger") == [("inference", "200")]


@pytest.mark.parametrize(
    "changed",
    [
        {"cost": "1.3"},
        {"currency": "USD"},
        {"time": "2026-09-17 10:31"},
        {"instance": "7;llm-a;qwen-max;output_token;app;0"},
        {"listed": "9"},
    ],
)
@pytest.mark.parametrize("other", ["detail-en", "v2"])
def test_the_same_key_with_other_content_is_not_judged(
    tmp_path: Path, other: str, changed: dict[str, str]
) -> None:
    files = write(tmp_path, "detail-zh", ONE), write(tmp_path, other, replace(ONE, **changed))
    _, _, clashes = counted(*files)
    assert len(clashes) == 1 and "k1" in clashes[0] and "different content" in clashes[0]
    for path in files:
        assert str(path) in clashes[0]


def test_another_minute_is_other_content(tmp_path: Path) -> None:
    one = write(tmp_path, "v2", ONE, name="a.csv")
    other = write(tmp_path, "v2", replace(ONE, time="2026-09-05 10:32"), name="b.csv")
    assert "different content" in counted(one, other)[2][0]


def test_the_usage_of_one_layout_is_content_and_of_two_is_not(tmp_path: Path) -> None:
    one = write(tmp_path, "v2", ONE, name="a.csv")
    other = write(tmp_path, "v2", replace(ONE, usage="9"), name="b.csv")
    assert "different content" in counted(one, other)[2][0]
    daily = write(tmp_path, "detail-zh", replace(ONE, usage="9"))
    assert counted(one, daily) == (Decimal("1.2"), 1, [])


def test_the_later_of_two_layouts_counts_and_what_changed_is_said_by_currency(
    tmp_path: Path,
) -> None:
    early = write(tmp_path, "detail-zh", ONE, OTHER)
    late = write(tmp_path, "v2", replace(ONE, cost="5", currency="USD"), OTHER)
    how = Reading(
        exported_at={
            str(early): parse_moment("2026-10-01T00:00:00+08:00"),
            str(late): parse_moment("2026-10-02T00:00:00+08:00"),
        }
    )
    for given in ([early, late], [late, early]):
        with read([str(path) for path in given], how) as ledger:
            assert ledger.clashes == []
            assert ledger.notes == [
                f"1 charge of {early} changed in the later export {late}, which counts: "
                "-1.2 CNY, 5 USD"
            ]
            sums = ledger.query(
                "SELECT billing_currency, sum(billed_cost) FROM ledger GROUP BY 1 ORDER BY 1"
            )
            assert sums == [("CNY", Decimal("2.3")), ("USD", Decimal(5))]


def test_of_three_exports_only_those_before_the_latest_may_say_something_else(
    tmp_path: Path,
) -> None:
    first = write(tmp_path, "v2", replace(ONE, cost="9"), name="first.csv")
    second = write(tmp_path, "v2", ONE, name="second.csv")
    copy = write(tmp_path, "v2", ONE, name="copy.csv")
    instants = {
        str(first): parse_moment("2026-10-01T00:00:00+08:00"),
        str(second): parse_moment("2026-10-02T00:00:00+08:00"),
        str(copy): parse_moment("2026-10-02T00:00:00+08:00"),
    }
    how = Reading(exported_at=instants)
    assert counted(first, second, copy, how=how) == (Decimal("1.2"), 2, [])
    unknown = Reading(exported_at={k: v for k, v in instants.items() if k != str(first)})
    assert "different content" in counted(first, second, copy, how=unknown)[2][0]


def test_a_daily_export_beside_a_minute_export_without_keys_is_not_judged(tmp_path: Path) -> None:
    keyless = replace(ONE, key="")
    for one, other in (("detail-zh", "v2"), ("detail-en", "v2-en"), ("api", "focus")):
        _, _, clashes = counted(write(tmp_path, one, keyless), write(tmp_path, other, keyless))
        assert len(clashes) == 1 and "different layouts" in clashes[0], (one, other)
        assert "2026-09" in clashes[0] and "1.2 CNY" in clashes[0]


def test_without_keys_the_same_charge_in_another_language_counts_once(tmp_path: Path) -> None:
    one = write(tmp_path, "detail-zh", replace(ONE, key=""), replace(OTHER, key=""))
    other = write(tmp_path, "detail-en", replace(ONE, key=""))
    assert counted(one, other) == (Decimal("3.5"), 1, [])


@pytest.mark.parametrize(
    "without",
    [
        ["身份信息/资源归属账号ID"],
        ["产品信息/商品Code"],
        ["身份信息/资源归属账号ID", "产品信息/商品Code"],
    ],
)
def test_without_keys_a_layout_that_tells_less_may_hold_the_same_charges(
    tmp_path: Path, without: list[str]
) -> None:
    charge = replace(ONE, key="", owner="200")
    one = write(tmp_path, "detail-zh", charge)
    other = write(tmp_path, "v2", charge, without=without)
    _, _, clashes = counted(one, other)
    assert len(clashes) == 1 and "different layouts" in clashes[0]


def test_without_commodity_codes_products_are_called_differently_in_each_language(
    tmp_path: Path,
) -> None:
    charge = replace(ONE, key="")
    one = write(tmp_path, "detail-en", charge, without=["Commodity Code"])
    other = write(tmp_path, "v2", charge, without=["产品信息/商品Code"])
    _, _, clashes = counted(one, other)
    assert len(clashes) == 1 and "different layouts" in clashes[0]


def test_an_export_that_names_no_payer_may_hold_any_payer_s_charges(tmp_path: Path) -> None:
    charge = replace(ONE, key="")
    one = write(tmp_path, "detail-zh", charge, without=["资源购买账号ID"])
    other = write(tmp_path, "v2", charge)
    _, _, clashes = counted(one, other)
    assert len(clashes) == 1 and "different layouts" in clashes[0]


def test_alike_charges_of_two_payers_are_two(tmp_path: Path) -> None:
    one = write(tmp_path, "v2", replace(ONE, key=""), name="a.csv")
    theirs = write(tmp_path, "v2", replace(ONE, key="", payer="999"), name="b.csv")
    assert counted(one, theirs) == (Decimal("2.4"), 0, [])


def test_what_is_at_stake_is_the_whole_of_the_month_that_both_hold(tmp_path: Path) -> None:
    charges = [replace(ONE, key=""), replace(OTHER, key="")]
    later = replace(ONE, key="", time="2026-10-05 10:31", cost="9")
    one, other = write(tmp_path, "detail-zh", *charges, later), write(tmp_path, "v2", *charges)
    _, _, (clash,) = counted(one, other)
    assert "(2026-09; 3.5 CNY at stake)" in clash


def test_two_exports_that_both_lack_owners_hold_the_same_charges(tmp_path: Path) -> None:
    charge, without = replace(ONE, key=""), ["资源归属账号ID"]
    one = write(tmp_path, "detail-zh", charge, without=without, name="a.csv")
    other = write(tmp_path, "detail-zh", charge, without=without, name="b.csv")
    assert counted(one, other) == (Decimal("1.2"), 1, [])


def test_keys_of_another_kind_over_the_same_charges_are_not_judged(tmp_path: Path) -> None:
    one = write(tmp_path, "detail-zh", ONE)
    other = write(tmp_path, "v2", replace(ONE, key="another-kind-of-key"))
    _, _, clashes = counted(one, other)
    assert len(clashes) == 1 and "give only one of them" in clashes[0]


def test_layouts_of_different_months_or_accounts_do_not_overlap(tmp_path: Path) -> None:
    one = write(tmp_path, "detail-zh", replace(ONE, key=""))
    later = write(tmp_path, "v2", replace(ONE, key="", time="2026-10-05 10:31"))
    theirs = write(tmp_path, "v2", replace(ONE, key="", payer="999", owner="999"), name="999.csv")
    assert counted(one, later, theirs) == (Decimal("3.6"), 0, [])


def test_the_same_key_of_two_payers_is_two_charges(tmp_path: Path) -> None:
    one = write(tmp_path, "v2", ONE, name="a.csv")
    theirs = write(tmp_path, "v2", replace(ONE, payer="999", owner="999"), name="b.csv")
    assert counted(one, theirs) == (Decimal("2.4"), 0, [])
    nobodys = write(tmp_path, "v2", ONE, name="c.csv", without=["身份信息/资源购买账号ID"])
    assert counted(one, nobodys) == (Decimal("1.2"), 1, [])


def test_a_record_id_that_names_a_batch_is_no_key(tmp_path: Path) -> None:
    batch = [Paid("1", "r1"), Paid("2", "r1")]
    one = write(tmp_path, "api", *batch, name="a.csv")
    other = write(tmp_path, "api", *batch, Paid("4", "r2"), name="b.csv")
    assert counted(one, other) == (Decimal(7), 2, [])


def test_a_record_id_that_repeats_between_parts_is_no_key(tmp_path: Path) -> None:
    one = write(tmp_path, "api", Paid("1", "r1"), name="100_BillingItemDetail_202609_1.csv")
    other = write(tmp_path, "api", Paid("1", "r1"), name="100_BillingItemDetail_202609_2.csv")
    assert counted(one, other) == (Decimal(2), 0, [])


@pytest.mark.parametrize("layout", ["detail-zh", "v2"])
def test_a_primary_key_that_repeats_between_parts_counts_once(tmp_path: Path, layout: str) -> None:
    one = write(tmp_path, layout, ONE, name="100_Detail_202609_1.csv")
    other = write(tmp_path, layout, ONE, OTHER, name="100_Detail_202609_2.csv")
    assert counted(one, other) == (Decimal("3.5"), 1, [])


def test_focus_rows_with_null_cells_count_once_and_show_their_evidence(tmp_path: Path) -> None:
    twice = [Paid("1"), Paid("1"), Paid("2", listed="NULL")]
    one = write(tmp_path, "focus", *twice, name="a.csv")
    other = write(tmp_path, "focus", *twice, Paid("1"), name="b.csv")
    policy = Policy("p", "t", "bill", (), CHARGES, (Limit(Decimal(0), "charges"),), "f", 1)
    with read([str(one), str(other)], Reading()) as ledger:
        report = check(ledger, [policy], Terms(AS_OF, evidence=9))
    (finding,) = report.findings
    assert finding.charges == 4
    shown = [(line.path, line.line) for line in finding.evidence]
    # Three of the first content stand in b.csv; of the second both have one, and a.csv shows it.
    assert sorted(shown) == [(str(one), 4), (str(other), 2), (str(other), 3), (str(other), 5)]
