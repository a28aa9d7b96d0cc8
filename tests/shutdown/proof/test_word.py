"""What stands where no bill does: an inventory before a word, a word only where one is enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from govern.model.checklist import Step, Target
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.verification import StepResult
from govern.shutdown.plan.kind import Seen
from govern.shutdown.proof.case import Case, Grounds
from govern.shutdown.proof.word import contradicted, unbilled, without_bill

TICKED = datetime(2026, 9, 10, 8)
STEP = Step(
    "s", "disable_key", "cn-beijing", Target("api_key", "7"), "w", "h", True, "person",
    state="done", by="lin", at=Moment(TICKED, BILL_CLOCK),
)  # fmt: skip
BY_BILL = replace(STEP, proof="bill")
BARE = StepResult("s", "disable_key", "t", "done", None, "")
OVER = Seen(True, "the inventory i.yaml says disabled")


def listed(looked_at: datetime | None) -> Seen:
    return Seen(False, "the inventory i.yaml says enabled", None, looked_at)


def case(step: Step = STEP, seen: Seen | None = None) -> Case:
    grounds = Grounds(datetime(2026, 9, 21), BILL_CLOCK)
    return Case(step, BARE, grounds, None, seen, step.at and TICKED)


def said(result: StepResult | None) -> tuple[str, str | None, str] | None:
    return result and (result.state, result.basis, result.reason)


def test_an_inventory_that_says_it_is_over_proves_it() -> None:
    assert said(without_bill(case(seen=OVER))) == ("proved", "inventory", OVER.told)
    assert contradicted(case(seen=OVER)) is None


def test_a_word_is_enough_only_where_the_step_asks_for_one() -> None:
    assert said(without_bill(case())) == ("proved", "person", "lin says so")
    noted = replace(STEP, note="ticket 7")
    assert said(without_bill(case(noted))) == ("proved", "person", "lin says so: ticket 7")
    waits = ("waiting", None, "done; an inventory of cn-beijing must show it")
    assert said(without_bill(case(BY_BILL))) == waits
    anywhere = replace(BY_BILL, region_id=None)
    assert said(without_bill(case(anywhere))) == (
        "waiting",
        None,
        "done; an inventory must show it",
    )
    nobody = replace(STEP, state="todo", by=None, at=None)
    assert said(without_bill(case(nobody))) == waits


def test_without_a_bill_a_step_that_one_proves_waits_for_it() -> None:
    waits = ("waiting", None, "done; no bill was given, so nothing shows it")
    assert said(unbilled(case(BY_BILL))) == waits
    assert said(unbilled(case())) == ("proved", "person", "lin says so")
    # An inventory alone proves nothing that a bill can show, but contradicts it.
    assert said(unbilled(case(BY_BILL, OVER))) == waits
    later = listed(datetime(2026, 9, 11))
    assert said(unbilled(case(BY_BILL, later))) == (
        "failed",
        "inventory",
        "ticked, but the inventory i.yaml says enabled, on 2026-09-11 00:00",
    )


@pytest.mark.parametrize(
    ("looked_at", "against"),
    [
        (datetime(2026, 9, 10, 7, 59, 59), False),
        (TICKED, False),
        (datetime(2026, 9, 10, 8, 0, 1), True),
        (None, False),
    ],
)
def test_only_what_was_looked_up_after_the_tick_speaks_against_it(
    looked_at: datetime | None, against: bool
) -> None:
    assert bool(contradicted(case(seen=listed(looked_at)))) is against


def test_nothing_contradicts_what_nobody_claimed() -> None:
    later = listed(datetime(2026, 9, 11))
    assert contradicted(case()) is None
    assert contradicted(case(replace(STEP, state="todo"), later)) is None
    assert contradicted(case(replace(STEP, at=None), later)) is None
