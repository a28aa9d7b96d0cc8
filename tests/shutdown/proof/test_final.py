"""The month's final bill: which month, when it is final, and what it may be said to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from govern.judge.audit.use import Use
from govern.model.checklist import Step, Target
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.verification import ChargesAfter, StepResult
from govern.shutdown.proof.case import Case, Grounds
from govern.shutdown.proof.final import final

#: The bill of September is final from here on.
NOON = datetime(2026, 10, 3, 12)
STEP = Step(
    "f", "final_bill", None, Target("bill", None), "w", "h", True, "person", state="todo"
)  # fmt: skip
BARE = StepResult("f", "final_bill", "t", "todo", None, "")
LEAK = ChargesAfter("CNY", Decimal(1), 1, datetime(2026, 9, 12))


@dataclass
class Bill:
    """What a bill would say of months."""

    finals: tuple[str, ...] = ()
    wrong: str | None = None

    def final(self, month: str) -> bool:
        return month in self.finals

    def charges(self, uses: Sequence[Use]) -> tuple[ChargesAfter, ...]:
        return ()


def of(state: str, stopped: int | None = 10, basis: str | None = "bill", **more: Any) -> StepResult:
    at = datetime(2026, 9, stopped) if stopped else None
    return StepResult(f"s{stopped}", "disable_key", "t", state, basis, "", stopped_at=at, **more)


def result(
    *others: StepResult,
    bill: Bill | None = None,
    as_of: datetime = NOON,
    ticked: datetime | None = None,
    state: str = "done",
) -> StepResult:
    step = STEP
    if ticked:
        step = replace(STEP, state=state, by="lin", at=Moment(ticked, BILL_CLOCK))
    grounds = Grounds(as_of, BILL_CLOCK, bill=bill)  # type: ignore[arg-type]
    return final(Case(step, BARE, grounds, None, None, ticked), others, ())


FINAL = Bill(("2026-09",))


def test_while_charges_go_on_it_fails_and_names_them() -> None:
    leaks = [replace(of("failed"), id=id, charges_after=(LEAK,)) for id in "abcd"]
    got = result(*leaks, of("todo"), bill=FINAL)
    assert (got.state, got.basis, got.reason) == ("failed", "bill", "charges go on: a, b, c")


@pytest.mark.parametrize(
    "others",
    [
        (),
        (of("proved", None),),
        (of("proved"), of("todo", None)),
        (of("blocked", None), of("proved")),
    ],
)
def test_it_comes_after_every_open_step(others: Sequence[StepResult]) -> None:
    got = result(*others, bill=FINAL)
    assert (got.state, got.reason) == ("blocked", "first the steps that are still open")


def test_the_month_of_the_last_stop_is_the_one() -> None:
    early = StepResult(
        "e", "disable_key", "t", "proved", "bill", "", stopped_at=datetime(2026, 8, 31)
    )
    for others in ((early, of("proved")), (of("proved"), early)):
        assert result(*others, bill=Bill(("2026-08",))).state == "waiting"
        assert result(*others, bill=FINAL).state == "proved"


def test_before_its_noon_it_waits_for_that_and_then_for_an_export() -> None:
    before = result(of("proved"), bill=Bill(), as_of=datetime(2026, 10, 3, 11, 59, 59))
    assert (before.state, before.look_again_at) == ("waiting", NOON)
    assert before.reason == "the bill of 2026-09 becomes final at 2026-10-03 12:00"
    then = result(of("proved"), bill=Bill(), as_of=NOON)
    assert then.reason.startswith("a bill of 2026-09 is needed that was exported after")
    late = datetime(2026, 10, 9)
    assert result(of("proved"), as_of=late).look_again_at == late
    waits = of("waiting", look_again_at=datetime(2026, 10, 12))
    assert result(waits, as_of=late).look_again_at == datetime(2026, 10, 12)


@pytest.mark.parametrize(
    ("ticked", "state"),
    [
        (datetime(2026, 10, 3, 11, 59), "waiting"),
        (NOON, "waiting"),
        (datetime(2026, 10, 3, 12, 0, 1), "proved"),
    ],
)
def test_a_word_counts_only_from_when_the_bill_was_final(ticked: datetime, state: str) -> None:
    got = result(of("proved"), as_of=datetime(2026, 10, 5), ticked=ticked)
    assert got.state == state
    assert ("before that bill was final" in got.reason) is (state == "waiting")
    assert got.basis == ("person" if state == "proved" else None)


def test_a_word_that_was_taken_back_is_none() -> None:
    got = result(of("proved"), ticked=datetime(2026, 10, 2), state="todo")
    assert got.state == "waiting"
    assert got.reason.startswith("a bill of 2026-09 is needed")


def test_a_final_bill_waits_for_what_still_waits_and_for_trust() -> None:
    waits = [of("waiting", look_again_at=datetime(2026, 10, day)) for day in (7, 9)]
    got = result(of("proved"), *waits, bill=FINAL)
    assert (got.state, got.look_again_at) == ("waiting", datetime(2026, 10, 9))
    # What waits for an inventory names no date: that may be looked up now.
    assert result(of("proved"), of("waiting"), bill=FINAL).look_again_at == NOON
    wrong = result(of("proved"), bill=replace(FINAL, wrong="3 rows were rejected"))
    assert (wrong.state, wrong.look_again_at) == ("waiting", NOON)
    assert "3 rows were rejected" in wrong.reason


@pytest.mark.parametrize(
    ("others", "shown"),
    [
        ((of("proved"),), "and shows no leak after the stops"),
        ((of("proved", 10, "person"),), "so nothing is added to it any more"),
        (
            (of("proved", 10, "person"), of("proved", None, "bill")),
            "so nothing is added to it any more",
        ),
        (
            (of("proved"), of("kept", None, "person")),
            "and shows no leak after the stops; what is kept on purpose isn't looked at",
        ),
    ],
)
def test_it_says_only_what_it_shows(others: Sequence[StepResult], shown: str) -> None:
    got = result(*others, bill=FINAL)
    assert (got.state, got.basis) == ("proved", "bill")
    assert got.reason == f"the bill of 2026-09 is final, {shown}"
