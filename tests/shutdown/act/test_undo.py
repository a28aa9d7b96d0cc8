"""--undo: what the journal did is taken back where it still is as it was left, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from apply_running import START, checklist, outcomes, run, standin, step
from standin.direct import Direct
from standin.server import StandIn

from govern.model.application import Application
from govern.model.checklist import Input, Written
from govern.model.clock import BILL_CLOCK
from govern.model.errors import GovernError
from govern.model.journal_line import read
from govern.model.policy import Pattern
from govern.shutdown.act.dry import dry_run
from govern.shutdown.act.question import Question


def everything() -> tuple[Written, StandIn]:
    made = standin([1, 2])
    account = made.account
    account.fine_tunes["llm-a"] = [{"job_id": "ft-1", "status": "RUNNING"}]
    account.plans.append(
        {
            "InstanceID": "cp-1", "RenewStatus": "AutoRenewal", "ProductCode": "sfm",
            "ProductType": "sfm_codingplan_public_cn", "RenewalDuration": 3,
            "RenewalDurationUnit": "M", "SubscriptionType": "Subscription",
        }
    )  # fmt: skip
    steps = checklist(
        step("disable_key", "1"),
        step("disable_key", "2"),
        step("cancel_training", "ft-1", target="training_job", approved_by="wang"),
        step("turn_off_renewal", "cp-1", target="plan"),
    )
    return steps, made


@pytest.fixture
def done(tmp_path: Path) -> tuple[Written, StandIn, Path]:
    written, made = everything()
    path = tmp_path / "j.jsonl"
    assert run(written, path, Direct(made)).exit.code == 0
    made.calls.clear()
    return written, made, path


def test_the_latest_first_and_what_is_final_is_listed(done: tuple[Written, StandIn, Path]) -> None:
    written, made, path = done
    report = run(written, path, Direct(made), undo=True)
    assert [(one.id, one.outcome) for one in report.steps] == [
        ("turn_off_renewal.cp-1", "undone"),
        ("disable_key.2", "undone"),
        ("disable_key.1", "undone"),
        ("cancel_training.ft-1", "final"),
    ]
    assert (report.exit.code, report.exit.cause) == (6, "not_finished")
    assert [row["disabled"] for row in made.account.keys] == [0, 0]
    # Renewal as before, with its period.
    (renewal,) = [call.parameters for call in made.acts if call.operation == "SetRenewal"]
    assert (renewal["RenewalStatus"], renewal["RenewalPeriod"]) == ("AutoRenewal", "3")
    assert (renewal["RenewalPeriodUnit"], renewal["ProductType"]) == (
        "M",
        "sfm_codingplan_public_cn",
    )


def test_a_second_undo_finds_nothing(done: tuple[Written, StandIn, Path]) -> None:
    written, made, path = done
    run(written, path, Direct(made), undo=True)
    calls = len(made.acts)
    report = run(written, path, Direct(made), undo=True)
    assert outcomes(report) == {"cancel_training.ft-1": "final"}
    assert len(made.acts) == calls


def test_what_people_did_since_is_not_touched(done: tuple[Written, StandIn, Path]) -> None:
    written, made, path = done
    made.account.keys.pop()
    made.account.plans[0]["RenewStatus"] = "ManualRenewal"
    report = run(written, path, Direct(made), undo=True)
    assert outcomes(report) == {
        "turn_off_renewal.cp-1": "blocked",
        "disable_key.2": "missing",
        "disable_key.1": "undone",
        "cancel_training.ft-1": "final",
    }
    assert [call.operation for call in made.acts] == ["EnableApiKey"]


def test_what_changes_between_the_list_and_the_act_is_not_touched(
    done: tuple[Written, StandIn, Path],
) -> None:
    """Somebody deletes a key, and somebody else changes a plan, while consent is asked for."""
    written, made, path = done

    def meanwhile(steps: Any) -> None:
        made.account.keys.clear()
        made.account.plans[0]["RenewStatus"] = "ManualRenewal"

    report = run(written, path, Direct(made), undo=True, confirm=meanwhile)
    assert list(outcomes(report).values()) == ["blocked", "missing", "missing", "final"]
    assert made.acts == []


def test_nothing_is_ever_deleted_cancelled_or_disabled(done: tuple[Written, StandIn, Path]) -> None:
    written, made, path = done
    for row in made.account.keys:
        row["disabled"] = 0
    made.account.fine_tunes["llm-a"][0]["status"] = "RUNNING"
    made.account.plans[0]["RenewStatus"] = "AutoRenewal"
    report = run(written, path, Direct(made), undo=True)
    assert made.acts == []
    assert set(outcomes(report).values()) == {"already", "final"}


def test_protect_does_not_hold_back_an_undo(done: tuple[Written, StandIn, Path]) -> None:
    written, made, path = done
    report = run(written, path, Direct(made), undo=True, protect=[Pattern("*")])
    assert outcomes(report)["disable_key.1"] == "undone"


def test_an_undo_whose_answer_is_lost_is_settled_by_the_next_run(
    done: tuple[Written, StandIn, Path],
) -> None:
    written, made, path = done
    made.faults = {("EnableApiKey", 1): "reset after"}
    made.faults |= {("GetApiKey", number): "reset before" for number in range(1, 40)}
    # The looks before the act must be answered: the counts go on from the run before.
    seen = made._counts.get("GetApiKey", 0)
    for number in range(seen + 1, seen + 4):
        made.faults.pop(("GetApiKey", number), None)
    first = run(written, path, Direct(made), undo=True)
    assert "unknown" in outcomes(first).values()
    assert first.exit.code == 5
    made.faults = {}
    count = made.count("EnableApiKey")
    again = run(written, path, Direct(made), undo=True)
    assert outcomes(again)["disable_key.2"] == "undone"
    assert outcomes(again)["disable_key.1"] == "undone"
    assert made.count("EnableApiKey") == count + 1
    assert not read(path.read_bytes(), "j").open


def test_an_undone_step_is_made_again(done: tuple[Written, StandIn, Path]) -> None:
    written, made, path = done
    run(written, path, Direct(made), undo=True)
    assert outcomes(run(written, path, Direct(made))) == {
        "disable_key.1": "done",
        "disable_key.2": "done",
        "cancel_training.ft-1": "already",
        "turn_off_renewal.cp-1": "done",
    }


def test_a_dry_undo_says_what_it_would_take_back(done: tuple[Written, StandIn, Path]) -> None:
    written, made, path = done
    journal = read(path.read_bytes(), str(path))
    question = Question(START, BILL_CLOCK, undo=True)
    report: Any = dry_run(question, written, journal, None)
    assert isinstance(report, Application)
    acts = ["SetRenewal", "EnableApiKey", "EnableApiKey", "CancelFineTune"]
    assert [one.act for one in report.steps] == acts
    assert list(outcomes(report).values()) == ["would", "would", "would", "final"]
    assert report.checklist == Input("checklist.yaml", "0" * 64)
    assert made.calls == []
    assert dry_run(question, written, None, None).exit.code == 0


def test_an_undo_needs_consent_too(done: tuple[Written, StandIn, Path]) -> None:
    written, made, path = done

    def no(steps: Any) -> None:
        raise GovernError("usage", ", ".join(one.act for one in steps))

    with pytest.raises(GovernError, match="SetRenewal, EnableApiKey, EnableApiKey"):
        run(written, path, Direct(made), undo=True, confirm=no)
    with pytest.raises(GovernError, match="--max-steps 1"):
        run(written, path, Direct(made), undo=True, max_steps=1)
    assert made.acts == []
