"""All keys, or all workspaces, of one bill: each with its state and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal

from govern.judge.audit.facts import Facts, Identity
from govern.judge.audit.ledger_uses import uses_after
from govern.judge.audit.question import Question
from govern.judge.audit.silence import State, after_stop, believed, most_cautious, without_stop
from govern.judge.audit.stops import Place
from govern.judge.audit.use import JOBS, Stop, Use, in_currencies
from govern.judge.bill.horizon import Horizon
from govern.ledger.ledger import Ledger
from govern.model.audit import After, Audited
from govern.model.console import key_page
from govern.model.directory import Directory
from govern.model.money import add

#: First what must be looked at.
_ORDER = ("leaking", "charging", "settling", "stopped", "quiet", "unused")


def jobs_ended(
    directory: Directory, workspace_id: str | None, clock: tzinfo
) -> dict[str, datetime]:
    """By service: when all its jobs in the workspace had ended, where the inventory says so."""
    ended = {}
    for service in JOBS:
        ends = [job.ended_at for job in directory.jobs(service, workspace_id)]
        known = [end.on(clock) for end in ends if end]
        if known and len(known) == len(ends):
            ended[service] = max(known)
    return ended


def told_apart(subjects: Sequence[Audited]) -> list[Audited]:
    """Those of the same words in several accounts name their account."""
    accounts: dict[str, set[str | None]] = {}
    for one in subjects:
        accounts.setdefault(one.text, set()).add(one.sub_account_id)
    return [
        replace(one, shared=len(accounts[one.text]) > 1 and bool(one.sub_account_id))
        for one in subjects
    ]


class Subjects:
    """All keys, or all workspaces, of one bill. ``wrong``: why it can't be trusted, if it can't."""

    def __init__(
        self,
        ledger: Ledger,
        question: Question,
        kind: str,
        accounts: Mapping[str | None, Horizon],
        stops: Mapping[Place, Stop],
        facts: Sequence[Facts],
        wrong: str | None,
    ) -> None:
        self.ledger = ledger
        self.question = question
        self.kind = kind
        self.accounts = accounts
        self.stops = stops
        self.facts = facts
        self.wrong = wrong
        self.directory = question.directory
        self.leaks: dict[Identity, Sequence[Use]] = {}

    def all(self) -> list[Audited]:
        """Those with charges, and those that only the inventory knows; the worst first."""
        charged = [self._charged(facts) for facts in self.facts]
        return sorted([*charged, *self._unused()], key=_order)

    def _charged(self, facts: Facts) -> Audited:
        workspace_id, key_id = facts.place
        stop = self.stops.get(facts.place) if key_id or self.kind == "workspace" else None
        state = self._state(facts, stop)
        if state.leaks:
            self.leaks[facts.identity] = state.leaks
        key = self.directory.key(workspace_id, key_id)
        workspace = self.directory.workspace(workspace_id)
        return Audited(
            kind=self.kind,
            api_key_id=key_id,
            api_key_name=key.name if key else None,
            workspace_id=workspace_id,
            workspace_name=workspace.name if workspace else None,
            owner=self.directory.owner(workspace_id, key_id),
            region_id=facts.region_id or (key.region_id if key else None),
            sub_account_id=facts.identity[0],
            state=state.word,
            reason=state.reason + self._remark(facts, stop),
            first_charge=facts.first,
            last_charge=facts.last,
            charges=facts.charges,
            costs=facts.costs,
            models=facts.models,
            channels=facts.channels,
            stopped_at=stop.at if stop else None,
            stopped_after=stop.after if stop else None,
            stop_source=stop.source if stop else None,
            silent_from=state.silent_from,
            proved_until=state.proved_until,
            look_again_at=state.look_again_at,
            charges_after=tuple(_after(state.leaks)),
            residual=tuple(_after(state.residual)),
            console=key_page(facts.region_id),
            last_width=facts.last_width,
        )

    def _state(self, facts: Facts, stop: Stop | None) -> State:
        seen = [self.accounts[payer] for payer in facts.payers]
        delays = self.question.delays
        if stop is None:
            return most_cautious([without_stop(facts.latest, horizon, delays) for horizon in seen])
        uses = uses_after(self.ledger, self.kind, facts, stop.at)
        ended = jobs_ended(self.directory, facts.place[0], self.ledger.clock)
        until = {service: over + delays.grace for service, over in ended.items()}
        state = most_cautious([after_stop(uses, stop, horizon, delays, until) for horizon in seen])
        return believed(state, self.wrong, delays)

    def _remark(self, facts: Facts, stop: Stop | None) -> str:
        key = self.directory.key(*facts.place)
        said = ""
        if stop is None and key and key.disabled and not key.disabled_at:
            said = "; the inventory says it is disabled, but not since when (--stopped-at)"
        if facts.free == facts.charges:
            said += "; none of its charges costs anything so far"
        elif facts.free:
            cost = "costs" if facts.free == 1 else "cost"
            said += f"; {facts.free} of its {facts.charges} charges {cost} nothing so far"
        return said

    def _unused(self) -> Iterable[Audited]:
        charged = {facts.place for facts in self.facts}
        if self.kind == "workspace":
            for workspace_id, (workspace, inventory) in self.directory.workspaces.items():
                if (workspace_id, None) not in charged:
                    yield self._silent(
                        (workspace_id, None), workspace.region_id, inventory.account_id
                    )
            return
        ids = {key_id for _, key_id in charged}
        for (place, key_id), (key, inventory) in self.directory.keys.items():
            if (place, key_id) in charged or (place is None and key_id in ids):
                continue
            yield self._silent((place, key_id), key.region_id, inventory.account_id)

    def _silent(self, place: Place, region_id: str | None, account_id: str | None) -> Audited:
        key, workspace = self.directory.key(*place), self.directory.workspace(place[0])
        stop = self.stops.get(place)
        reason = "no charge in this bill; no proof, since preview models aren't billed"
        if account_id and account_id not in self._accounts():
            reason = f"the bill holds nothing of account {account_id}, so it says nothing"
        return Audited(
            kind=self.kind,
            api_key_id=place[1],
            api_key_name=key.name if key else None,
            workspace_id=place[0],
            workspace_name=workspace.name if workspace else None,
            owner=self.directory.owner(*place),
            region_id=region_id,
            sub_account_id=account_id,
            state="unused",
            reason=reason,
            stopped_at=stop.at if stop else None,
            stopped_after=stop.after if stop else None,
            stop_source=stop.source if stop else None,
            console=key_page(region_id),
        )

    def _accounts(self) -> set[str | None]:
        return {*self.accounts, *(facts.identity[0] for facts in self.facts)}


def _order(subject: Audited) -> tuple[int, Decimal, str, str, str]:
    cost = -sum((cost.billed_cost for cost in subject.costs), Decimal(0))
    ids = (subject.workspace_id or "", subject.api_key_id or "", subject.sub_account_id or "")
    return _ORDER.index(subject.state), cost, *ids


def _after(uses: Sequence[Use]) -> Iterable[After]:
    for own in in_currencies(uses):
        first = min(own, key=lambda use: use.first)
        yield After(
            first.currency,
            add([use.billed_cost for use in own]),
            sum(use.charges for use in own),
            first.first,
            first.width,
        )
