"""``govern verify`` as a function: each step held against later bills, an inventory, a word.

A later charge outranks any word. A word proves only a step whose ``proof`` is ``person``; of any
other it says when it was done, and a bill or an inventory must show the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from govern.judge.audit.silence import State, Use, distrusted, residual_told
from govern.ledger.clauses import Clause
from govern.model.checklist import Checklist, Step
from govern.model.clock import final_from, wall_text
from govern.model.inventory import Directory
from govern.model.verification import StepResult
from govern.shutdown.plan.kind import Seen
from govern.shutdown.plan.order import holds_up, is_overdue
from govern.shutdown.plan.renewals import DAYS_BEFORE
from govern.shutdown.plan.scope import Scope
from govern.shutdown.plan.steps import KINDS, OWN
from govern.shutdown.plan.steps.closing_proof import NAME as CLOSING
from govern.shutdown.plan.steps.final_bill import NAME as FINAL
from govern.shutdown.plan.title import title
from govern.shutdown.proof.evidence import BillEvidence

#: States in which somebody said that the step was done.
_CLAIMED = ("done", "waiting", "proved", "failed")

#: Why a step is open about which nothing else is to be said.
NOT_DONE = "not done"


@dataclass(frozen=True)
class Facts:
    """What a checklist is held against. ``bill`` is None where none was given.

    ``as_of`` is naive, on ``clock``. ``evidence`` is how many bill lines are shown per currency,
    ``settle`` how late a charge may arrive.
    """

    as_of: datetime
    clock: tzinfo
    bill: BillEvidence | None = None
    directory: Directory = field(default_factory=lambda: Directory(()))
    evidence: int = 3
    settle: timedelta = timedelta(hours=48)


def verify(checklist: Checklist, facts: Facts) -> list[StepResult]:
    """The result of every step, in the order of the checklist."""
    return _Verification(checklist, facts).results()


def overdue(checklist: Checklist, results: Sequence[StepResult], facts: Facts) -> list[str]:
    """The open steps that had to be done before now, each with since when."""
    states = {one.id: one.state for one in results}
    return [
        f"{step.id} since {wall_text(step.due.on(facts.clock))}"
        for step in checklist.steps
        if is_overdue(step, states[step.id], facts.as_of, facts.clock) and step.due
    ]


class _Verification:
    def __init__(self, checklist: Checklist, facts: Facts) -> None:
        self.facts = facts
        self.steps = checklist.steps
        self.places = {step.id: place for place, step in enumerate(self.steps)}
        self.deleted = {step.subject: step for step in self.steps if step.kind == "delete_key"}
        self.made = checklist.as_of.on(facts.clock)
        self.known: dict[str, StepResult] = {}
        self.residual: dict[int, Use] = {}
        self.uses: dict[str, list[Use]] = {}
        self.seen = {
            step.id: KINDS.get(step.kind, OWN).seen(step, facts.directory, facts.clock)
            for step in self.steps
        }
        self.stops = {step.id: self._stop(step) for step in self.steps}

    def results(self) -> list[StepResult]:
        if self.facts.bill:
            instants = {self.made, *(stop for stop in self.stops.values() if stop)}
            self.facts.bill.divide(sorted(instants))
            asked = {step.id: one for step in self.steps if (one := self._asked(step))}
            uses = self.facts.bill.uses(list(asked.values()))
            self.uses = dict(zip(asked, uses, strict=True))
        # The closing proofs are looked at when what they need is known, the final bill last.
        for step in sorted(self.steps, key=lambda step: (step.kind == FINAL, step.kind == CLOSING)):
            self.known[step.id] = self._result(step)
        found = [self.known[step.id] for step in self.steps]
        return self.facts.bill.with_lines(found, self.facts.evidence) if self.facts.bill else found

    # -- when it stopped --------------------------------------------------------------------------

    def _stop(self, step: Step) -> datetime | None:
        """When it was done: by the person who ticked it, else by the inventory."""
        if step.state in _CLAIMED and step.at:
            return step.at.on(self.facts.clock)
        seen = self.seen[step.id]
        if seen and seen.over:
            return seen.at
        if step.kind == "disable_key":
            # A deleted key needs no disabling any more.
            deleted = self.deleted.get(step.subject)
            return self._stop(deleted) if deleted else None
        if step.kind == CLOSING:
            return self._last_stop(step)
        return None

    def _last_stop(self, step: Step) -> datetime | None:
        """When the last of the steps that a closing proof needs was done, if all of them are."""
        stops = []
        for other in self._needed(step):
            stop = self._stop(other)
            seen = self.seen[other.id]
            if stop is None and other.state != "kept" and not (seen and seen.over):
                return None
            if stop and KINDS.get(other.kind, OWN).stops:
                stops.append(stop)
        return max(stops, default=None)

    def _needed(self, step: Step) -> list[Step]:
        """In the order of the checklist."""
        places = {self.places[need] for need in step.needs if need in self.places}
        return [self.steps[place] for place in sorted(places)]

    def _asked(self, step: Step) -> tuple[Scope, datetime] | None:
        """The charges that a bill is asked for, and from when on; None where there is no question.

        What goes on with a granted reason isn't held against the closing proof.
        """
        kind = KINDS.get(step.kind, OWN)
        scope = kind.scope(step)
        since = self.made if kind.buys else self.stops[step.id]
        if scope is None or since is None or step.state == "kept":
            return None
        return scope.without(self._kept_scopes(step)) if step.kind == CLOSING else scope, since

    # -- what can be said -------------------------------------------------------------------------

    def _result(self, step: Step) -> StepResult:
        bare = StepResult(step.id, step.kind, title(step), step.state, None, "", step.proof)
        if step.state == "kept":
            return self._kept(step, bare)
        if step.kind == FINAL:
            return self._final(step, bare)
        kind = KINDS.get(step.kind, OWN)
        scope = kind.scope(step)
        if step.kind == CLOSING and scope is None:
            return self._all_of(step, bare)
        if kind.buys and scope:
            return self._bought(step, bare, scope)
        stop = self.stops[step.id]
        seen = self.seen[step.id]
        if stop is None:
            if seen and seen.over and scope is None:
                return self._without_bill(step, bare, seen)
            return self._open(step, bare, seen)
        bare = replace(bare, stopped_at=stop)
        if scope is None:
            return self._without_bill(step, bare, seen)
        if self.facts.bill is None:
            return self._unbilled(step, bare, seen)
        uses = self.uses[step.id]
        state = self.facts.bill.silence(uses, stop, ends_jobs=self._ends_jobs(step))
        self.residual.update((use.group, use) for use in state.residual)
        after = self.facts.bill.charges(state.leaks)
        residual = self.facts.bill.charges(state.residual)
        bare = replace(bare, charges_after=after, residual=residual)
        if state.word == "leaking":
            return replace(bare, state="failed", basis="bill", reason=state.reason)
        if self._contradicted(step, seen):
            assert seen is not None
            return replace(bare, state="failed", basis="inventory", reason=self._against(seen))
        if step.proof == "person":
            return self._without_bill(step, bare, seen)
        return _of_bill(bare, state)

    def _bought(self, step: Step, bare: StepResult, scope: Scope) -> StepResult:
        """A plan: bought or renewed since the checklist was made, it fails whoever ticked it."""
        seen, stop = self.seen[step.id], self.stops[step.id]
        bill = self.facts.bill
        state = bill.silence(self.uses[step.id], self.made, grace=timedelta(0)) if bill else None
        told = ""
        if state and state.leaks:
            first = wall_text(state.leaks[0].first)
            told = f"bought or renewed on {first}, after this checklist was made"
        if stop is None:
            opened = self._open(step, bare, seen)
            return replace(opened, reason="; ".join(filter(None, (opened.reason, told))))
        bare = replace(bare, stopped_at=stop)
        if bill and state and state.leaks:
            after = bill.charges(state.leaks)
            return replace(bare, state="failed", basis="bill", reason=told, charges_after=after)
        if self._contradicted(step, seen) or (seen and seen.over):
            return self._without_bill(step, bare, seen)
        if bill and state and bill.undecided(scope, self.made):
            return _of_bill(bare, state)
        due = step.due.on(self.facts.clock) if step.due else None
        if due and stop > due:
            return self._too_late(bare, stop, due, state)
        return self._without_bill(step, bare, seen)

    def _too_late(
        self, bare: StepResult, stop: datetime, due: datetime, state: State | None
    ) -> StepResult:
        """Ticked after it was due: the renewal may have been paid for already, or be on its way."""
        told = f"ticked at {wall_text(stop)}, after it was due at {wall_text(due)}"
        expires = due + timedelta(days=DAYS_BEFORE)
        if state and state.proved_until and state.proved_until >= expires:
            told += f"; but not renewed until {wall_text(state.proved_until)}, after its end"
            until = state.proved_until
            return replace(bare, state="proved", basis="bill", reason=told, proved_until=until)
        told += (
            ", which proves nothing about the renewal: a bill past its end, "
            f"{wall_text(expires)}, or an inventory must show it"
        )
        if self.facts.bill and self.facts.bill.wrong:
            told += f"; {distrusted(self.facts.bill.wrong)}"
        again = expires + self.facts.settle
        return replace(bare, state="waiting", reason=told, look_again_at=again)

    def _all_of(self, step: Step, bare: StepResult) -> StepResult:
        """A closing proof of nothing but the steps before it."""
        needed = [self.known[other.id] for other in self._needed(step)]
        for state, told in (
            ("failed", "not stopped"),
            ("waiting", "still waiting"),
            ("todo", "still open"),
            ("blocked", "still open"),
        ):
            found = [one.id for one in needed if one.state == state]
            if found:
                more = f" and {len(found) - 1} more" if len(found) > 1 else ""
                open_now = state in ("todo", "blocked")
                dates = [one.look_again_at for one in needed if one.look_again_at]
                return replace(
                    bare,
                    state="blocked" if open_now else state,
                    basis=None if open_now else "bill",
                    reason=f"{told}: {found[0]}{more}",
                    look_again_at=max(dates, default=None) if state == "waiting" else None,
                )
        untils = [one.proved_until for one in needed if one.proved_until]
        return replace(
            bare,
            state="proved",
            basis="bill" if untils else "person",
            reason="every step before it is proved",
            proved_until=min(untils, default=None),
        )

    def _kept(self, step: Step, bare: StepResult) -> StepResult:
        assert step.until is not None
        until = step.until.on(self.facts.clock)
        said = f"kept by {step.by} until {until:%Y-%m-%d %H:%M}: {step.reason}"
        if self._is_kept(step):
            return replace(bare, basis="person", reason=said)
        return replace(bare, state="todo", reason=f"{said}; that time is over")

    def _is_kept(self, step: Step) -> bool:
        """Whether it is kept on purpose, and the time for that isn't over."""
        until = step.until.on(self.facts.clock) if step.until else None
        return step.state == "kept" and until is not None and until > self.facts.as_of

    def _open(self, step: Step, bare: StepResult, seen: Seen | None) -> StepResult:
        open_needs = [
            need for need in step.needs if need in self.stops and holds_up(step, self._state(need))
        ]
        if step.kind == CLOSING and not open_needs and self._needed(step):
            return replace(
                bare, state="todo", reason="none of the steps that it needs stopped anything"
            )
        if open_needs:
            more = f" and {len(open_needs) - 1} more" if len(open_needs) > 1 else ""
            return replace(bare, state="blocked", reason=f"first {open_needs[0]}{more}")
        if seen and seen.over:
            told = f"{seen.told}, but not since when: collected_at is missing"
            return replace(bare, state="waiting", reason=told)
        told = f"; {seen.told}" if seen else ""
        return replace(bare, state="todo", reason=f"{NOT_DONE}{told}{self._due(step)}")

    def _due(self, step: Step) -> str:
        if step.due is None:
            return ""
        due = step.due.on(self.facts.clock)
        if due <= self.facts.as_of:
            return f"; due since {wall_text(due)}"
        # What is final comes no sooner than that.
        return f"; {'due' if step.reversible else 'not before'} {wall_text(due)}"

    def _state(self, id: str) -> str:
        if id in self.known:
            return self.known[id].state
        return self.steps[self.places[id]].state if id in self.places else "done"

    def _without_bill(self, step: Step, bare: StepResult, seen: Seen | None) -> StepResult:
        """A step that no charge proves: the inventory does, or a word where a word is enough."""
        if seen and seen.over:
            return replace(bare, state="proved", basis="inventory", reason=seen.told)
        if self._contradicted(step, seen):
            assert seen is not None
            return replace(bare, state="failed", basis="inventory", reason=self._against(seen))
        if step.proof == "person" and step.state in _CLAIMED:
            said = f"{step.by} says so" + (f": {step.note}" if step.note else "")
            return replace(bare, state="proved", basis="person", reason=said)
        where = f" of {step.region_id}" if step.region_id else ""
        return replace(bare, state="waiting", reason=f"done; an inventory{where} must show it")

    def _unbilled(self, step: Step, bare: StepResult, seen: Seen | None) -> StepResult:
        if self._contradicted(step, seen) or step.proof == "person":
            return self._without_bill(step, bare, seen)
        return replace(bare, state="waiting", reason="done; no bill was given, so nothing shows it")

    def _contradicted(self, step: Step, seen: Seen | None) -> bool:
        """Whether an inventory that was collected after the tick says the opposite."""
        if seen is None or seen.over or not step.at or step.state not in _CLAIMED:
            return False
        return seen.looked_at is not None and seen.looked_at > step.at.on(self.facts.clock)

    def _against(self, seen: Seen) -> str:
        when = f", on {seen.looked_at:%Y-%m-%d %H:%M}" if seen.looked_at else ""
        return f"ticked, but {seen.told}{when}"

    def _kept_scopes(self, step: Step) -> Sequence[Clause]:
        """What is kept is a step's own subject: a key its use, a workspace none of its spend."""
        found = []
        for other in self._needed(step):
            if other.subject.kind == "api_key" and self._is_kept(other):
                scope = KINDS.get(other.kind, OWN).scope(other)
                if scope:
                    found.append(scope.certain)
        return found

    def _ends_jobs(self, step: Step) -> bool:
        """Whether jobs were to end with the step, or with one that a closing proof needs."""
        steps = [step, *(self._needed(step) if step.kind == CLOSING else ())]
        return any(KINDS.get(one.kind, OWN).ends_jobs for one in steps)

    # -- the month's final bill -------------------------------------------------------------------

    def _final(self, step: Step, bare: StepResult) -> StepResult:
        """The bill of the last stop's month, exported after nobody could add to it any more."""
        others = list(self.known.values())
        leaks = [one.id for one in others if one.charges_after]
        if leaks:
            return replace(
                bare, state="failed", basis="bill", reason=f"charges go on: {', '.join(leaks[:3])}"
            )
        stops = [one.stopped_at for one in others if one.stopped_at]
        if not stops or any(one.state in ("todo", "blocked") for one in others):
            return replace(bare, state="blocked", reason="first the steps that are still open")
        bare = self._with_residual(bare)
        month = f"{max(stops):%Y-%m}"
        due = final_from(month, self.facts.clock)
        waits = [one for one in others if one.state == "waiting"]
        dates = [one.look_again_at for one in waits if one.look_again_at]
        if self.facts.bill and self.facts.bill.final(month):
            if waits:
                # A step that names no date waits for an inventory, which may be looked up now.
                told = f"the bill of {month} is final; other steps still wait"
                again = max(dates, default=self.facts.as_of)
                return replace(bare, state="waiting", reason=told, look_again_at=again)
            if self.facts.bill.wrong:
                told = distrusted(self.facts.bill.wrong)
                again = self.facts.as_of
                return replace(bare, state="waiting", reason=told, look_again_at=again)
            told = f"the bill of {month} is final, {self._shown()}"
            return replace(bare, state="proved", basis="bill", reason=told)
        if step.state in _CLAIMED:
            said = self._without_bill(step, bare, None)
            told = said.reason
            if step.at and step.at.on(self.facts.clock) < due:
                told += f", before that bill was final ({due:%Y-%m-%d %H:%M})"
            return replace(said, reason=told + self._residual_told())
        if self.facts.as_of < due:
            told = f"the bill of {month} becomes final at {due:%Y-%m-%d %H:%M}"
        else:
            told = (
                f"a bill of {month} is needed that was exported after {due:%Y-%m-%d %H:%M} "
                "(by its name, or --exported-at)"
            )
        # A month that can be final now is decided by an export made now.
        again = max([due, self.facts.as_of, *dates])
        return replace(bare, state="waiting", reason=told, look_again_at=again)

    def _with_residual(self, bare: StepResult) -> StepResult:
        if self.facts.bill is None:
            return bare
        residual = list(self.residual.values())
        return replace(bare, residual=self.facts.bill.charges(residual))

    def _residual_told(self) -> str:
        return residual_told(list(self.residual.values()))

    def _shown(self) -> str:
        """What the bill shows of the steps that a bill proves, and of nothing else."""
        scoped = [one for one in self.known.values() if one.stopped_at and one.basis == "bill"]
        if not scoped:
            return "so nothing is added to it any more"
        told = "and shows no leak after the stops" + self._residual_told()
        kept = [one for one in self.known.values() if one.state == "kept"]
        return told + ("; what is kept on purpose isn't looked at" if kept else "")


