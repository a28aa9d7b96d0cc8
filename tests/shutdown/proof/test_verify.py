"""The rules of proof, one by one: the bill before the inventory before a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from bills import INFERENCE, instance, timed, timed_bill
from bills import other as another

from govern.bill.exported import given
from govern.judge.check.check import Terms
from govern.ledger.reading import Reading, read
from govern.model.checklist import Checklist, Step, Target, Written
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.directory import Directory
from govern.model.inventory import ApiKey, Inventory, LookedAt, Plan, Resource
from govern.model.verification import StepResult, VerificationReport
from govern.shutdown.plan.draft import checklist_of
from govern.shutdown.plan.tick import Word, tick
from govern.shutdown.proof.report import Question, prove

STOP = "2026-09-10T08:00:00"
REACH = "2026-09-20 12:00:00"


def charge(at: str, key: str = "7", code: str = INFERENCE, item: str = "PayAsYouGoBill") -> str:
    return timed(at, instance(key) if code == INFERENCE else "plan", code=code, item=item)


def other(at: str = REACH, account: str = "100") -> str:
    """What shows how far a bill reaches."""
    return another(at, account)


BEFORE = [charge("2026-09-09 10:00:00"), charge("2026-09-09 10:00:00", "8")]


def written(folder: Path, rows: list[str]) -> str:
    return str(timed_bill(folder, *rows))


def planned(folder: Path, *wanted: str, directory: Directory | None = None) -> Checklist:
    terms = Terms(as_of=datetime(2026, 9, 10), directory=directory or Directory(()))
    with read([written(folder, BEFORE)], Reading()) as ledger:
        checklist, _ = checklist_of(ledger, [], terms, wanted or ["api_key=7"], [])
    return checklist


def moment(text: str) -> Moment:
    return Moment(datetime.fromisoformat(text), BILL_CLOCK)


def ticked(checklist: Checklist, *names: str, at: str = STOP) -> Checklist:
    return tick(checklist, names or ["*"], Word("done", "lin", moment(at)))[0]


def proved(
    folder: Path,
    checklist: Checklist,
    rows: list[str] | None,
    *,
    exported: str | None = None,
    as_of: str = "2026-09-21T00:00:00",
    **asked: object,
) -> VerificationReport:
    question = Question(as_of=datetime.fromisoformat(as_of), clock=BILL_CLOCK)
    question = replace(question, **asked)  # type: ignore[arg-type]
    held = Written(checklist, "c.yaml", "0" * 64)
    if rows is None:
        return prove(held, None, question)
    path = written(folder, rows)
    told = given([f"{path}={exported}"] if exported else [])
    with read([path], Reading(exported_at=told)) as ledger:
        return prove(held, ledger, question)


def result(report: VerificationReport, id: str) -> StepResult:
    (found,) = [step for step in report.steps if step.id == id]
    return found


def still_open(report: VerificationReport) -> list[str]:
    """What isn't over: the final bill at least, which nobody can have seen before it was final."""
    return [step.id for step in report.steps if step.state not in ("proved", "kept")]


KEY = "disable_key.llm-a.7"


def test_an_open_step_stays_open_however_silent_its_key_is(tmp_path: Path) -> None:
    report = proved(tmp_path, planned(tmp_path), [*BEFORE, other()])
    assert result(report, KEY).state == "blocked"
    assert report.exit.code == 6


def test_a_later_charge_outranks_a_word(tmp_path: Path) -> None:
    rows = [*BEFORE, charge("2026-09-11 09:00:00"), other()]
    report = proved(tmp_path, ticked(planned(tmp_path)), rows)
    found = result(report, KEY)
    assert (found.state, found.basis) == ("failed", "bill")
    assert found.charges_after[0].evidence[0].line == 4
    assert (report.exit.code, report.exit.cause) == (1, "leaking")
    assert proved(tmp_path, ticked(planned(tmp_path)), rows, fail_on="never").exit.code == 6


def test_the_bill_must_reach_far_enough(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path))
    near = result(proved(tmp_path, checklist, [*BEFORE, other("2026-09-12 08:14:59")]), KEY)
    assert (near.state, near.look_again_at) == ("waiting", datetime(2026, 9, 12, 8, 15))
    far = result(proved(tmp_path, checklist, [*BEFORE, other("2026-09-12 08:15:00")]), KEY)
    assert (far.state, far.basis) == ("proved", "bill")


