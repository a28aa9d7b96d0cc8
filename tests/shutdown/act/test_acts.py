"""What is called and what isn't: every reason not to act, and every answer that may come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apply_running import ACCOUNT, START, Clock, checklist, outcomes, run, standin, step
from standin import server
from standin.direct import Direct
from standin.server import FAULTS, StandIn

from govern.model.checklist import Step
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.errors import GovernError
from govern.model.journal_line import read
from govern.model.policy import Pattern

THEN = Moment(START, BILL_CLOCK)
LATER = Moment(START + timedelta(days=30), BILL_CLOCK)


def one(tmp_path: Path, made: StandIn, *steps: Step, **more: Any) -> Any:
    report = run(checklist(*steps), tmp_path / "j.jsonl", Direct(made), **more)
    return report.steps[-1]


def test_a_key_is_disabled_and_nothing_else_is_called(tmp_path: Path) -> None:
    made = standin([1, 2])
    report = run(checklist(step("disable_key", "1")), tmp_path / "j.jsonl", Direct(made))
    assert outcomes(report) == {"disable_key.1": "done"}
    assert [(call.operation, call.parameters["id"]) for call in made.acts] == [
        ("DisableApiKey", "1")
    ]
    assert [row["disabled"] for row in made.account.keys] == [1, 0]
    assert report.exit.code == 0


@pytest.mark.parametrize("state", ["failed", "kept"])
def test_a_step_that_people_decided_otherwise_is_left(tmp_path: Path, state: str) -> None:
    """``kept`` until an instant that is over: it is open again, and for people to say so."""
    made = standin([1])
    known = step("disable_key", "1", state=state, by="lin", reason="r", until=THEN, at=THEN)
    left = one(tmp_path, made, known)
    assert (left.outcome, made.acts) == ("skipped", [])


def test_what_is_kept_is_kept_and_what_is_ticked_is_done(tmp_path: Path) -> None:
    made = standin([1, 2])
    steps = (
        step("disable_key", "1", state="kept", by="lin", reason="moves", until=LATER, at=THEN),
        step("disable_key", "2", state="done", by="lin", at=THEN),
    )
    report = run(checklist(*steps), tmp_path / "j.jsonl", Direct(made))
    assert list(outcomes(report).values()) == ["kept", "already"]
    assert (report.exit.code, made.acts) == (0, [])


def test_a_step_waits_for_those_that_it_needs(tmp_path: Path) -> None:
    made = standin([1])
    asked = step("tell_owners", "llm-a", target="workspace")
    blocked = one(tmp_path, made, asked, step("disable_key", "1", needs=(asked.id,)))
    assert (blocked.outcome, blocked.reason) == ("blocked", "first tell_owners.llm-a")
    ticked = replace(asked, state="done", by="lin", at=THEN)
    assert (
        one(tmp_path, made, ticked, step("disable_key", "1", needs=(asked.id,))).outcome == "done"
    )


def test_one_step_that_fails_stops_only_those_that_need_it(tmp_path: Path) -> None:
    made = standin([1, 2, 3])
    made.faults["DisableApiKey", 1] = "success false"
    first, other = step("disable_key", "1"), step("disable_key", "2")
    report = run(
        checklist(first, step("disable_key", "3", needs=(first.id,)), other),
        tmp_path / "j.jsonl",
        Direct(made),
    )
    assert outcomes(report) == {
        "disable_key.1": "failed",
        "disable_key.3": "blocked",
        "disable_key.2": "done",
    }
    assert (report.exit.code, report.exit.cause) == (5, "network")


@pytest.mark.parametrize(
    "word", ["1", "llm-a/1", "llm-a", "key 1", "k?y 1", "billing", "*", "llm-*"]
)
def test_protect_always_wins(tmp_path: Path, word: str) -> None:
    """By id, by place, by workspace, by the name in the account and in the checklist."""
    made = standin([1])
    known = step("disable_key", "1")
    known = replace(known, subject=replace(known.subject, name="billing"))
    left = one(tmp_path, made, known, protect=[Pattern(word)])
    assert (left.outcome, made.acts) == ("protected", [])


@pytest.mark.parametrize("word", ["KEY 1", "LLM-A", "11", "llm-a/"])
def test_protect_is_exact_in_its_letters(tmp_path: Path, word: str) -> None:
    made = standin([1])
    assert one(tmp_path, made, step("disable_key", "1"), protect=[Pattern(word)]).outcome == "done"


def test_the_name_of_a_workspace_protects_what_runs_in_it(tmp_path: Path) -> None:
    made = standin()
    made.account.workspaces[0]["workspaceName"] = "production"
    made.account.deployments["llm-a"] = [{"deployed_model": "d-1", "status": "RUNNING"}]
    deployment = step("take_offline", "d-1", target="deployment", approved_by="wang")
    left = one(tmp_path, made, deployment, protect=[Pattern("production")])
    assert (left.outcome, made.acts) == ("protected", [])


def test_what_cannot_be_undone_needs_a_name(tmp_path: Path) -> None:
    made = standin()
    made.account.fine_tunes["llm-a"] = [{"job_id": "ft-1", "status": "RUNNING"}]
    job = step("cancel_training", "ft-1", target="training_job")
    assert one(tmp_path, made, job).outcome == "unapproved"
    assert made.acts == []
    assert one(tmp_path, made, replace(job, approved_by="wang")).outcome == "done"


@pytest.mark.parametrize(
    ("kind", "target", "status", "expected"),
    [
        ("cancel_training", "training_job", "PENDING", "done"),
        ("cancel_training", "training_job", "QUEUING", "done"),
        ("cancel_training", "training_job", "CANCELING", "accepted"),
        ("cancel_training", "training_job", "SUCCEEDED", "already"),
        ("cancel_training", "training_job", "CANCELED", "already"),
        ("cancel_training", "training_job", "SOMETHING", "blocked"),
        ("cancel_batch", "batch", "validating", "done"),
        ("cancel_batch", "batch", "finalizing", "done"),
        ("cancel_batch", "batch", "cancelling", "accepted"),
        ("cancel_batch", "batch", "expired", "already"),
        ("take_offline", "deployment", "RUNNING", "done"),
        ("take_offline", "deployment", "PENDING", "done"),
        ("take_offline", "deployment", "UPDATING", "done"),
        ("take_offline", "deployment", "STOPPED", "already"),
        ("take_offline", "deployment", "FAILED", "blocked"),
        ("take_offline", "deployment", "DELETING", "accepted"),
    ],
)
def test_an_act_is_made_in_the_documented_states_only(
    tmp_path: Path, kind: str, target: str, status: str, expected: str
) -> None:
    made = standin()
    made.account.fine_tunes["llm-a"] = [{"job_id": "x-1", "status": status}]
    made.account.batches["llm-a"] = [{"id": "x-1", "status": status}]
    made.account.deployments["llm-a"] = [{"deployed_model": "x-1", "status": status}]
    found = one(tmp_path, made, step(kind, "x-1", target=target, approved_by="wang"))
    assert found.outcome == expected
    assert len(made.acts) == (1 if expected == "done" else 0)


def test_what_is_not_listed_is_missing_and_never_done(tmp_path: Path) -> None:
    made = standin()
    steps = (
        step("disable_key", "7"),
        step("cancel_training", "ft-9", target="training_job", approved_by="wang"),
        step("retire_workspace", "llm-x", target="workspace", workspace="llm-x", approved_by="w"),
        step("turn_off_renewal", "cp-9", target="plan"),
    )
    report = run(checklist(*steps), tmp_path / "j.jsonl", Direct(made))
    assert set(outcomes(report).values()) == {"missing"}
    assert (report.exit.code, made.acts) == (6, [])


def test_jobs_without_a_key_of_their_workspace_are_missing(tmp_path: Path) -> None:
    made = standin()
    made.account.deployments["llm-a"] = [{"deployed_model": "d-1", "status": "RUNNING"}]
    deployment = step("take_offline", "d-1", target="deployment", approved_by="wang")
    found = one(tmp_path, made, deployment, keys=())
    assert (found.outcome, made.acts) == ("missing", [])
    assert "no API key of workspace llm-a" in found.reason
    elsewhere = replace(deployment, region_id="eu-central-1")
    assert one(tmp_path, made, elsewhere).outcome == "manual"


def test_jobs_come_before_the_keys_that_can_end_them(tmp_path: Path) -> None:
    made = standin([1])
    made.account.fine_tunes["llm-a"] = [{"job_id": "ft-1", "status": "RUNNING"}]
    job = step("cancel_training", "ft-1", target="training_job", approved_by="wang")
    run(checklist(step("disable_key", "1"), job), tmp_path / "j.jsonl", Direct(made))
    assert [call.operation for call in made.acts] == ["CancelFineTune", "DisableApiKey"]


def test_a_renewal_is_by_hand_unless_asked_for(tmp_path: Path) -> None:
    made = standin()
    made.account.plans.append({"InstanceID": "cp-1", "RenewStatus": "AutoRenewal"})
    plan = step("turn_off_renewal", "cp-1", target="plan")
    assert one(tmp_path, made, plan, renewal_by_api=False).outcome == "manual"
    assert made.acts == []
    assert one(tmp_path, made, plan).outcome == "done"
    assert made.account.plans[0]["RenewStatus"] == "NotRenewal"


def test_a_workspace_with_a_key_in_it_is_left(tmp_path: Path) -> None:
    made = standin([1])
    space = step("retire_workspace", "llm-a", target="workspace", approved_by="wang")
    found = one(tmp_path, made, space)
    assert (found.outcome, made.acts) == ("blocked", [])
    assert "1 API key" in found.reason


def test_a_workspace_that_the_account_keeps_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = standin()
    told = {"isDeleted": False, "failReasons": [{"resourceType": "Default", "reason": "default"}]}
    monkeypatch.setattr("standin.server._workspace", lambda of, id: told)
    space = step("retire_workspace", "llm-a", target="workspace", approved_by="wang")
    found = one(tmp_path, made, space)
    assert found.outcome == "failed"
    assert "Default default" in found.reason


#: By fault: what comes of the step, whether the key is disabled, how often it was called.
_AFTER = {
    "time-out before": ("failed", 0, 1),
    "reset before": ("failed", 0, 1),
    "half a body": ("failed", 0, 1),
    "500": ("failed", 0, 1),
    "no json": ("failed", 0, 1),
    "success false": ("failed", 0, 1),
    "redirect": ("failed", 0, 1),
    "leak": ("failed", 0, 1),
    "expired": ("failed", 0, 1),
    "time-out after": ("done", 1, 1),
    "reset after": ("done", 1, 1),
    "503 after": ("done", 1, 1),
    "429": ("done", 1, 2),
    "throttled": ("done", 1, 2),
}


def test_a_key_whose_disabling_failed_does_not_wait_for_its_quiet_time(tmp_path: Path) -> None:
    made = standin([1])
    made.faults["DisableApiKey", 1] = "success false"
    first = step("disable_key", "1")
    gone = step("delete_key", "1", needs=(first.id,), approved_by="wang")
    report = run(checklist(first, gone), tmp_path / "j.jsonl", Direct(made))
    assert outcomes(report) == {"disable_key.1": "failed", "delete_key.1": "blocked"}


def test_a_state_that_cannot_be_had_stops_only_its_own_step(tmp_path: Path) -> None:
    """A caller who may not see plans still disables keys."""
    made = standin([1])
    made.account.denied = {"bssapi:QueryAvailableInstances"}
    plan = step("turn_off_renewal", "cp-1", target="plan")
    other = step("disable_key", "1")
    report = run(checklist(plan, other), tmp_path / "j.jsonl", Direct(made))
    assert list(outcomes(report).values()) == ["failed", "done"]
    assert "bssapi:QueryAvailableInstances" in report.steps[0].reason
    assert report.exit.code == 5


def test_keys_that_cannot_be_seen_stop_the_run(tmp_path: Path) -> None:
    made = standin([1])
    made.account.denied = {"modelstudio:ListApiKeys"}
    with pytest.raises(GovernError, match="modelstudio:ListApiKeys") as ended:
        run(checklist(step("disable_key", "1")), tmp_path / "j.jsonl", Direct(made))
    assert (ended.value.cause, made.acts) == ("network", [])


@pytest.mark.parametrize("fault", FAULTS)
def test_no_answer_makes_an_act_twice(tmp_path: Path, fault: str) -> None:
    expected, disabled, calls = _AFTER[fault]
    made = standin([1, 2])
    made.faults["DisableApiKey", 1] = fault
    report = run(
        checklist(step("disable_key", "1"), step("disable_key", "2")),
        tmp_path / "j.jsonl",
        Direct(made),
    )
    first, second = report.steps
    assert (first.outcome, made.account.keys[0]["disabled"]) == (expected, disabled)
    # Refused credentials end the run; anything else stops only what needs the step.
    assert second.outcome == ("not_reached" if fault == "expired" else "done")
    assert made.count("DisableApiKey") == calls + (0 if fault == "expired" else 1)
    assert report.exit.code == (5 if expected == "failed" else 0)
    again = run(
        checklist(step("disable_key", "1"), step("disable_key", "2")),
        tmp_path / "j.jsonl",
        Direct(made),
    )
    assert again.exit.code == 0
    assert [row["disabled"] for row in made.account.keys] == [1, 1]
    assert not read((tmp_path / "j.jsonl").read_bytes(), "").open


def test_where_nobody_can_tell_nothing_more_is_called(tmp_path: Path) -> None:
    """The act's answer is lost, and so is every answer about the state: the outcome is unknown."""
    made = standin([1, 2])
    made.faults["DisableApiKey", 1] = "reset after"
    made.faults |= {("GetApiKey", count): "reset before" for count in range(2, 9)}
    steps = checklist(step("disable_key", "1"), step("disable_key", "2"))
    path = tmp_path / "j.jsonl"
    report = run(steps, path, Direct(made))
    assert list(outcomes(report).values()) == ["unknown", "not_reached"]
    assert (report.exit.code, made.count("DisableApiKey")) == (5, 1)
    made.faults = {("GetApiKey", 0): "reset before"}
    again = run(steps, path, Direct(made))
    assert list(outcomes(again).values()) == ["unknown", "not_reached"]
    made.faults = {}
    last = run(steps, path, Direct(made))
    assert [one.basis for one in last.steps] == ["live", "response"]
    assert (last.exit.code, made.count("DisableApiKey")) == (0, 2)


