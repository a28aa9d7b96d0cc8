"""``govern audit`` as a function: which API keys and workspaces still incur charges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from govern import __version__
from govern.judge.audit import evidence as audit_evidence
from govern.judge.audit.facts import (
    IDENTITY,
    Facts,
    Identity,
    by_day,
    facts_of,
    last_day,
    last_lines,
    uses_after,
)
from govern.judge.audit.rate import run_rates
from govern.judge.audit.silence import (
    JOBS,
    State,
    Stop,
    Terms,
    Use,
    after_stop,
    believed,
    in_currencies,
    most_cautious,
    without_stop,
)
from govern.judge.audit.stops import Place, stops_of
from govern.judge.bill.horizon import Horizon
from govern.judge.bill.payers import horizons
from govern.judge.bill.summary import summarise
from govern.judge.bill.trust import distrust, said, too_old
from govern.ledger import query
from govern.ledger.clauses import CHARGES, known
from govern.ledger.divide import divide
from govern.ledger.ledger import Ledger
from govern.model.audit import After, Audited, AuditReport
from govern.model.bill import BillSummary
from govern.model.clock import Moment
from govern.model.console import key_page
from govern.model.errors import GovernError
from govern.model.exits import Exit, worst
from govern.model.inventory import Directory
from govern.model.journal import Journal
from govern.model.money import add

#: What still costs money.
COSTLY = ("leaking", "charging")

#: First what must be looked at.
_ORDER = ("leaking", "charging", "settling", "stopped", "quiet", "unused")

_SETTLE = timedelta(hours=48)


@dataclass(frozen=True)
class Question:
    """What is asked. The durations come as they were written and as what they mean.

    ``stopped_at``: the known stops, ``KEY``, ``WORKSPACE/KEY`` or ``WORKSPACE/`` with an instant.
    ``still_charging``: only what still costs. ``evidence``: lines per subject. ``journal``: what
    ``apply`` did.
    """

    as_of: datetime
    window: tuple[str, timedelta] = ("24h", timedelta(hours=24))
    settle: tuple[str, timedelta] = ("48h", _SETTLE)
    grace: tuple[str, timedelta] = ("15m", timedelta(minutes=15))
    stopped_at: tuple[tuple[str, Moment], ...] = ()
    still_charging: bool = False
    fail_on: str = "low"
    max_rejects: int = 0
    max_bill_age: timedelta | None = None
    evidence: int = 3
    directory: Directory = field(default_factory=lambda: Directory(()))
    journal: Journal | None = None

    @property
    def terms(self) -> Terms:
        return Terms(self.settle[1], self.grace[1], self.window[1])


def audit(ledger: Ledger, question: Question) -> AuditReport:
    """The state of every key and workspace. Raises wrong usage for a stop of nobody's."""
    bill = summarise(ledger, question.as_of)
    report = AuditReport(
        version=__version__,
        as_of=question.as_of,
        bill=bill,
        window=question.window[0],
        settle=question.settle[0],
        grace=question.grace[0],
        keys=(),
        workspaces=(),
        exit=Exit("overlap", "; ".join(ledger.clashes)),
        notes=(*_warnings(question), *ledger.notes),
        journal=question.journal,
    )
    if ledger.clashes:
        return report
    wrong = distrust(ledger, bill, question.max_rejects)
    wrong += too_old(bill, question.as_of, question.max_bill_age)
    accounts = horizons(ledger, question.as_of)
    stops = _stops(ledger, question)
    known = by_day(ledger)
    windows = {
        payer: None if known.get(payer) is None else last_day(horizon, bool(known[payer]))
        for payer, horizon in accounts.items()
    }
    divide(ledger, _instants(question, stops, windows.values(), ledger.clock))
    audits = {
        kind: _Audit(
            ledger, question, kind, accounts, stops, facts_of(ledger, kind, windows), said(wrong)
        )
        for kind in ("api_key", "workspace")
    }
    keys, workspaces = audits["api_key"].subjects(), audits["workspace"].subjects()
    _sums_up(bill, keys)
    _sums_up(bill, workspaces)
    rates = run_rates(ledger, keys, accounts, windows)
    if question.still_charging:
        keys = [one for one in keys if one.state in COSTLY]
        workspaces = [one for one in workspaces if one.state in COSTLY]
    leaks = {identity: uses for one in audits.values() for identity, uses in one.leaks.items()}
    found = _with_lines(ledger, (*keys, *workspaces), leaks, question.evidence)
    return replace(
        report,
        keys=tuple(found[: len(keys)]),
        workspaces=tuple(found[len(keys) :]),
        exit=_exit(wrong, bill, question, (*keys, *workspaces)),
        covered_until=min((one.covered for one in accounts.values()), default=None),
        run_rate=tuple(rates),
    )


def _warnings(question: Question) -> Iterable[str]:
    if question.settle[1] < _SETTLE:
        yield (
            f"settle is {question.settle[0]}, less than 48h: a charge that arrives later than that "
            "makes a proof wrong."
        )


def _stops(ledger: Ledger, question: Question) -> dict[Place, Stop]:
    within = CHARGES & known("workspace_id")
    rows = query.ask(ledger, ("workspace_id", "api_key_id"), (), within)
    return stops_of(
        question.stopped_at,
        question.journal,
        question.directory,
        [(workspace_id, key_id) for workspace_id, key_id in rows if key_id],
        {workspace_id for workspace_id, _ in rows},
        ledger.clock,
    )


