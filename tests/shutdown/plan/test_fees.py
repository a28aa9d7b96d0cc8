"""When a plan renews, as far as its last fee tells: an estimate, and called one."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from bills import bill, row
from commandline import govern

from govern.model.checklist import Stake
from govern.shutdown.plan.fees import Fee, NextFee, months_after, next_fee

REACH = datetime(2026, 10, 1)
AS_OF = datetime(2026, 10, 5)


def fee(
    at: str, amount: str = "200", id: str | None = "p", covered: datetime | None = REACH
) -> Fee:
    day = datetime.fromisoformat(at)
    return Fee("coding_plan", id, "CNY", Decimal(amount), day, covered)


def following(*known: Fee, kind: str = "coding_plan", as_of: datetime = AS_OF) -> NextFee | None:
    return next_fee(known, kind, as_of)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-09-03", 1, "2026-10-03"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2027-12-15", 2, "2028-02-15"),
        ("2027-12-31", 2, "2028-02-29"),
        ("2026-01-31", 12, "2027-01-31"),
    ],
)
def test_a_month_later(start: str, months: int, end: str) -> None:
    day = datetime.fromisoformat(start)
    assert months_after(day, months) == datetime.fromisoformat(end)


def test_it_is_the_first_end_of_a_month_after_now() -> None:
    found = following(fee("2026-08-03"), fee("2026-09-03", "180"))
    # 3 October is over: if it renewed then, the bill doesn't show it yet.
    assert found == NextFee(
        (Stake("CNY", Decimal(180), "renewal"),),
        datetime(2026, 9, 3),
        datetime(2026, 11, 3),
    )
    sooner = following(fee("2026-09-03"), as_of=datetime(2026, 10, 2))
    assert sooner is not None and sooner.at == datetime(2026, 10, 3)


def test_a_plan_that_wasn_t_paid_again_may_have_ended() -> None:
    found = following(fee("2026-08-03"))
    assert found is not None and (found.at, found.ended) == (None, True)
    # A fee of the bill's last day may still come; without a reach nothing is known to be missing.
    last_day = following(fee("2026-08-30"), as_of=AS_OF)
    assert last_day is not None and not last_day.ended
    unknown = following(fee("2026-08-03", covered=None))
    assert unknown is not None and not unknown.ended


def test_what_was_paid_back_renews_no_more() -> None:
    assert following(fee("2026-09-02"), fee("2026-09-05", "-200")) is None
    # A part of it back is a discount; of two plans the first to renew counts.
    found = following(fee("2026-09-02"), fee("2026-09-05", "-50"), fee("2026-09-09", "7", "q"))
    assert found is not None
    assert found.stakes == (Stake("CNY", Decimal(207), "renewal"),)
    assert found.at == datetime(2026, 10, 9)


def test_of_plans_that_aren_t_paid_by_the_month_no_date_is_made_up() -> None:
    found = following(fee("2026-09-02"), kind="savings_plan")
    assert found == NextFee((Stake("CNY", Decimal(200), "renewal"),), datetime(2026, 9, 2), None)


INVENTORY = """
schema: govern.inventory/v1
account_id: "100"
plans:
  - {kind: coding_plan, id: plan-1, expires_at: 2026-10-27, auto_renewal: renews}
"""


def renewal(folder: Path, *words: str) -> dict[str, Any]:
    plan = {
        "商品Code": "sfm_codingplan_public_cn",
        "费用类型": "订阅预付费用",
        "资产/资源实例ID": "plan-1",
    }
    bill(folder, row(应付金额="200", 账单日期="2026-09-03", **plan), row(账单日期="2026-09-30"))
    (folder / "i.yaml").write_text(INVENTORY)
    asked = ["--retire", "all", "--no-config", "--as-of", "2026-10-05", "--format", "json", "-q"]
    done = govern(folder, "checklist", "bill.csv", *asked, *words)
    assert done.returncode == 0, done.stderr
    steps: list[dict[str, Any]] = json.loads(done.stdout)["steps"]
    (found,) = [step for step in steps if step["kind"] == "turn_off_renewal"]
    return found


def test_without_an_inventory_it_is_called_an_estimate(tmp_path: Path) -> None:
    step = renewal(tmp_path)
    # Ten days before 3 November.
    assert (step["due"], step["due_estimated"]) == ("2026-10-24T00:00:00+08:00", True)
    assert step["at_stake"] == [{"currency": "CNY", "amount": "200", "per": "renewal"}]
    assert (
        "Estimated from its last fee, of 2026-09-03: if that pays for a month, it renews about "
        "2026-11-03." in step["why"]
    )


def test_an_inventory_that_knows_is_believed(tmp_path: Path) -> None:
    step = renewal(tmp_path, "--inventory", "i.yaml")
    assert step["due"] == "2026-10-17T00:00:00+08:00"
    assert "due_estimated" not in step
    assert "stimate" not in step["why"]
    assert step["at_stake"] == [{"currency": "CNY", "amount": "200", "per": "renewal"}]
