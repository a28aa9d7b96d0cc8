"""The order of steps, what holds one up, and which are overdue: the pure law on literals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

import pytest

from govern.model.checklist import Saving, Stake, Step, Target
from govern.model.clock import BILL_CLOCK, Moment
from govern.shutdown.plan import order as plan
from govern.shutdown.plan.kind import Kind
from govern.shutdown.plan.order import (
    holds_up,
    in_order,
    is_overdue,
    steps_of,
    with_needs,
    with_states,
)
from govern.shutdown.plan.scene import Scene

DUE = datetime(2026, 10, 24)


def step(
    id: str,
    *needs: str,
    kind: str = "disable_key",
    saves: str = "0",
    state: str = "todo",
    reversible: bool = True,
    due: datetime | None = None,
    subject: Target | None = None,
    why: str = "",
) -> Step:
    return Step(
        id=id,
        kind=kind,
        region_id=None,
        subject=subject or Target("api_key", id),
        why=why,
        how="",
        reversible=reversible,
        proof="bill",
        needs=needs,
        due=Moment(due) if due else None,
        saves_per_day=(Saving("CNY", Decimal(saves)),),
        state=state,
    )


def ordered(*steps: Step) -> list[str]:
    return [one.id for one in in_order(steps)]


def test_without_needs_the_dearest_comes_first_then_the_kind_then_the_id() -> None:
    cheap, dear = step("a", saves="1"), step("z", saves="2")
    assert ordered(cheap, dear) == ["z", "a"]
    asking, deleting = step("z", kind="ask_owner"), step("a", kind="delete_key")
    assert ordered(deleting, asking) == ["z", "a"]
    assert ordered(step("b"), step("a")) == ["a", "b"]


def test_what_is_due_comes_first_then_looking_then_money() -> None:
    late, soon = (
        step(id, kind="turn_off_renewal", due=DUE + timedelta(days=days))
        for id, days in (("late", 1), ("soon", 0))
    )
    undated = step("undated", kind="turn_off_renewal")
    look, dear = step("look", kind="look_at_region"), step("dear", saves="900")
    final = step("final", kind="final_bill", due=DUE - timedelta(days=9))
    found = ordered(dear, final, look, undated, late, soon)
    # The final bill has no last date: it is there from then on.
    assert found == ["soon", "late", "undated", "look", "dear", "final"]


def test_what_a_due_step_needs_comes_with_it() -> None:
    due = step("due", "first", kind="turn_off_renewal", due=DUE)
    assert ordered(step("dear", saves="900"), due, step("first")) == ["first", "due", "dear"]


def test_what_only_asks_counts_with_all_that_is_at_stake() -> None:
    stake = (Stake("CNY", Decimal(5)), Stake("CNY", Decimal(900), "renewal"))
    ask = replace(step("ask", kind="ask_owner"), at_stake=stake)
    delete = replace(step("delete", kind="delete_key"), at_stake=stake)
    assert ordered(step("four", saves="4"), step("six", saves="6"), ask, delete) == [
        *("six", "ask", "four"),
        # Its key is disabled by then: nothing is at stake any more.
        "delete",
    ]


def test_a_kind_that_people_wrote_comes_last_of_what_saves_the_same() -> None:
    own, final = step("a", kind="own"), step("z", kind="final_bill")
    assert ordered(own, final) == ["z", "a"]


def test_what_is_needed_comes_before_however_little_it_saves() -> None:
    assert ordered(step("dear", "cheap", saves="9"), step("cheap")) == ["cheap", "dear"]


def test_a_step_needed_by_several_comes_before_all_of_them() -> None:
    steps = [step("a", "c", "d"), step("b", "c"), step("c"), step("d", "c")]
    assert ordered(*steps) == ["c", "b", "d", "a"]


def test_a_step_counts_with_the_dearest_of_all_that_wait_for_it() -> None:
    chain = [step("a"), step("b", "a"), step("c", "b", saves="5")]
    assert ordered(step("other", saves="4"), *chain) == ["a", "b", "c", "other"]
    # The steps in the other order of reading: the worth still comes all the way.
    assert ordered(*reversed(chain), step("other", saves="6")) == ["other", "a", "b", "c"]


def test_a_dear_step_isn_t_cheapened_by_what_waits_for_it() -> None:
    steps = [step("mid", saves="5"), step("dear", saves="9"), step("cheap", "dear", saves="1")]
    assert ordered(*steps) == ["dear", "mid", "cheap"]


def test_a_need_that_no_step_is_holds_nothing_back() -> None:
    assert ordered(step("a", "gone")) == ["a"]


@pytest.mark.parametrize("state", ["done", "waiting", "proved"])
def test_what_is_over_holds_nothing_up(state: str) -> None:
    assert not holds_up(step("a", "b"), state)
    assert not holds_up(step("a", "b", reversible=False), state)


@pytest.mark.parametrize("state", ["todo", "blocked", "failed"])
def test_what_is_open_holds_up(state: str) -> None:
    assert holds_up(step("a", "b"), state)
    assert holds_up(step("a", "b", reversible=False), state)


def test_what_is_kept_holds_up_only_what_can_t_be_undone() -> None:
    assert not holds_up(step("a", "b"), "kept")
    assert holds_up(step("a", "b", reversible=False), "kept")


def test_an_open_step_is_blocked_while_one_of_its_needs_is_open() -> None:
    needed = [step("open"), step("over", state="done")]
    states = {
        one.id: one.state
        for one in with_states(
            [
                *needed,
                step("waits", "over", "open"),
                step("free", "over", state="blocked"),
                step("alone", "gone", state="blocked"),
                step("finished", "open", state="done"),
                step("failed", "open", state="failed"),
            ]
        )
    }
    assert states == {
        "open": "todo",
        "over": "done",
        "waits": "blocked",
        "free": "todo",
        "alone": "todo",
        "finished": "done",
        "failed": "failed",
    }


@pytest.mark.parametrize(
    ("as_of", "overdue"),
    [
        (DUE - timedelta(seconds=1), False),
        (DUE, True),
        (DUE + timedelta(seconds=1), True),
    ],
)
def test_a_step_is_overdue_from_the_instant_on_at_which_it_is_due(
    as_of: datetime, overdue: bool
) -> None:
    renewal = step("a", kind="turn_off_renewal", due=DUE)
    assert is_overdue(renewal, "todo", as_of, BILL_CLOCK) is overdue
    assert is_overdue(renewal, "blocked", as_of, BILL_CLOCK) is overdue
    assert not is_overdue(renewal, "done", as_of, BILL_CLOCK)


def test_only_a_step_with_a_deadline_can_be_overdue() -> None:
    after = DUE + timedelta(days=1)
    assert is_overdue(step("a", kind="own", due=DUE), "todo", after, BILL_CLOCK)
    # A key is deleted not before it is due.
    assert not is_overdue(step("a", kind="delete_key", due=DUE), "todo", after, BILL_CLOCK)
    assert not is_overdue(step("a", kind="turn_off_renewal"), "todo", after, BILL_CLOCK)


def test_a_step_needs_what_its_kind_says_and_what_people_added_but_never_itself() -> None:
    disable = step("disable", "own", "gone", subject=Target("api_key", "1", workspace_id="llm-a"))
    delete = step("delete", kind="delete_key", subject=disable.subject)
    own = step("own", kind="own")
    needs = {one.id: one.needs for one in with_needs([delete, disable, own])}
    assert needs["own"] == ()
    assert needs["disable"] == ("own",)
    assert "disable" in needs["delete"]
    assert "delete" not in needs["delete"]


def test_what_is_asked_for_by_two_is_one_step_that_tells_each_reason_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def wanted(scene: Scene) -> list[Step]:
        return [step("a", why=why) for why in ("Too dear.", "No owner.", "Too dear.")]

    monkeypatch.setattr(plan, "KINDS", {"disable_key": Kind("disable_key", wanted, "")})
    (one,) = steps_of(cast(Scene, None))
    assert (one.id, one.why) == ("a", "Too dear. No owner.")
