"""A plan that was to renew no more: bought or renewed since, it fails whoever ticked it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from govern.judge.audit.silence import State, distrusted
from govern.model.clock import wall_text
from govern.model.verification import StepResult
from govern.shutdown.plan.renewals import DAYS_BEFORE
from govern.shutdown.proof.case import Case
from govern.shutdown.proof.word import contradicted, how, without_bill


def bought(case: Case, made: datetime, opened: StepResult) -> StepResult:
    """``made``: when the checklist was; ``opened``: the result of the step if it is open."""
    bill, scope, stop = case.grounds.bill, case.scope, case.stop
    assert scope is not None
    state = bill.silence(case.uses, made, grace=timedelta(0)) if bill else None
    purchase = ""
    if state and state.leaks:
        first = wall_text(state.leaks[0].first)
        purchase = f"bought or renewed on {first}, after this checklist was made"
    if stop is None:
        return replace(opened, reason="; ".join(filter(None, (opened.reason, purchase))))
    case = case.stopped()
    if bill and state and state.leaks:
        after = bill.charges(state.leaks)
        return replace(
            case.bare, state="failed", basis="bill", reason=purchase, charges_after=after
        )
    if case.over or contradicted(case):
        return without_bill(case)
    if bill and state and bill.undecided(scope, made):
        return case.of_bill(state)
    due = case.step.due.on(case.grounds.clock) if case.step.due else None
    return _too_late(case, due, state) if due and stop > due else without_bill(case)


def _too_late(case: Case, due: datetime, state: State | None) -> StepResult:
    """Ticked after it was due: the renewal may have been paid for already, or be on its way."""
    assert case.stop is not None
    reason = f"{how(case.step)} at {wall_text(case.stop)}, after it was due at "
    reason += case.step.due_text(case.grounds.clock)
    expires = due + timedelta(days=DAYS_BEFORE)
    if state and state.proved_until and state.proved_until >= expires:
        until = state.proved_until
        if case.step.due_estimated:
            # Silence past an end that nobody told proves nothing by itself: the word counts.
            said = without_bill(case)
            later = f"no fee until {wall_text(until)}, after its estimated end"
            return replace(said, reason=f"{said.reason}; {reason}; {later}")
        reason += f"; but not renewed until {wall_text(until)}, after its end"
        return replace(case.bare, state="proved", basis="bill", reason=reason, proved_until=until)
    reason += (
        ", which proves nothing about the renewal: a bill past its end, "
        f"{wall_text(expires)}, or an inventory must show it"
    )
    if case.grounds.bill and case.grounds.bill.wrong:
        reason += f"; {distrusted(case.grounds.bill.wrong)}"
    again = expires + case.grounds.settle
    return replace(case.bare, state="waiting", reason=reason, look_again_at=again)
