"""``govern audit`` as a function: which API keys and workspaces still incur charges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from govern import __version__
from govern.judge.audit.delays import short_settle
from govern.judge.audit.evidence import with_lines
from govern.judge.audit.facts import by_day, facts_of, last_day
from govern.judge.audit.question import Question
from govern.judge.audit.rate import run_rates
from govern.judge.audit.stops import Place, stops_of
from govern.judge.audit.subjects import Subjects, jobs_ended, told_apart
from govern.judge.audit.use import Stop
from govern.judge.bill.payers import horizons
from govern.judge.bill.summary import summarise
from govern.judge.bill.trust import distrust, said, too_old
from govern.ledger import query
from govern.ledger.clauses import CHARGES, known
from govern.ledger.divide import divide
from govern.ledger.ledger import Ledger
from govern.model.audit import Audited, AuditReport
from govern.model.bill import BillSummary
from govern.model.errors import GovernError
from govern.model.exits import Exit, worst
from govern.model.money import add

#: What still costs money.
COSTLY = ("leaking", "charging")


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
        notes=(*short_settle(*question.settle), *ledger.notes),
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
        kind: Subjects(
            ledger, question, kind, accounts, stops, facts_of(ledger, kind, windows), said(wrong)
        )
        for kind in ("api_key", "workspace")
    }
    keys, workspaces = audits["api_key"].all(), audits["workspace"].all()
    _sums_up(bill, keys)
    _sums_up(bill, workspaces)
    rates = run_rates(ledger, keys, accounts, windows)
    if question.still_charging:
        keys = [key for key in keys if key.state in COSTLY]
        workspaces = [workspace for workspace in workspaces if workspace.state in COSTLY]
    leaks = {
        identity: uses for subjects in audits.values() for identity, uses in subjects.leaks.items()
    }
    shown = told_apart(with_lines(ledger, (*keys, *workspaces), leaks, question.evidence))
    return replace(
        report,
        keys=tuple(shown[: len(keys)]),
        workspaces=tuple(shown[len(keys) :]),
        exit=_exit(wrong, bill, question, (*keys, *workspaces)),
        covered_until=min((horizon.covered for horizon in accounts.values()), default=None),
        run_rate=tuple(rates),
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
        yield from (stop.at, stop.at + question.delays.grace)
        for over in jobs_ended(question.directory, place[0], clock).values():
            yield over + question.delays.grace


def _sums_up(bill: BillSummary, subjects: Sequence[Audited]) -> None:
    """No cent of the bill may be missing between the subjects."""
    for total in bill.totals:
        costs = [
            cost
            for subject in subjects
            for cost in subject.costs
            if cost.currency == total.currency
        ]
        if total.currency and add([cost.billed_cost for cost in costs]) != total.billed_cost:
            raise GovernError(
                "bug", f"the audit lost {total.currency} of the bill: please report this as a bug"
            )
    if sum(subject.charges for subject in subjects) != bill.count("charges"):
        raise GovernError("bug", "the audit lost a charge: please report this as a bug")


def _exit(
    wrong: Sequence[Exit], bill: BillSummary, question: Question, subjects: Sequence[Audited]
) -> Exit:
    exits = [*wrong]
    if not bill.count("charges"):
        exits.append(Exit("nothing", "the bill has no Model Studio charge"))
    bad = COSTLY if question.still_charging else ("leaking",)
    states = [sentence for state in bad if (sentence := _counted(subjects, state))]
    if not states:
        exits.append(Exit("clean", "nothing leaks" if bad == ("leaking",) else "nothing charges"))
    elif question.fail_on == "never":
        exits.append(Exit("clean", f"{'; '.join(states)}: not counted (--fail-on never)"))
    else:
        exits.append(Exit("leaking", "; ".join(states)))
    return worst(exits)


def _counted(subjects: Sequence[Audited], state: str) -> str:
    """``2 keys and 1 workspace are leaking``, or nothing."""
    keys = sum(1 for subject in subjects if subject.state == state and subject.kind == "api_key")
    workspaces = sum(
        1 for subject in subjects if subject.state == state and subject.kind == "workspace"
    )
    counts = [f"{keys} key{'s' if keys > 1 else ''}"] if keys else []
    if workspaces:
        counts.append(f"{workspaces} workspace{'s' if workspaces > 1 else ''}")
    verb = "is" if keys + workspaces == 1 else "are"
    return f"{' and '.join(counts)} {verb} {state}" if counts else ""
