"""``govern verify`` as a function: each step held against later bills, an inventory, a word.

A later charge outranks any word. A word proves only a step whose ``proof`` is ``person``; of any
other it says when it was done, and a bill or an inventory must show the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from govern.judge.audit.use import Use
from govern.model.checklist import Checklist, Step
from govern.model.text import some
from govern.model.verification import StepResult
from govern.shutdown.plan.order import holds_up, is_overdue
from govern.shutdown.plan.steps import KINDS, OWN
from govern.shutdown.plan.steps.closing_proof import NAME as CLOSING
from govern.shutdown.plan.steps.final_bill import NAME as FINAL
from govern.shutdown.plan.title import title
from govern.shutdown.proof.case import Case, Grounds
from govern.shutdown.proof.closing import all_of
from govern.shutdown.proof.evidence import BillEvidence
from govern.shutdown.proof.final import final
from govern.shutdown.proof.renewal import bought
from govern.shutdown.proof.stops import Stops
from govern.shutdown.proof.word import contradicted, unbilled, without_bill

#: Why a step is open about which nothing else is to be said.
NOT_DONE = "not done"


def verify(checklist: Checklist, grounds: Grounds) -> list[StepResult]:
    """The result of every step, in the order of the checklist."""
    return _Verification(checklist, grounds).results()


def overdue(checklist: Checklist, results: Sequence[StepResult], grounds: Grounds) -> list[str]:
    """The open steps that had to be done before now, each with since when."""
    states = {result.id: result.state for result in results}
    return [
        f"{step.id} since {step.due_text(grounds.clock)}"
        for step in checklist.steps
        if is_overdue(step, states[step.id], grounds.as_of, grounds.clock) and step.due
    ]


class _Verification:
    def __init__(self, checklist: Checklist, grounds: Grounds) -> None:
        self.grounds = grounds
        self.steps = checklist.steps
        self.stops = Stops(checklist, grounds)
        self.known: dict[str, StepResult] = {}
        self.residual: dict[int, Use] = {}
        self.uses: dict[str, list[Use]] = {}

    def results(self) -> list[StepResult]:
        if self.grounds.bill:
            self.grounds.bill.divide(self.stops.instants())
            scopes = {
                step.id: charges for step in self.steps if (charges := self.stops.charges(step))
            }
            uses = self.grounds.bill.uses(list(scopes.values()))
            self.uses = dict(zip(scopes, uses, strict=True))
        # The closing proofs are looked at when what they need is known, the final bill last.
        for step in sorted(self.steps, key=lambda step: (step.kind == FINAL, step.kind == CLOSING)):
            self.known[step.id] = self._result(step)
        results = [self.known[step.id] for step in self.steps]
        bill = self.grounds.bill
        return bill.with_lines(results, self.grounds.evidence) if bill else results

    def _result(self, step: Step) -> StepResult:
        """A later charge outranks an inventory, an inventory a word."""
        kind = KINDS.get(step.kind, OWN)
        bare = StepResult(step.id, step.kind, title(step), step.state, None, "", step.proof)
        if step.state == "kept":
            return self._kept(step, bare)
        case = Case(
            step,
            bare,
            self.grounds,
            scope=kind.scope(step),
            seen=self.stops.seen[step.id],
            stop=self.stops.at[step.id],
            uses=self.uses.get(step.id, ()),
        )
        if step.kind == FINAL:
            return final(case, list(self.known.values()), list(self.residual.values()))
        if step.kind == CLOSING and case.scope is None:
            return all_of(bare, [self.known[other.id] for other in self.stops.needed(step)])
        if kind.buys and case.scope:
            return bought(case, self.stops.made, self._open(case))
        if case.stop is None:
            over = case.over and case.scope is None
            return without_bill(case) if over else self._open(case)
        case = case.stopped()
        if case.scope is None:
            return without_bill(case)
        if self.grounds.bill is None:
            return unbilled(case)
        return self._billed(case, self.grounds.bill)

    def _billed(self, case: Case, bill: BillEvidence) -> StepResult:
        """What later bills show of the charges that were to end."""
        assert case.stop is not None
        state = bill.silence(
            case.uses,
            case.stop,
            ends_jobs=self.stops.ends_jobs(case.step),
            after=self.grounds.began.get(case.step.id),
        )
        self.residual.update((use.group, use) for use in state.residual)
        after, residual = bill.charges(state.leaks), bill.charges(state.residual)
        case = replace(case, bare=replace(case.bare, charges_after=after, residual=residual))
        if state.word == "leaking":
            return replace(case.bare, state="failed", basis="bill", reason=state.reason)
        if against := contradicted(case):
            return against
        return without_bill(case) if case.step.proof == "person" else case.of_bill(state)

    def _kept(self, step: Step, bare: StepResult) -> StepResult:
        assert step.until is not None
        until = step.until.on(self.grounds.clock)
        reason = f"kept by {step.by} until {until:%Y-%m-%d %H:%M}: {step.reason}"
        if self.stops.is_kept(step):
            return replace(bare, basis="person", reason=reason)
        return replace(bare, state="todo", reason=f"{reason}; that time is over")

    def _open(self, case: Case) -> StepResult:
        step, bare, seen = case.step, case.bare, case.seen
        open_needs = [
            need
            for need in step.needs
            if need in self.stops.at and holds_up(step, self._state(need))
        ]
        if step.kind == CLOSING and not open_needs and self.stops.needed(step):
            return replace(
                bare, state="todo", reason="none of the steps that it needs stopped anything"
            )
        if open_needs:
            return replace(bare, state="blocked", reason=f"first {some(open_needs, 1)}")
        if seen and seen.over:
            reason = f"{seen.told}, but not since when: collected_at is missing"
            return replace(bare, state="waiting", reason=reason)
        inventory = f"; {seen.told}" if seen else ""
        return replace(bare, state="todo", reason=f"{NOT_DONE}{inventory}{self._due(step)}")

    def _due(self, step: Step) -> str:
        if step.due is None:
            return ""
        due = step.due.on(self.grounds.clock)
        if due <= self.grounds.as_of:
            return f"; due since {step.due_text(self.grounds.clock)}"
        # What is final comes no sooner than that.
        word = "due" if step.reversible else "not before"
        return f"; {word} {step.due_text(self.grounds.clock)}"

    def _state(self, id: str) -> str:
        if id in self.known:
            return self.known[id].state
        return self.stops.state(id)
