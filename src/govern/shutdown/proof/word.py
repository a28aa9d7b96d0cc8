"""What stands where no bill does: an inventory, or the word of who ticked the step."""

from __future__ import annotations

from dataclasses import replace

from govern.model.checklist import Step
from govern.model.verification import StepResult
from govern.shutdown.proof.carried import BY
from govern.shutdown.proof.case import Case

#: States in which somebody said that the step was done.
CLAIMED = ("done", "waiting", "proved", "failed")


def how(step: Step) -> str:
    """By whom it was done: people, who ticked it, or the journal."""
    return "carried out" if step.by == BY else "ticked"


def without_bill(case: Case) -> StepResult:
    """A step that no charge proves: the inventory does, or a word where a word is enough."""
    step, bare, seen = case.step, case.bare, case.seen
    if seen and seen.over:
        return replace(bare, state="proved", basis="inventory", reason=seen.told)
    against = contradicted(case)
    if against:
        return against
    if step.proof == "person" and step.state in CLAIMED:
        reason = f"{step.by} says so" + (f": {step.note}" if step.note else "")
        return replace(bare, state="proved", basis="person", reason=reason)
    where = f" of {step.region_id}" if step.region_id else ""
    return replace(bare, state="waiting", reason=f"done; an inventory{where} must show it")


def unbilled(case: Case) -> StepResult:
    """A step that a bill would prove, where none was given."""
    if case.step.proof == "person":
        return without_bill(case)
    reason = "done; no bill was given, so nothing shows it"
    return contradicted(case) or replace(case.bare, state="waiting", reason=reason)


def contradicted(case: Case) -> StepResult | None:
    """What an inventory that was looked up after the tick says against it, if it does."""
    step, seen = case.step, case.seen
    if seen is None or seen.over or not step.at or step.state not in CLAIMED:
        return None
    if seen.looked_at is None or seen.looked_at <= step.at.on(case.grounds.clock):
        return None
    reason = f"{how(step)}, but {seen.told}, on {seen.looked_at:%Y-%m-%d %H:%M}"
    return replace(case.bare, state="failed", basis="inventory", reason=reason)
