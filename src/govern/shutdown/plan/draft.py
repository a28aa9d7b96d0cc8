"""From a ledger to a checklist: judge it, audit it, and plan from both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from govern.judge.audit.audit import audit
from govern.judge.audit.question import Question
from govern.judge.bill.payers import horizons
from govern.judge.bill.trust import distrust, too_old
from govern.judge.check.asked import matched
from govern.judge.check.check import Terms, check
from govern.ledger.ledger import Ledger
from govern.model.checklist import Checklist, Input, Reach
from govern.model.clock import Moment
from govern.model.exits import Exit, worst
from govern.model.finding import Finding
from govern.model.policy import Policy
from govern.shutdown.plan.fees import fees
from govern.shutdown.plan.make import Basis, make, places
from govern.shutdown.plan.spend import paying_accounts, spending
from govern.shutdown.plan.wish import wishes


@dataclass(frozen=True)
class Draft:
    """What a checklist is made from, and how the run ends.

    ``basis`` is None where exports clash: then nothing was judged.
    """

    as_of: Moment
    basis: Basis | None
    exits: Sequence[Exit]

    def checklist(
        self, old: Checklist | None = None, done: Mapping[str, Moment] | None = None
    ) -> tuple[Checklist, Exit]:
        """The checklist, made again from ``old`` if there is one, and the exit.

        ``done``: when the journal did steps.
        """
        if self.basis is None:
            # What was known before stays as it was, its instant too.
            return old or Checklist(self.as_of), worst(list(self.exits))
        made = make(self.basis, old, done)
        steps = "1 step" if len(made.steps) == 1 else f"{len(made.steps)} steps"
        clean = Exit("clean", steps if made.steps else "nothing is to stop")
        return made, worst([*self.exits, clean])


def checklist_of(
    ledger: Ledger,
    policies: Sequence[Policy],
    terms: Terms,
    wanted: Sequence[str],
    inputs: Sequence[Input],
    old: Checklist | None = None,
) -> tuple[Checklist, Exit]:
    """The checklist, and how the run ended: :func:`draft`, made at once."""
    return draft(ledger, policies, terms, wanted, inputs).checklist(old)


def draft(
    ledger: Ledger,
    policies: Sequence[Policy],
    terms: Terms,
    wanted: Sequence[str],
    inputs: Sequence[Input],
    advice: Collection[str] = (),
) -> Draft:
    """Everything that a checklist needs of the ledger.

    ``wanted``: what to retire, as on the command line. ``inputs``: files read besides the bill.
    ``advice``: policies whose findings make no step.
    Raises wrong usage for a wish that names nothing of the bill or inventory.
    """
    findings: Sequence[Finding] = ()
    exits: list[Exit] = []
    notes: list[str] = []
    moment = Moment(terms.as_of, ledger.clock)
    if ledger.clashes:
        return Draft(moment, None, [Exit("overlap", "; ".join(ledger.clashes))])
    if policies:
        report = check(ledger, policies, terms)
        known = [finding for finding in report.findings if not finding.waiver]
        findings = [finding for finding in known if finding.policy not in advice]
        notes += _advised(known, advice)
        exits.append(report.exit)
    question = Question(
        as_of=terms.as_of,
        max_rejects=terms.max_rejects,
        max_bill_age=terms.max_bill_age,
        evidence=0,
        directory=terms.directory,
    )
    seen = audit(ledger, question)
    exits += distrust(ledger, seen.bill, terms.max_rejects)
    exits += too_old(seen.bill, terms.as_of, terms.max_bill_age)
    if not policies and not wanted:
        exits.append(Exit("nothing", "no policy was applied, and nothing is to be retired"))
    if not seen.bill.count("charges") and not terms.directory:
        exits.append(
            Exit("nothing", "the bill has no Model Studio charge, and there is no inventory")
        )
    broken = {finding.policy for finding in findings}
    asking = [policy for policy in policies if policy.id in broken]
    reaches = _reaches(ledger, terms.as_of)
    basis = Basis(
        as_of=terms.as_of,
        clock=ledger.clock,
        keys=seen.keys,
        spends=spending(
            ledger,
            terms.as_of,
            matched(ledger, asking, terms.directory),
            (column for policy in asking for column in policy.columns),
        ),
        findings=findings,
        wishes=wishes(wanted, *places(seen.keys, terms.directory)),
        directory=terms.directory,
        account_ids=paying_accounts(ledger),
        inputs=[*(Input(one.path, one.sha256) for one in seen.bill.files), *inputs],
        reaches=reaches,
        notes=notes,
        fees=fees(ledger, {one.account_id: one.reaches.wall for one in reaches}),
    )
    return Draft(moment, basis, exits)


def _advised(findings: Sequence[Finding], advice: Collection[str]) -> Iterable[str]:
    """What is left out, so that nobody takes it for checked and clean."""
    found = [finding for finding in findings if finding.policy in advice]
    if found:
        many, make = (
            ("1 finding", "makes") if len(found) == 1 else (f"{len(found)} findings", "make")
        )
        names = ", ".join(sorted({finding.policy for finding in found}))
        told = f"{many} of {names} (advice of the built-in pack) {make} no step"
        yield f"{told}: --advice asks for it."


def _reaches(ledger: Ledger, as_of: datetime) -> list[Reach]:
    """Up to where this bill can show a use, payer by payer: a key used later is on no list."""
    return [
        Reach(Moment(horizon.covered, ledger.clock), account)
        for account, horizon in horizons(ledger, as_of).items()
    ]
