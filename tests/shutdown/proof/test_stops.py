"""When each step was done, by whom, and what still holds one up: the law on literals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from govern.model.checklist import Checklist, Step, Target
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.directory import Directory
from govern.model.inventory import ApiKey, Inventory, LookedAt
from govern.model.verification import StepResult
from govern.shutdown.plan.steps import KINDS
from govern.shutdown.plan.steps.closing_proof import FINDINGS
from govern.shutdown.proof.case import Grounds
from govern.shutdown.proof.stops import Stops
from govern.shutdown.proof.verify import overdue, verify

AS_OF = datetime(2026, 9, 21)


def moment(day: int) -> Moment:
    return Moment(datetime(2026, 9, day, 8), BILL_CLOCK)


def step(id: str, kind: str = "disable_key", key: str = "7", needs: tuple[str, ...] = ()) -> Step:
    target = Target("api_key", key, None, "llm-a")
    return Step(id, kind, "cn-beijing", target, "w", "h", True, "bill", needs=needs)


def closing(*needs: str) -> Step:
    wish = Target("wish", "workspace=llm-a")
    return Step("closing", "closing_proof", None, wish, "w", "h", True, "bill", needs=needs)


def done(one: Step, day: int) -> Step:
    return replace(one, state="done", by="lin", at=moment(day))


def kept(one: Step, day: int) -> Step:
    return replace(
        one, state="kept", by="lin", at=moment(day), reason="in use", until=moment(day + 1)
    )


def listed(*keys: ApiKey, at: Moment | None = None) -> Directory:
    regions = (LookedAt("cn-beijing", "full"),)
    return Directory([Inventory(at, "100", True, regions, keys, path="i.yaml")])


def checklist(*steps: Step) -> Checklist:
    return Checklist(moment(1), ("100",), steps=steps)


def stop_of(id: str, *steps: Step, directory: Directory | None = None) -> datetime | None:
    grounds = Grounds(AS_OF, BILL_CLOCK, directory=directory or Directory(()))
    return Stops(checklist(*steps), grounds).at[id]


def result_of(id: str, *steps: Step, directory: Directory | None = None) -> StepResult:
    grounds = Grounds(AS_OF, BILL_CLOCK, directory=directory or Directory(()))
    results = verify(checklist(*steps), grounds)
    (result,) = [each for each in results if each.id == id]
    return result


FIRST, SECOND = step("first", key="7"), step("second", key="8")


def test_what_was_ticked_stopped_then_and_what_is_kept_never_did() -> None:
    assert stop_of("first", done(FIRST, 5)) == moment(5).on(BILL_CLOCK)
    assert stop_of("first", kept(FIRST, 5)) is None
    assert stop_of("first", FIRST) is None


def test_a_closing_proof_counts_from_the_last_stop() -> None:
    for early, late in ((5, 9), (9, 5)):
        steps = (done(FIRST, early), done(SECOND, late), closing("first", "second"))
        assert stop_of("closing", *steps) == moment(9).on(BILL_CLOCK)


def test_a_closing_proof_has_no_stop_while_a_step_is_open() -> None:
    assert stop_of("closing", done(FIRST, 5), SECOND, closing("first", "second")) is None
    assert stop_of("closing", SECOND, done(FIRST, 5), closing("first", "second")) is None


def test_what_is_kept_or_over_by_the_inventory_holds_no_closing_proof_up() -> None:
    need = closing("first", "second")
    stop = moment(5).on(BILL_CLOCK)
    assert stop_of("closing", done(FIRST, 5), kept(SECOND, 12), need) == stop
    over = listed(ApiKey("8", workspace_id="llm-a", disabled=True))
    assert stop_of("closing", done(FIRST, 5), SECOND, need, directory=over) == stop
    # One that is enabled still is open.
    enabled = listed(ApiKey("8", workspace_id="llm-a", disabled=False))
    assert stop_of("closing", done(FIRST, 5), SECOND, need, directory=enabled) is None


def test_of_nothing_but_kept_steps_nothing_stopped() -> None:
    assert stop_of("closing", kept(FIRST, 5), closing("first")) is None
    result = result_of("closing", kept(FIRST, 20), closing("first"))
    assert result.reason == "none of the steps that it needs stopped anything"


def test_an_open_closing_proof_says_what_it_waits_for() -> None:
    result = result_of("closing", done(FIRST, 5), SECOND, closing("first", "second"))
    assert (result.state, result.reason) == ("blocked", "first second")
    alone = result_of("closing", closing())
    assert (alone.state, alone.reason) == ("todo", "not done")


def test_an_open_step_waits_for_those_that_it_needs_and_no_longer() -> None:
    after = step("after", key="9", needs=("first",))
    held_up = result_of("after", FIRST, after)
    assert (held_up.state, held_up.reason) == ("blocked", "first first")
    both = result_of("after", FIRST, SECOND, replace(after, needs=("first", "second")))
    assert (both.state, both.reason) == ("blocked", "first first and 1 more")
    free = result_of("after", done(FIRST, 5), after)
    assert (free.state, free.reason) == ("todo", "not done")


def test_what_the_inventory_shows_to_be_over_holds_nothing_up() -> None:
    over = listed(ApiKey("7", workspace_id="llm-a", disabled=True), at=moment(6))
    after = step("after", key="9", needs=("first",))
    assert result_of("after", FIRST, after, directory=over).state == "todo"


@pytest.mark.parametrize(("due", "told"), [(20, "due since"), (21, "due since"), (22, "due")])
def test_an_open_step_says_when_it_is_due(due: int, told: str) -> None:
    at = Moment(datetime(2026, 9, due), BILL_CLOCK)
    result = result_of("first", replace(FIRST, due=at))
    assert result.reason == f"not done; {told} 2026-09-{due}"


def test_a_region_that_was_looked_at_some_day_needs_no_date() -> None:
    look = Step(
        "look", "look_at_region", "cn-beijing", Target("region", "cn-beijing"), "w", "h", True,
        "person",
    )  # fmt: skip
    result = result_of("look", look, directory=listed())
    assert (result.state, result.basis) == ("proved", "inventory")


def test_a_key_that_is_off_since_nobody_knows_when_waits() -> None:
    over = listed(ApiKey("7", workspace_id="llm-a", disabled=True))
    result = result_of("first", FIRST, directory=over)
    assert result.state == "waiting"
    assert result.reason.endswith("but not since when: collected_at is missing")


def test_a_need_that_is_on_no_list_holds_nothing_up() -> None:
    stops = Stops(checklist(FIRST), Grounds(AS_OF, BILL_CLOCK))
    assert (stops.state("first"), stops.state("gone")) == ("todo", "done")


def target(kind: str, id: str, step_kind: str, needs: tuple[str, ...] = ()) -> Step:
    subject = Target(kind, id, None, "llm-a")
    return Step(id, step_kind, "cn-beijing", subject, "w", "h", True, "bill", needs=needs)


def test_of_what_is_kept_only_a_key_is_excused() -> None:
    retired = target("workspace", "llm-a", "retire_workspace")
    steps = (done(FIRST, 5), kept(SECOND, 20), kept(retired, 20))
    proof = replace(closing("first", "second", "llm-a"), state="done", by="lin", at=moment(6))
    stops = Stops(checklist(*steps, proof), Grounds(AS_OF, BILL_CLOCK))
    whole, own = KINDS["closing_proof"].scope(proof), KINDS["disable_key"].scope(SECOND)
    assert whole and own
    assert stops.charges(proof) == (whole.without([own.certain]), moment(6).on(BILL_CLOCK))
    # A key that isn't kept any more is held against it again.
    late = Stops(checklist(done(FIRST, 5), kept(SECOND, 12), proof), Grounds(AS_OF, BILL_CLOCK))
    assert late.charges(proof) == (whole.without([]), moment(6).on(BILL_CLOCK))


def test_jobs_end_with_their_step_and_with_the_closing_proof_that_needs_it() -> None:
    job = target("training_job", "ft-1", "cancel_training")
    later = step("later", key="9", needs=("ft-1",))
    steps = (done(job, 5), done(FIRST, 5), later, closing("ft-1", "first"))
    stops = Stops(checklist(*steps), Grounds(AS_OF, BILL_CLOCK))
    assert [stops.ends_jobs(each) for each in steps] == [True, False, False, True]


def test_the_final_bill_is_looked_at_when_all_else_is_known() -> None:
    bill = Step("bill", "final_bill", None, Target("bill", None), "w", "h", True, "person")
    result = result_of("bill", bill, done(FIRST, 5))
    assert result.reason == "the bill of 2026-09 becomes final at 2026-10-03 12:00"


def test_overdue_is_what_had_a_deadline_and_is_open_after_it() -> None:
    renewal = target("plan", "coding", "turn_off_renewal")
    past, future = (
        replace(renewal, id=id, due=Moment(datetime(2026, 9, day), BILL_CLOCK))
        for id, day in (("past", 20), ("future", 22))
    )
    grounds = Grounds(AS_OF, BILL_CLOCK)
    steps = checklist(past, future, done(replace(past, id="done"), 19))
    assert overdue(steps, verify(steps, grounds), grounds) == ["past since 2026-09-20"]


def test_a_closing_proof_of_findings_is_looked_at_behind_what_it_needs() -> None:
    proof = replace(closing("first"), subject=Target("wish", FINDINGS))
    result = result_of("closing", proof, done(FIRST, 5))
    assert (result.state, result.reason) == ("waiting", "still waiting: first")