def test_a_bill_of_another_account_proves_nothing(tmp_path: Path) -> None:
    report = proved(tmp_path, ticked(planned(tmp_path)), [other(account="200")])
    found = result(report, KEY)
    assert (found.state, found.look_again_at) == ("waiting", datetime(2026, 9, 12, 8, 15))
    assert "holds nothing of account 100" in found.reason


def inventory(at: str, **fields: object) -> Directory:
    key = ApiKey("7", workspace_id="llm-a", **fields)  # type: ignore[arg-type]
    return Directory([Inventory(moment(at), "100", True, api_keys=(key,), path="i.yaml")])


@pytest.mark.parametrize(("at", "state"), [("2026-09-11", "failed"), ("2026-09-09", "proved")])
def test_a_newer_inventory_that_says_enabled_contradicts_a_tick(
    tmp_path: Path, at: str, state: str
) -> None:
    seen = inventory(f"{at}T00:00:00", disabled=False)
    report = proved(tmp_path, ticked(planned(tmp_path)), [*BEFORE, other()], directory=seen)
    assert result(report, KEY).state == state
    # Nothing was charged after the stop: that isn't exit code 1.
    assert report.exit.code == 6
    assert (still_open(report) == ["final_bill"]) == (state == "proved")


def test_a_key_that_is_listed_still_isn_t_deleted(tmp_path: Path) -> None:
    seen = inventory("2026-09-11T00:00:00", disabled=True, disabled_at=moment(STOP))
    report = proved(tmp_path, ticked(planned(tmp_path)), [*BEFORE, other()], directory=seen)
    assert result(report, "delete_key.llm-a.7").state == "failed"
    assert result(report, KEY).state == "proved"


def test_the_inventory_ticks_what_nobody_ticked(tmp_path: Path) -> None:
    seen = inventory("2026-09-11T00:00:00", disabled=True, disabled_at=moment(STOP))
    report = proved(tmp_path, planned(tmp_path), [*BEFORE, other()], directory=seen)
    found = result(report, KEY)
    assert (found.state, found.stopped_at) == ("proved", datetime(2026, 9, 10, 8))


def test_what_is_kept_on_purpose_isn_t_held_against_the_closing_proof(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, "all"))
    word = Word("kept", "wang", moment(STOP), reason="billing job", until=moment("2026-12-01"))
    kept, _ = tick(checklist, ["disable_key.llm-a.8", "delete_key.llm-a.8"], word)
    kept, _ = tick(kept, ["retire_workspace.*"], word)
    rows = [*BEFORE, charge("2026-09-15 10:00:00", "8"), other()]
    report = proved(tmp_path, kept, rows)
    assert result(report, "disable_key.llm-a.8").state == "kept"
    assert result(report, "closing_proof.all").state == "proved"
    assert still_open(report) == ["final_bill"]
    later = proved(tmp_path, kept, rows, as_of="2026-12-01T00:00:00")
    assert result(later, "disable_key.llm-a.8").state == "todo"
    assert later.exit.code in (1, 6)


def test_a_month_s_final_bill_is_proved_by_its_export_instant(tmp_path: Path) -> None:
    checklist = ticked(
        planned(tmp_path),
        "disable_key.*",
        "delete_key.*",
        "look_at_*",
        "tell_owners.*",
        "safety_net",
    )
    rows = [*BEFORE, other("2026-09-30 00:00:00")]
    early = proved(tmp_path, checklist, rows, as_of="2026-10-02T00:00:00")
    assert result(early, "final_bill").look_again_at == datetime(2026, 10, 3, 12)
    unknown = proved(tmp_path, checklist, rows, as_of="2026-10-05T00:00:00")
    assert "exported after 2026-10-03 12:00" in result(unknown, "final_bill").reason
    final = proved(
        tmp_path, checklist, rows, exported="2026-10-03T12:00:01", as_of="2026-10-05T00:00:00"
    )
    assert (result(final, "final_bill").state, result(final, "final_bill").basis) == (
        "proved",
        "bill",
    )
    assert final.exit.code == 0


def test_a_key_made_since_makes_the_checklist_stale(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, "workspace=llm-a"))
    rows = [*BEFORE, charge("2026-09-10 07:00:00", "9"), other()]
    report = proved(tmp_path, checklist, rows)
    assert report.exit.code == 6
    assert "stale checklist" in report.exit.reason
    assert "llm-a/9" in " ".join(report.notes)