def _instants(
    question: Question,
    stops: Mapping[Place, Stop],
    windows: Iterable[tuple[datetime, datetime] | None],
    clock: tzinfo,
) -> Iterable[datetime]:
    """Where a ledger's day must be divided, so that each of its groups lies on one side."""
    for window in windows:
        yield from window or ()
    for place, stop in stops.items():
        yield from (stop.at, stop.at + question.terms.grace)
        for over in _ended(question.directory, place[0], clock).values():
            yield over + question.terms.grace


def _ended(directory: Directory, workspace_id: str | None, clock: tzinfo) -> dict[str, datetime]:
    """By service: when all its jobs in the workspace had ended, where the inventory says so."""
    found = {}
    for service in JOBS:
        ends = [job.ended_at for job in directory.jobs(service, workspace_id)]
        known = [end.on(clock) for end in ends if end]
        if known and len(known) == len(ends):
            found[service] = max(known)
    return found


class _Audit:
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

    def subjects(self) -> list[Audited]:
        """Those with charges, and those that only the inventory knows; the worst first."""
        found = [self._charged(facts) for facts in self.facts]
        return sorted([*found, *self._unused()], key=_order)

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
        terms = self.question.terms
        if stop is None:
            return most_cautious([without_stop(facts.latest, one, terms) for one in seen])
        uses = uses_after(self.ledger, self.kind, facts, stop.at)
        ended = _ended(self.directory, facts.place[0], self.ledger.clock)
        until = {service: over + terms.grace for service, over in ended.items()}
        state = most_cautious([after_stop(uses, stop, one, terms, until) for one in seen])
        return believed(state, self.wrong, terms)

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


def _order(one: Audited) -> tuple[int, Decimal, str, str, str]:
    cost = -sum((cost.billed_cost for cost in one.costs), Decimal(0))
    ids = (one.workspace_id or "", one.api_key_id or "", one.sub_account_id or "")
    return _ORDER.index(one.state), cost, *ids


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


def _sums_up(bill: BillSummary, subjects: Sequence[Audited]) -> None:
    """No cent of the bill may be missing between the subjects."""
    for total in bill.totals:
        costs = [c for one in subjects for c in one.costs if c.currency == total.currency]
        if total.currency and add([cost.billed_cost for cost in costs]) != total.billed_cost:
            raise GovernError(
                "bug", f"the audit lost {total.currency} of the bill: please report this as a bug"
            )
    if sum(one.charges for one in subjects) != bill.count("charges"):
        raise GovernError("bug", "the audit lost a charge: please report this as a bug")


def _with_lines(
    ledger: Ledger,
    subjects: Sequence[Audited],
    leaks: Mapping[Identity, Sequence[Use]],
    most: int,
) -> list[Audited]:
    """The subjects with up to ``most`` bill lines each: of a leak its own, else the last ones."""
    wanted: dict[int, list[tuple[int, bool]]] = {}
    for kind in IDENTITY if most else ():
        numbers = {_identity(one): at for at, one in enumerate(subjects) if one.kind == kind}
        for identity, at in numbers.items():
            for use in leaks.get(identity, ())[:most]:
                wanted.setdefault(use.group, []).append((at, True))
        others = [identity for identity in numbers if identity not in leaks]
        for group, identity in last_lines(ledger, kind, others, most).items():
            wanted.setdefault(group, []).append((numbers[identity], False))
    lines = audit_evidence.gather(ledger, wanted, most) if wanted else {}
    return [replace(one, evidence=tuple(lines.get(at, ()))) for at, one in enumerate(subjects)]


def _identity(one: Audited) -> tuple[str | None, ...]:
    whole = (one.sub_account_id, one.workspace_id, one.api_key_id)
    return whole if one.kind == "api_key" else whole[:2]


def _exit(
    wrong: Sequence[Exit], bill: BillSummary, question: Question, subjects: Sequence[Audited]
) -> Exit:
    exits = [*wrong]
    if not bill.count("charges"):
        exits.append(Exit("nothing", "the bill has no Model Studio charge"))
    bad = COSTLY if question.still_charging else ("leaking",)
    told = [said for state in bad if (said := _told(subjects, state))]
    if not told:
        exits.append(Exit("clean", "nothing leaks" if bad == ("leaking",) else "nothing charges"))
    elif question.fail_on == "never":
        exits.append(Exit("clean", f"{'; '.join(told)}: not counted (--fail-on never)"))
    else:
        exits.append(Exit("leaking", "; ".join(told)))
    return worst(exits)


def _told(subjects: Sequence[Audited], state: str) -> str:
    """``2 keys and 1 workspace are leaking``, or nothing."""
    keys = sum(1 for one in subjects if one.state == state and one.kind == "api_key")
    workspaces = sum(1 for one in subjects if one.state == state and one.kind == "workspace")
    said = [f"{keys} key{'s' if keys > 1 else ''}"] if keys else []
    if workspaces:
        said.append(f"{workspaces} workspace{'s' if workspaces > 1 else ''}")
    verb = "is" if keys + workspaces == 1 else "are"
    return f"{' and '.join(said)} {verb} {state}" if said else ""