def _of_bill(bare: StepResult, state: State) -> StepResult:
    words = {"settling": "waiting", "stopped": "proved"}
    return replace(
        bare,
        state=words[state.word],
        basis="bill",
        reason=state.reason,
        proved_until=state.proved_until,
        look_again_at=state.look_again_at,
    )


@dataclass(frozen=True)
class User:
    """A key as a payer's bill shows it. ``last`` is the latest instant at which it may have been
    used; a charge known to the minute or day only may lie at the end of that."""

    account_id: str | None
    workspace_id: str | None
    api_key_id: str
    last: datetime


def unknown_users(checklist: Checklist, users: Iterable[User], clock: tzinfo) -> list[str]:
    """Keys that a wish covers, that have no step, and that were used after what the inputs showed.

    Of a payer whose bill was no input, nothing was known at all.
    """
    from govern.shutdown.plan.wish import wish_of

    known = {
        (step.subject.workspace_id, step.subject.id)
        for step in checklist.steps
        if step.subject.kind == "api_key"
    }
    wishes = [wish_of(text) for text in checklist.wishes]
    reaches = {one.account_id: one.reaches.on(clock) for one in checklist.reaches}
    return sorted(
        {
            f"{user.workspace_id or 'no workspace'}/{user.api_key_id}"
            for user in users
            if user.last > reaches.get(user.account_id, datetime.min)
            and (user.workspace_id, user.api_key_id) not in known
            and any(wish.covers(user.workspace_id, user.api_key_id) for wish in wishes)
        }
    )