def test_a_state_that_takes_its_time_is_looked_at_for_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken, but never over: accepted, and never called again for that."""
    made = standin()
    made.account.fine_tunes["llm-a"] = [{"job_id": "ft-1", "status": "RUNNING"}]
    made.account.settles["CancelFineTune"] = "CANCELING"
    job = step("cancel_training", "ft-1", target="training_job", approved_by="wang")
    clock = Clock()
    found = one(tmp_path, made, job, clock=clock)
    assert found.outcome == "accepted"
    assert timedelta(seconds=50) <= clock.now - START <= timedelta(seconds=61)
    again = one(tmp_path, made, job)
    assert (again.outcome, made.count("CancelFineTune")) == ("accepted", 1)
    made.account.fine_tunes["llm-a"][0]["status"] = "CANCELED"
    over = one(tmp_path, made, job)
    assert (over.outcome, over.basis, made.count("CancelFineTune")) == ("done", "live", 1)


def test_what_the_account_took_is_never_called_again_though_its_state_is_the_old_one(
    tmp_path: Path,
) -> None:
    made = standin()
    made.account.fine_tunes["llm-a"] = [{"job_id": "ft-1", "status": "RUNNING"}]
    made.account.settles["CancelFineTune"] = "RUNNING"
    job = step("cancel_training", "ft-1", target="training_job", approved_by="wang")
    for _ in range(3):
        assert one(tmp_path, made, job).outcome == "accepted"
    assert made.count("CancelFineTune") == 1


def test_what_is_kept_holds_up_what_cannot_be_undone_and_nothing_else(tmp_path: Path) -> None:
    made = standin([1, 2])
    made.account.fine_tunes["llm-a"] = [{"job_id": "ft-1", "status": "RUNNING"}]
    kept = step("disable_key", "1", state="kept", by="lin", reason="r", until=LATER, at=THEN)
    needs = (kept.id,)
    job = step("cancel_training", "ft-1", target="training_job", approved_by="wang", needs=needs)
    report = run(
        checklist(kept, job, step("disable_key", "2", needs=needs)),
        tmp_path / "j.jsonl",
        Direct(made),
    )
    assert list(outcomes(report).values()) == ["kept", "blocked", "done"]
    assert [call.operation for call in made.acts] == ["DisableApiKey"]


def test_what_changes_between_the_list_and_the_act_is_not_acted_on(tmp_path: Path) -> None:
    made = standin([1, 2])

    def meanwhile(steps: Any) -> None:
        made.account.keys[0]["disabled"] = 1
        made.account.keys[1]["description"] = "production"

    report = run(
        checklist(step("disable_key", "1"), step("disable_key", "2")),
        tmp_path / "j.jsonl",
        Direct(made),
        confirm=meanwhile,
        protect=[Pattern("production")],
    )
    assert list(outcomes(report).values()) == ["already", "protected"]
    assert made.acts == []


def test_not_found_is_believed_only_if_the_list_does_not_have_it_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = server._key

    def lost(of: StandIn, operation: str, *words: Any) -> Any:
        if operation == "GetApiKey":
            raise server.Refused(404, "ApiKey.NotFound")
        return known(of, operation, *words)

    monkeypatch.setattr(server, "_key", lost)
    made = standin([1])
    assert one(tmp_path, made, step("disable_key", "1")).outcome == "done"
    assert made.account.keys[0]["disabled"] == 1


def test_a_key_of_another_account_is_skipped_and_another_account_refused(tmp_path: Path) -> None:
    made = standin([1])
    known = step("disable_key", "1")
    foreign = replace(known, subject=replace(known.subject, sub_account_id="999"))
    assert one(tmp_path, made, foreign).outcome == "skipped"
    with pytest.raises(GovernError) as refused:
        run(checklist(known, account_ids=("999",)), tmp_path / "k.jsonl", Direct(made))
    assert refused.value.cause == "usage"
    assert not (tmp_path / "k.jsonl").exists()
    made.account.account_id = "999"
    with pytest.raises(GovernError, match=ACCOUNT):
        run(checklist(known, account_ids=("999",)), tmp_path / "j.jsonl", Direct(made))
    assert made.acts == []


def test_more_acts_than_allowed_are_none(tmp_path: Path) -> None:
    made = standin([1, 2, 3])
    steps = [step("disable_key", str(key)) for key in (1, 2, 3)]
    with pytest.raises(GovernError, match="--max-steps 2") as refused:
        run(checklist(*steps), tmp_path / "j.jsonl", Direct(made), max_steps=2)
    assert (refused.value.cause, made.acts) == ("usage", [])


def test_without_consent_nothing_is_called(tmp_path: Path) -> None:
    made = standin([1])

    def no(steps: Any) -> None:
        raise GovernError("usage", f"no: {[one.id for one in steps]}")

    with pytest.raises(GovernError, match="disable_key.1"):
        run(checklist(step("disable_key", "1")), tmp_path / "j.jsonl", Direct(made), confirm=no)
    assert made.acts == []


def test_a_key_that_moved_or_came_back_makes_the_list_stale(tmp_path: Path) -> None:
    made = standin([1, 2])
    made.account.workspace("llm-b")
    steps = checklist(step("disable_key", "1"), step("disable_key", "2", workspace="llm-b"))
    report = run(steps, tmp_path / "j.jsonl", Direct(made))
    assert (report.exit.code, made.acts) == (6, [])
    assert "key 2 is in workspace llm-a" in report.exit.reason
    assert set(outcomes(report).values()) == {"not_reached"}


def test_a_key_that_people_enabled_again_stops_the_run(tmp_path: Path) -> None:
    made = standin([1, 2])
    path = tmp_path / "j.jsonl"
    first, second = step("disable_key", "1"), step("disable_key", "2")
    run(checklist(first), path, Direct(made))
    made.account.keys[0]["disabled"] = 0
    report = run(checklist(first, second), path, Direct(made))
    assert report.exit.code == 6
    assert "key 1 was disabled by the journal" in report.exit.reason
    assert made.count("DisableApiKey") == 1
    # Whoever needs it keeps it, and the rest goes on; --undo writes down that it was taken back.
    kept = replace(first, state="kept", by="lin", reason="needed", until=LATER, at=THEN)
    assert run(checklist(kept, second), path, Direct(made)).exit.code == 0
    back = run(checklist(first, second), path, Direct(made), undo=True, chosen=first.id.__eq__)
    assert outcomes(back)["disable_key.1"] == "already"
    assert made.count("EnableApiKey") == 0
    again = run(checklist(first, second), path, Direct(made))
    assert (outcomes(again)["disable_key.1"], made.count("DisableApiKey")) == ("done", 3)


def test_an_enabled_key_that_is_asked_for_and_on_no_step_stops_the_run(tmp_path: Path) -> None:
    made = standin([1, 2])
    made.account.key(3, "llm-a", disabled=1)
    made.account.workspace("llm-b", "eu-central-1")
    made.account.key(4, "llm-b")
    wished = checklist(step("disable_key", "1"), wishes=("workspace=llm-a",))
    report = run(wished, tmp_path / "j.jsonl", Direct(made))
    assert (report.exit.code, made.acts) == (6, [])
    assert "llm-a/2:" in report.exit.reason
    everything = checklist(step("disable_key", "1"), step("disable_key", "2"), wishes=("all",))
    report = run(everything, tmp_path / "j.jsonl", Direct(made))
    assert "llm-b/4:" in report.exit.reason