def step(kind: str, target: Target, proof: str) -> Step:
    return Step(
        kind, kind, "cn-beijing", target, "w", "h", True, proof,
        state="done", by="lin", at=moment(STOP),
    )  # fmt: skip


def only(one: Step) -> Checklist:
    return Checklist(moment(STOP), ("100",), steps=(one,))


def test_a_purchase_after_renewal_was_turned_off_is_a_renewal(tmp_path: Path) -> None:
    plan = step("turn_off_renewal", Target("plan", None, "coding_plan"), "person")
    bought = charge(
        "2026-09-15 10:00:00", code="sfm_codingplan_public_cn", item="SubscriptionOrder"
    )
    quiet = proved(tmp_path, only(plan), [*BEFORE, other()])
    assert (quiet.on_word, quiet.exit.code) == (1, 0)
    report = proved(tmp_path, only(plan), [*BEFORE, bought, other()])
    assert (result(report, "turn_off_renewal").state, report.exit.code) == ("failed", 1)


def test_an_inventory_knows_that_a_plan_ends_or_renews(tmp_path: Path) -> None:
    plan = step("turn_off_renewal", Target("plan", "c-1", "coding_plan"), "person")
    for renewal, state in (("ends", "proved"), ("renews", "failed")):
        seen = Inventory(
            moment("2026-09-12"),
            "100",
            True,
            plans=(Plan("coding_plan", "c-1", None, None, renewal),),
        )
        report = proved(tmp_path, only(plan), [*BEFORE, other()], directory=Directory([seen]))
        assert (
            result(report, "turn_off_renewal").state,
            result(report, "turn_off_renewal").basis,
        ) == (
            state,
            "inventory",
        )


@pytest.mark.parametrize(
    ("at", "state"),
    # 48 hours after the stop at 08:00 a deployment's charge is no late hour any more.
    [("2026-09-12 07:59:59", "proved"), ("2026-09-12 08:00:00", "failed")],
)
def test_a_deployment_s_last_hours_may_be_charged_late(tmp_path: Path, at: str, state: str) -> None:
    offline = step("take_offline", Target("service", "deployment"), "bill")
    rows = [charge(at, code="sfm_deployment_public_cn"), other()]
    report = proved(tmp_path, only(offline), [*BEFORE, *rows])
    assert result(report, "take_offline").state == state


def test_a_deployment_that_the_inventory_calls_running_fails(tmp_path: Path) -> None:
    offline = step("take_offline", Target("deployment", "d-1", None, "llm-a"), "bill")
    running = Resource("d-1", workspace_id="llm-a", status="RUNNING")
    seen = Inventory(moment("2026-09-12"), "100", True, deployments=(running,), path="i.yaml")
    report = proved(tmp_path, only(offline), [*BEFORE, other()], directory=Directory([seen]))
    assert result(report, "take_offline").state == "failed"


def test_a_step_of_an_unknown_kind_is_people_s_own(tmp_path: Path) -> None:
    mine = step("call_the_bank", Target("account", None), "person")
    assert proved(tmp_path, only(mine), [*BEFORE, other()]).exit.code == 0
    by_bill = step("disable_kye", Target("api_key", "7", None, "llm-a"), "bill")
    report = proved(tmp_path, only(by_bill), [*BEFORE, other()])
    assert result(report, "disable_kye").state == "waiting"


def test_the_order_of_the_steps_in_the_file_changes_no_result(tmp_path: Path) -> None:
    checklist = ticked(planned(tmp_path, "workspace=llm-a"))
    backwards = replace(checklist, steps=tuple(reversed(checklist.steps)))
    for rows in ([*BEFORE, other()], [*BEFORE, charge("2026-09-12 10:00:00"), other()]):
        states = [
            {one.id: one.state for one in proved(tmp_path, steps, rows).steps}
            for steps in (checklist, backwards)
        ]
        assert states[0] == states[1]


def test_without_any_bill_only_words_and_inventories_count(tmp_path: Path) -> None:
    report = proved(tmp_path, ticked(planned(tmp_path)), None)
    assert result(report, KEY).state == "waiting"
    assert result(report, "safety_net").state == "proved"
    assert report.exit.code == 6


def later(**lists: object) -> Inventory:
    """Collected after the stop, though what it holds may have been seen before."""
    return Inventory(moment("2026-09-12"), "100", True, path="i.yaml", **lists)  # type: ignore[arg-type]


