"""What one policy sums and finds: over currencies, units, days and places, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from bills import bill, charge

from govern.judge.check.check import Terms, check
from govern.ledger.reading import Reading, read
from govern.model.finding import Finding
from govern.policy.policies import load_policies

AS_OF = datetime(2026, 10, 5)


def found(folder: Path, rule: str, *rows: str) -> Sequence[Finding]:
    policies = folder / "policies.yaml"
    policies.write_text(f"version: 1\npolicies:\n  - {{id: p, title: t, {rule}}}\n")
    with read([str(bill(folder, *rows))], Reading()) as ledger:
        return check(ledger, load_policies([str(policies)]), Terms(AS_OF)).findings


def test_charges_are_counted_and_dated_over_all_currencies_and_keys(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        "per: bill, limit: {charges: 4}",
        charge("1", day="2026-09-09"),
        charge("2", day="2026-09-08"),
        charge("0", day="2026-09-07", key="8"),
        charge("3", day="2026-09-04", currency="USD"),
        charge("4", day="2026-09-12", currency="USD", key="9"),
    )
    assert (one.observed, one.charges) == (Decimal(5), 5)
    assert (one.first_charge, one.last_charge) == (datetime(2026, 9, 4), datetime(2026, 9, 12))
    assert one.costs == (("CNY", Decimal(3)), ("USD", Decimal(7)))
    assert "1 of them costs nothing" in one.message


def test_usage_is_summed_over_currencies_and_days(tmp_path: Path) -> None:
    rows = [
        charge(usage="4", day="2026-09-05"),
        charge(usage="3", day="2026-09-06"),
        charge(usage="4", day="2026-09-07", currency="USD"),
    ]
    (one,) = found(tmp_path, "per: bill, limit: {usage: 10 tokens}", *rows)
    assert (one.observed, one.unit, one.charges) == (Decimal(11), "tokens", 3)
    assert not found(tmp_path, "per: bill, limit: {usage: 11 tokens}", *rows)


def test_a_usage_finding_counts_its_own_charges_in_other_units(tmp_path: Path) -> None:
    rows = [
        charge(usage="11"),
        charge(usage="1", unit="张"),
        charge(usage="1", unit="张", day="2026-09-06"),
        # another key's is not its own
        charge(usage="1", unit="张", key="8"),
    ]
    (one,) = found(tmp_path, "per: api_key, limit: {usage: 10 tokens}", *rows)
    assert (one.subject.id, one.charges, one.other_units) == ("7", 1, 2)


def test_only_a_usage_finding_has_other_units(tmp_path: Path) -> None:
    rows = [charge("11"), charge("1", unit="张")]
    (money,) = found(tmp_path, "per: api_key, limit: {billed_cost: 10 CNY}", *rows)
    assert (money.observed, money.other_units) == (Decimal(12), 0)


def test_a_sum_at_its_limit_breaks_nothing(tmp_path: Path) -> None:
    rule = "per: api_key, limit: {billed_cost: 12 CNY}"
    assert not found(tmp_path, rule, charge("11"), charge("1", day="2026-09-06"))
    (over,) = found(tmp_path, rule, charge("11"), charge("1.01", day="2026-09-06"))
    assert over.observed == Decimal("12.01")


def test_a_place_is_told_only_where_all_charges_share_it(tmp_path: Path) -> None:
    rule = "per: account, forbid: charges"

    def places(*rows: str) -> tuple[str | None, str | None]:
        (one,) = found(tmp_path, rule, *rows)
        return one.subject.workspace_id, one.subject.region_id

    assert places(charge(), charge(key="8")) == ("llm-a", "cn-beijing")
    assert places(charge(), charge(currency="USD")) == ("llm-a", "cn-beijing")
    assert places(charge(), charge(workspace="llm-b")) == (None, "cn-beijing")
    # the one in CNY, the other in USD
    assert places(charge(), charge(workspace="llm-b", currency="USD")) == (None, "cn-beijing")
    # of one nobody knows the workspace
    assert places(charge(), charge(ids="what-is-this")) == (None, "cn-beijing")
    assert places(charge(ids="what-is-this")) == (None, "cn-beijing")


def test_the_whole_bill_is_bounded_by_its_first_and_last_day(tmp_path: Path) -> None:
    rule = "per: bill, every: total, forbid: charges"
    (one,) = found(tmp_path, rule, charge(day="2026-09-04"), charge(day="2026-09-09"))
    assert (one.start, one.end) == (datetime(2026, 9, 4), datetime(2026, 9, 10))
