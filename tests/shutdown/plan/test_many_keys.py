"""A checklist of thousands of keys takes time in proportion to them."""

from __future__ import annotations

import time
from datetime import datetime
from decimal import Decimal

from govern.model.audit import Audited
from govern.model.checklist import Checklist
from govern.model.clock import BILL_CLOCK
from govern.model.directory import Directory
from govern.shutdown.plan.make import Basis, make
from govern.shutdown.plan.spend import Spend
from govern.shutdown.plan.wish import wishes

AT = datetime(2026, 9, 5, 10)


def planned(count: int, *wanted: str) -> Checklist:
    """All keys in one workspace, each with its spend."""
    ids = [str(100_000 + number) for number in range(count)]
    keys = [
        Audited(
            kind="api_key", api_key_id=id, api_key_name=None, workspace_id="llm-a",
            workspace_name=None, owner=None, region_id="cn-beijing", sub_account_id="100",
            state="charging", reason="used",
        )
        for id in ids
    ]  # fmt: skip
    spends = [
        Spend(
            "100", "llm-a", id, "cn-beijing", "inference", "usage", False, "CNY", 1,
            Decimal(2), Decimal(1), AT,
        )
        for id in ids
    ]  # fmt: skip
    asked = wishes(wanted, [("llm-a", id) for id in ids], ["llm-a"])
    return make(
        Basis(AT, BILL_CLOCK, keys, spends, (), asked, Directory(()), ("100",), ()),
    )


def seconds(count: int, *wanted: str) -> float:
    found = []
    for _ in range(3):
        start = time.process_time()
        planned(count, *wanted)
        found.append(time.process_time() - start)
    return min(found)


def test_four_times_the_keys_take_about_four_times_as_long() -> None:
    """What grows with the square takes sixteen times as long."""
    assert seconds(2000, "all") < 9 * seconds(500, "all")


def test_many_wishes_take_time_in_proportion_too() -> None:
    few, many = ([f"api_key={100_000 + n}" for n in range(count)] for count in (250, 1000))
    assert seconds(1000, *many) < 9 * seconds(250, *few)


def test_each_key_of_many_is_disabled_after_its_owner_is_told_and_then_deleted() -> None:
    steps = {step.id: step for step in planned(300, "all").steps}
    for number in range(300):
        delete = steps[f"delete_key.llm-a.{100_000 + number}"]
        assert delete.needs == (f"disable_key.llm-a.{100_000 + number}",)
    assert len(steps["closing_proof.all"].needs) > 600
