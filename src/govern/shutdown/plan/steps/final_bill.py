"""The month's final bill: what nobody can add to any more."""

from __future__ import annotations

from collections.abc import Iterable

from govern.model.checklist import Step, Target
from govern.model.clock import BILL_CLOCK, Moment, final_from
from govern.model.console import page
from govern.shutdown.plan.kind import Kind, step_id
from govern.shutdown.plan.planned import Planned
from govern.shutdown.plan.scene import Scene

NAME = "final_bill"


def _plan(scene: Scene) -> Iterable[Step]:
    if not scene.wishes and not scene.findings:
        return
    yield Step(
        id=step_id(NAME),
        kind=NAME,
        region_id=None,
        subject=Target("account", None),
        why="Charges are added to a month's bill until 12:00 (UTC+8) on the 3rd of the next month.",
        how=(
            "After that, export the bill of the month in which the last step was done, and run "
            f"govern verify with it: {page('bills')}. Its file name or --exported-at must tell "
            "when it was exported."
        ),
        due=Moment(final_from(f"{scene.as_of:%Y-%m}", BILL_CLOCK), BILL_CLOCK),
        reversible=True,
        proof="person",
    )


def _after(step: Step, planned: Planned) -> Iterable[Step]:
    del step
    return planned.of_kind("closing_proof")


KIND = Kind(NAME, _plan, "Check the month's final bill", after=_after, stops=False, phase="prove")
