"""The month's final bill: the last stop's month, exported after nobody could add to it any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from govern.judge.audit.silence import distrusted
from govern.judge.audit.use import Use, residual_text
from govern.model.clock import final_from, wall_text
from govern.model.verification import StepResult
from govern.shutdown.proof.case import Case
from govern.shutdown.proof.word import CLAIMED, how, without_bill


def final(case: Case, others: Sequence[StepResult], residual: Sequence[Use]) -> StepResult:
    """``others``: the results of all other steps; ``residual``: their charges soon after a stop."""
    bare, grounds = case.bare, case.grounds
    leaks = [result.id for result in others if result.charges_after]
    if leaks:
        reason = f"charges go on: {', '.join(leaks[:3])}"
        return replace(bare, state="failed", basis="bill", reason=reason)
    stops = [result.stopped_at for result in others if result.stopped_at]
    if not stops or any(result.state in ("todo", "blocked") for result in others):
        return replace(bare, state="blocked", reason="first the steps that are still open")
    if grounds.bill:
        bare = replace(bare, residual=grounds.bill.charges(residual))
    month = f"{max(stops):%Y-%m}"
    if grounds.bill and grounds.bill.final(month):
        return _of_final(bare, case, month, others, residual)
    due = final_from(month, grounds.clock)
    ticked = case.step.at.on(grounds.clock) if case.step.at else None
    early = ticked is not None and ticked <= due
    if case.step.state in CLAIMED and not early:
        on_word = without_bill(replace(case, bare=bare, seen=None))
        return replace(on_word, reason=on_word.reason + residual_text(residual))
    if grounds.as_of < due:
        reason = f"the bill of {month} becomes final at {due:%Y-%m-%d %H:%M}"
    else:
        reason = (
            f"a bill of {month} is needed that was exported after {due:%Y-%m-%d %H:%M} "
            "(by its name, or --exported-at)"
        )
    if case.step.state in CLAIMED and ticked:
        reason = f"{how(case.step)} at {wall_text(ticked)}, before that bill was final; {reason}"
    # A month that can be final now is decided by an export made now.
    again = max([due, grounds.as_of, *_dates(others)])
    return replace(bare, state="waiting", reason=reason, look_again_at=again)


def _of_final(
    bare: StepResult,
    case: Case,
    month: str,
    others: Sequence[StepResult],
    residual: Sequence[Use],
) -> StepResult:
    """What a bill says that nobody can add to any more."""
    grounds = case.grounds
    assert grounds.bill is not None
    if any(result.state == "waiting" for result in others):
        # A step that names no date waits for an inventory, which may be looked up now.
        reason = f"the bill of {month} is final; other steps still wait"
        again = max(_dates(others), default=grounds.as_of)
        return replace(bare, state="waiting", reason=reason, look_again_at=again)
    if grounds.bill.wrong:
        reason = distrusted(grounds.bill.wrong)
        return replace(bare, state="waiting", reason=reason, look_again_at=grounds.as_of)
    reason = f"the bill of {month} is final, {_shown(others, residual)}"
    return replace(bare, state="proved", basis="bill", reason=reason)


def _dates(others: Sequence[StepResult]) -> list[datetime]:
    """When to look again at what waits."""
    waits = [result for result in others if result.state == "waiting"]
    return [result.look_again_at for result in waits if result.look_again_at]


def _shown(others: Sequence[StepResult], residual: Sequence[Use]) -> str:
    """What the bill shows of the steps that a bill proves, and of nothing else."""
    if not any(result.stopped_at and result.basis == "bill" for result in others):
        return "so nothing is added to it any more"
    shown = "and shows no leak after the stops" + residual_text(residual)
    kept = any(result.state == "kept" for result in others)
    return shown + ("; what is kept on purpose isn't looked at" if kept else "")
