"""``govern check`` as a function: report = f(ledger, policies, as_of)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from govern import __version__
from govern.judge.bill import summary
from govern.judge.bill.horizon import SETTLE
from govern.judge.bill.matching import Values
from govern.judge.bill.trust import distrust, too_old
from govern.judge.check import against, bar, evidence, waiving
from govern.judge.check.findings import told_apart
from govern.judge.check.judgement import Judgement, judge, seen
from govern.ledger.ledger import Ledger
from govern.model.baseline import Baseline
from govern.model.bill import BillSummary
from govern.model.directory import Directory
from govern.model.exits import UNTRUSTED, Exit, worst
from govern.model.finding import Finding
from govern.model.policy import Policy
from govern.model.report import CheckReport, PolicyResult
from govern.model.waiver import Waiver


@dataclass(frozen=True)
class Terms:
    """What a run is judged by besides its policies.

    ``max_bill_age``: how long before ``as_of`` the bill may end. ``settle``: how late a charge may
    come.

    ``fail_on`` is a severity or ``never``; ``fail_on_new``: what the baseline knew fails nothing.
    ``chosen`` tells whether a policy id is selected. ``baseline``: a verdict of before, that
    findings are held against. ``as_of`` is naive, on the bill's clock.
    """

    as_of: datetime
    fail_on: str = "low"
    max_rejects: int = 0
    evidence: int = 3
    chosen: Callable[[str], bool] = lambda policy_id: True
    notes: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    max_bill_age: timedelta | None = None
    directory: Directory = field(default_factory=lambda: Directory(()))
    baseline: Baseline | None = None
    fail_on_new: bool = False
    settle: timedelta = SETTLE


def check(ledger: Ledger, policies: Sequence[Policy], terms: Terms) -> CheckReport:
    """Judge the whole bill by every policy."""
    bill = summary.summarise(ledger, terms.as_of)
    if ledger.clashes:
        why = Exit("overlap", "; ".join(ledger.clashes))
        report = CheckReport(__version__, terms.as_of, bill, (), (), why, terms.notes)
        return against.held(report, terms.baseline, Values(ledger)) if terms.baseline else report
    applied = [policy for policy in policies if policy.enabled and terms.chosen(policy.id)]
    directory = terms.directory
    sight = seen(ledger, applied, terms.as_of, directory, terms.settle)
    judged = [judge(ledger, policy, sight) for policy in applied]
    broken = [(one.rule, one.verdict.breaches) for one in judged if one.rule]
    lines = evidence.gather(ledger, broken, terms.evidence)
    bare = told_apart([finding for one in judged for finding in one.findings(directory)])
    findings = sorted(
        (replace(one, evidence=found) for one, found in zip(bare, lines, strict=True)),
        key=lambda finding: finding.order,
    )
    results = _results(policies, judged)
    known = [policy.id for policy in policies]
    findings, uses = waiving.apply(terms.waivers, findings, known, terms.as_of, ledger.clock)
    results = [_after_waivers(result, findings) for result in results]
    if terms.baseline:
        findings = against.marked(findings, terms.baseline)
    ended = _exit(ledger, bill, results, findings, terms)
    report = CheckReport(
        version=__version__,
        as_of=terms.as_of,
        bill=bill,
        policies=tuple(_believed(result, ended) for result in results),
        findings=tuple(findings),
        exit=ended,
        notes=(*terms.notes, *ledger.notes),
        waivers=tuple(use.document(ledger.clock) for use in uses),
    )
    return against.held(report, terms.baseline, sight.values) if terms.baseline else report


def _after_waivers(result: PolicyResult, findings: Sequence[Finding]) -> PolicyResult:
    """A policy whose every finding is waived passes."""
    mine = [finding for finding in findings if finding.policy == result.id]
    waived = sum(1 for finding in mine if finding.waiver)
    excused = result.outcome == "fail" and waived == len(mine)
    return replace(result, waived=waived, outcome="pass" if excused else result.outcome)


def _believed(result: PolicyResult, ended: Exit) -> PolicyResult:
    """Nothing passes in a run that isn't trusted, or that evaluated nothing."""
    if result.outcome != "pass" or ended.code not in UNTRUSTED:
        return result
    why = "nothing was evaluated" if ended.cause == "nothing" else "the run can't be trusted"
    message = f"no verdict, since {why}: {ended.reason}"
    return replace(result, outcome="error", message=message, of_run=True)


def _results(policies: Sequence[Policy], judged: Sequence[Judgement]) -> list[PolicyResult]:
    """One for every policy, in their order; what wasn't applied is skipped."""
    told = {id(one.policy): _result(one) for one in judged}
    return [told.get(id(policy)) or _bare(policy, "skip") for policy in policies]


def _result(judged: Judgement) -> PolicyResult:
    verdict = judged.verdict
    return replace(
        _bare(judged.policy, judged.outcome),
        matched=verdict.matched,
        free=verdict.free,
        findings=len(verdict.breaches),
        unmatched=judged.unmatched,
        message=verdict.undecided or verdict.remark,
    )


def _bare(policy: Policy, outcome: str) -> PolicyResult:
    return PolicyResult(
        id=policy.id,
        title=policy.title,
        outcome=outcome,
        severity=policy.severity,
        description=policy.description,
        file=policy.file,
        line=policy.line,
        digest=policy.digest,
    )


def _exit(
    ledger: Ledger,
    bill: BillSummary,
    results: Sequence[PolicyResult],
    findings: Sequence[Finding],
    terms: Terms,
) -> Exit:
    judged = [result for result in results if result.outcome != "skip"]
    exits = bar.exits(findings, terms.fail_on, only_new=terms.fail_on_new)
    exits += distrust(ledger, bill, terms.max_rejects)
    exits += too_old(bill, terms.as_of, terms.max_bill_age)
    undecided = [result for result in judged if result.outcome == "error"]
    if undecided:
        names = ", ".join(result.id for result in undecided)
        exits.append(Exit("undecided", f"could not be judged: {names}"))
    if not judged:
        exits.append(Exit("nothing", "no policy was applied"))
    elif not bill.count("charges"):
        exits.append(Exit("nothing", "the bill has no Model Studio charge"))
    return worst(exits)