BEFORE_STOP, AFTER_STOP = moment("2026-09-09"), moment("2026-09-11")


@pytest.mark.parametrize(
    ("seen_at", "state"), [(None, "failed"), (AFTER_STOP, "failed"), (BEFORE_STOP, "proved")]
)
def test_a_record_counts_from_when_it_was_last_seen(
    tmp_path: Path, seen_at: Moment | None, state: str
) -> None:
    """A tick of the 10th isn't contradicted by what was seen on the 9th and kept since."""
    key = ApiKey("7", workspace_id="llm-a", disabled=False, seen_at=seen_at)
    seen = Directory([later(api_keys=(key,))])
    report = proved(tmp_path, ticked(planned(tmp_path)), [*BEFORE, other()], directory=seen)
    assert result(report, KEY).state == state
    offline = step("take_offline", Target("deployment", "d-1", None, "llm-a"), "bill")
    running = Resource("d-1", workspace_id="llm-a", status="RUNNING", seen_at=seen_at)
    seen = Directory([later(deployments=(running,))])
    report = proved(tmp_path, only(offline), [*BEFORE, other()], directory=seen)
    assert result(report, "take_offline").state == state
    renewal = step("turn_off_renewal", Target("plan", "c-1", "coding_plan"), "person")
    plan = Plan("coding_plan", "c-1", None, None, "renews", seen_at)
    seen = Directory([later(plans=(plan,))])
    report = proved(tmp_path, only(renewal), [*BEFORE, other()], directory=seen)
    assert result(report, "turn_off_renewal").state == state


def test_a_key_that_is_kept_in_the_file_isn_t_still_listed(tmp_path: Path) -> None:
    key = ApiKey(
        "7", workspace_id="llm-a", disabled=True, disabled_at=moment(STOP), seen_at=BEFORE_STOP
    )
    seen = Directory([later(api_keys=(key,))])
    report = proved(tmp_path, ticked(planned(tmp_path)), [*BEFORE, other()], directory=seen)
    assert result(report, "delete_key.llm-a.7").state != "failed"


def test_a_key_disabled_since_nobody_knows_when_counts_from_when_it_was_seen() -> None:
    from govern.shutdown.plan.steps.disable_key import KIND

    key = ApiKey("7", workspace_id="llm-a", disabled=True, seen_at=AFTER_STOP)
    mine = step("disable_key", Target("api_key", "7", None, "llm-a"), "bill")
    told = KIND.seen(mine, Directory([later(api_keys=(key,))]), BILL_CLOCK)
    assert told is not None
    assert told.at == AFTER_STOP.on(BILL_CLOCK)


def test_of_two_inventories_the_one_counts_that_saw_the_record_last() -> None:
    """The file of the 12th kept what it saw on the 9th; that of the 11th saw the key itself."""
    kept = ApiKey("7", workspace_id="llm-a", disabled=False, seen_at=BEFORE_STOP)
    fresh = ApiKey("7", workspace_id="llm-a", disabled=True)
    other_file = Inventory(AFTER_STOP, "100", True, api_keys=(fresh,))
    found = Directory([later(api_keys=(kept,)), other_file]).key("llm-a", "7")
    assert found is fresh
    gone = ApiKey("7", workspace_id="llm-a", gone_at=moment("2026-09-12"), seen_at=BEFORE_STOP)
    found = Directory([later(api_keys=(gone,)), other_file]).key("llm-a", "7")
    assert found is gone


def test_a_region_seen_whole_doesn_t_speak_for_knowledge_bases() -> None:
    from govern.shutdown.plan.steps.delete_knowledge_base import KIND as BASES
    from govern.shutdown.plan.steps.take_offline import KIND as OFFLINE

    full = (LookedAt("cn-beijing", "full"),)
    seen = Directory([later(regions=full)])
    base = replace(
        step("delete_knowledge_base", Target("knowledge_base", "kb-1", None, "llm-a"), "bill"),
        region_id="cn-beijing",
    )
    assert BASES.seen(base, seen, BILL_CLOCK) is None
    deployment = replace(
        step("take_offline", Target("deployment", "d-1", None, "llm-a"), "bill"),
        region_id="cn-beijing",
    )
    told = OFFLINE.seen(deployment, seen, BILL_CLOCK)
    assert told is not None
    assert told.over
