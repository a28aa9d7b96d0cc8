"""A plan that was bought or renewed fails its step, whenever that was ticked; lateness is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from bills import other, timed, timed_bill

from govern.ledger.reading import Reading, read
from govern.model.checklist import Checklist, Step, Target, Written
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.directory import Directory
from govern.model.exits import Exit
from govern.model.inventory import Inventory, Plan
from govern.model.verification import VerificationReport
from govern.report import FORMATS
from govern.report.page import Page
from govern.shutdown.plan import narrative as checklist_narrative
from govern.shutdown.proof import narrative as verify_narrative
from govern.shutdown.proof.report import Question, prove

ID = "turn_off_renewal.coding_plan.cp-1"
#: The plan ends on 3 November; ten days before, its renewal is due to be off.
DUE, ENDS = "2026-10-24", "2026-11-03"


def moment(text: str) -> Moment:
    return Moment(datetime.fromisoformat(text), BILL_CLOCK)


def plan_step(at: str | None, due: str | None = DUE) -> Step:
    return Step(
        ID, "turn_off_renewal", "cn-beijing", Target("plan", "cp-1", "coding_plan"), "w", "h", True,
        "person", due=moment(due) if due else None, state="done" if at else "todo",
        by="lin" if at else None, at=moment(at) if at else None,
    )  # fmt: skip


def listed(*steps: Step, as_of: str = "2026-10-05") -> Checklist:
    return Checklist(moment(as_of), ("100",), steps=steps)


def bought(at: str, amount: str = "200", code: str = "sfm_codingplan_public_cn") -> str:
    return timed(at, "plan", code=code, amount=amount, item="SubscriptionOrder")


#: Bills of October and November that reach 10 November.
REST = [other("2026-10-01 00:00:00"), other("2026-10-31 23:59:59"), other("2026-11-10 00:00:00")]


def proved(
    folder: Path, checklist: Checklist, *rows: str, as_of: str = "2026-11-10", **asked: object
) -> VerificationReport:
    path = timed_bill(folder, *rows)
    question = Question(as_of=datetime.fromisoformat(as_of), clock=BILL_CLOCK)
    question = replace(question, **asked)  # type: ignore[arg-type]
    with read([str(path)], Reading()) as ledger:
        return prove(Written(checklist, "c.yaml", "0" * 64), ledger, question)


def state(report: VerificationReport) -> tuple[str, str | None, int]:
    (step,) = report.steps
    return step.state, step.basis, report.exit.code


def test_the_renewal_of_the_26th_fails_a_step_that_was_ticked_on_the_30th(tmp_path: Path) -> None:
    report = proved(tmp_path, listed(plan_step("2026-10-30")), *REST, bought("2026-10-26 09:00:00"))
    assert state(report) == ("failed", "bill", 1)
    (step,) = report.steps
    assert step.reason.startswith("bought or renewed on 2026-10-26 09:00")
    (charges,) = step.charges_after
    assert (charges.billed_cost, charges.charges) == (Decimal(200), 1)
    assert [line.line for line in charges.evidence] == [5]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        # Ticked on the 20th; the checklist was made on the 5th.
        ("2026-10-04 23:59:59", ("proved", "person", 0)),
        ("2026-10-05 00:00:01", ("failed", "bill", 1)),
        ("2026-10-05 00:05:00", ("failed", "bill", 1)),
        ("2026-10-20 00:05:00", ("failed", "bill", 1)),
        ("2026-10-05", ("failed", "bill", 1)),
        ("2026-10-04", ("proved", "person", 0)),
    ],
)
def test_what_counts_is_the_instant_the_checklist_was_made(
    tmp_path: Path, at: str, expected: tuple[str, str, int]
) -> None:
    report = proved(tmp_path, listed(plan_step("2026-10-20")), *REST, bought(at))
    assert state(report) == expected


def test_a_purchase_on_the_very_day_is_neither_a_renewal_nor_none(tmp_path: Path) -> None:
    made = listed(plan_step("2026-10-20"), as_of="2026-10-05T10:00:00")
    report = proved(tmp_path, made, *REST, bought("2026-10-05"))
    assert state(report) == ("waiting", "bill", 6)
    assert "a finer bill is needed" in report.steps[0].reason


def test_a_tick_after_it_was_due_is_told_and_proves_nothing(tmp_path: Path) -> None:
    late = listed(plan_step("2026-10-30"))
    early_bill = REST[:2]
    report = proved(tmp_path, late, *early_bill)
    assert state(report) == ("waiting", None, 6)
    (step,) = report.steps
    assert "ticked at 2026-10-30, after it was due at 2026-10-24" in step.reason
    assert "proves nothing about the renewal" in step.reason
    # The plan's end and what may still be on its way.
    assert step.look_again_at == datetime(2026, 11, 5)
    with_no_bill = prove(
        Written(late, "c.yaml", "0" * 64),
        None,
        Question(as_of=datetime(2026, 11, 10), clock=BILL_CLOCK),
    )
    assert state(with_no_bill) == ("waiting", None, 6)


def past_its_end(tmp_path: Path, step: Step, reach: str) -> VerificationReport:
    """A step that was ticked late, by bills of October and of November up to ``reach``."""
    path = timed_bill(tmp_path, *REST[:2], name="october.csv")
    november = timed_bill(tmp_path, other("2026-11-01 00:00:00"), other(reach))
    from govern.bill.exported import given

    told = given([f"{path}=2026-11-04T00:00:00"])
    with read([str(path), str(november)], Reading(exported_at=told)) as ledger:
        question = Question(as_of=datetime(2026, 11, 10), clock=BILL_CLOCK)
        return prove(Written(listed(step), "c.yaml", "0" * 64), ledger, question)


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        ("2026-11-04 23:59:59", ("waiting", None, 6)),
        ("2026-11-05 00:00:00", ("proved", "bill", 0)),
    ],
)
def test_a_bill_past_the_plan_s_end_proves_what_a_late_tick_doesn_t(
    tmp_path: Path, reach: str, expected: tuple[str, str | None, int]
) -> None:
    assert state(past_its_end(tmp_path, plan_step("2026-10-30"), reach)) == expected


def test_an_inventory_proves_what_a_late_tick_doesn_t(tmp_path: Path) -> None:
    plan = Plan("coding_plan", "cp-1", None, moment(ENDS), "ends")
    seen = Directory([Inventory(moment("2026-10-31"), "100", True, plans=(plan,))])
    report = proved(tmp_path, listed(plan_step("2026-10-30")), *REST[:2], directory=seen)
    assert state(report) == ("proved", "inventory", 0)


@pytest.mark.parametrize(("at", "late"), [("2026-10-24", False), ("2026-10-24T00:00:01", True)])
def test_ticked_to_the_second_it_is_due_is_in_time(tmp_path: Path, at: str, late: bool) -> None:
    report = proved(tmp_path, listed(plan_step(at)), *REST[:2])
    assert state(report)[0] == ("waiting" if late else "proved")


def test_an_open_step_says_that_the_plan_was_renewed(tmp_path: Path) -> None:
    report = proved(tmp_path, listed(plan_step(None)), *REST, bought("2026-10-26 09:00:00"))
    assert state(report) == ("todo", None, 6)
    assert "bought or renewed on 2026-10-26 09:00" in report.steps[0].reason


def test_where_nobody_knew_of_a_plan_a_purchase_of_one_tells_of_it(tmp_path: Path) -> None:
    step = replace(
        plan_step("2026-10-20", due=None),
        id="look_at_plan.any",
        kind="look_at_plan",
        subject=Target("plan", None),
    )
    assert state(proved(tmp_path, listed(step), *REST)) == ("proved", "person", 0)
    seat = bought("2026-10-26 09:00:00", code="sfm_tokenplan_public_cn")
    assert state(proved(tmp_path, listed(step), *REST, seat)) == ("failed", "bill", 1)


def test_silence_past_an_estimated_end_is_no_proof_by_a_bill(tmp_path: Path) -> None:
    late = replace(plan_step("2026-10-30"), due_estimated=True)
    report = past_its_end(tmp_path, late, "2026-11-05 00:00:00")
    assert state(report) == ("proved", "person", 0)
    assert report.steps[0].reason == (
        "lin says so; ticked at 2026-10-30, after it was due at 2026-10-24, estimated; no fee "
        "until 2026-11-03, after its estimated end"
    )
    # Until then it waits, as for an end that is known.
    early = past_its_end(tmp_path, late, "2026-11-04 23:59:59")
    assert state(early) == ("waiting", None, 6)
    opened = replace(plan_step(None), due_estimated=True)
    told = proved(tmp_path, listed(opened), *REST).exit.reason
    assert f"overdue: {ID} since 2026-10-24, estimated" in told


@pytest.mark.parametrize("as_of", ["2026-10-23", "2026-10-24", "2026-10-25"])
@pytest.mark.parametrize("format", ["table", "markdown", "json"])
def test_overdue_steps_are_named(tmp_path: Path, as_of: str, format: str) -> None:
    report = proved(tmp_path, listed(plan_step(None)), *REST[:2], as_of=as_of)
    shown = FORMATS[format].render(verify_narrative.document(report), Page(160, str(tmp_path)))
    late = as_of >= DUE
    assert (f"Overdue: {ID} since 2026-10-24." in shown.replace("\\", "").replace("`", "")) is late
    assert (f"overdue: {ID} since 2026-10-24" in report.exit.reason) is late
    if format == "json":
        assert json.loads(shown)["exit"]["reason"] == report.exit.reason


@pytest.mark.parametrize("format", ["table", "markdown"])
def test_a_checklist_names_what_is_overdue_already(tmp_path: Path, format: str) -> None:
    for as_of, late in (("2026-10-23", False), ("2026-10-25", True)):
        made = listed(plan_step(None), as_of=as_of)
        page = Page(160, str(tmp_path))
        shown = FORMATS[format].render(
            checklist_narrative.document(made, Exit("clean", "1 step")), page
        )
        assert (f"Overdue: {ID}." in shown.replace("\\", "").replace("`", "")) is late
        assert ("due: 2026-10-24, overdue" in shown.replace("\\", "").replace("`", "")) is late


def test_the_deletion_of_a_key_has_no_last_day(tmp_path: Path) -> None:
    step = Step(
        "delete_key.llm-a.7", "delete_key", "cn-beijing", Target("api_key", "7", None, "llm-a"),
        "w", "h", False, "bill", due=moment("2026-10-12"),
    )  # fmt: skip
    report = proved(tmp_path, listed(step), *REST)
    assert "overdue" not in report.exit.reason


@pytest.mark.parametrize("at", ["2026-10-26 09:00:00", "2026-10-05"])
def test_a_purchase_of_which_nothing_tells_what_was_bought_could_be_a_renewal(
    tmp_path: Path, at: str
) -> None:
    report = proved(tmp_path, listed(plan_step("2026-10-20")), *REST, bought(at, code=""))
    assert state(report) == ("waiting", "bill", 6)
    assert "neither commodity nor Instance ID tells the service" in report.steps[0].reason


def test_nor_is_a_purchase_of_unknown_kind_before_the_checklist_a_renewal(tmp_path: Path) -> None:
    early = bought("2026-10-04 23:59:59", code="")
    report = proved(tmp_path, listed(plan_step("2026-10-20")), *REST, early)
    assert state(report) == ("proved", "person", 0)


def test_an_inventory_shows_that_what_was_bought_was_no_renewal(tmp_path: Path) -> None:
    plan = Plan("coding_plan", "cp-1", None, moment(ENDS), "ends")
    seen = Directory([Inventory(moment("2026-10-31"), "100", True, plans=(plan,))])
    bill = [*REST, bought("2026-10-26 09:00:00", code="")]
    report = proved(tmp_path, listed(plan_step("2026-10-20")), *bill, directory=seen)
    assert state(report) == ("proved", "inventory", 0)
