"""A run held against a verdict of before: what is new, grown, the same, gone, or not judged now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from govern.judge.bill.matching import Values
from govern.model.baseline import STATES, Baseline, Mark, Since
from govern.model.bill import BillSummary
from govern.model.exits import UNTRUSTED
from govern.model.finding import Finding
from govern.model.report import CheckReport, PolicyResult
from govern.model.text import some


def marked(findings: Sequence[Finding], baseline: Baseline) -> list[Finding]:
    """The findings of a run with what became of each since the baseline."""
    known = {each.fingerprint: each for each in baseline.findings}
    return [replace(each, mark=_mark(each, known.get(each.fingerprint))) for each in findings]


def _mark(finding: Finding, before: Finding | None) -> Mark:
    if before is None or before.measure != finding.measure:
        return Mark("new")
    change = finding.observed - before.observed
    state = "same" if not change else "grown" if change > 0 else "shrunk"
    return Mark(state, before.observed, excused=before.waiver is not None)


def held(report: CheckReport, baseline: Baseline, values: Values) -> CheckReport:
    """The report with what only the baseline has, and what makes the two hard to compare.

    A finding is ``gone`` only where this run could have found it: its policy was judged by the
    same rule, and the bill holds its account and its month, up to its last charge at least.
    """
    here = {each.fingerprint for each in report.findings if each.mark and each.mark.state != "new"}
    past = tuple(
        replace(each, mark=_past(each, report, baseline, values))
        for each in baseline.findings
        if each.fingerprint not in here
    )
    counted = Counter(each.mark.state for each in (*report.findings, *past) if each.mark)
    since = Since(
        path=baseline.path,
        as_of=_on(baseline.as_of, report.bill.clock),
        counts={state: counted[state] for state in STATES},
        past=past,
    )
    sentence = (
        f"Against the baseline {baseline.path} (as of {since.as_of:%Y-%m-%d %H:%M}): {since.text}."
    )
    notes = (sentence, *_apart(report, baseline, since), *report.notes)
    return replace(report, since=since, notes=notes)


def _past(finding: Finding, report: CheckReport, baseline: Baseline, values: Values) -> Mark:
    reason = _unjudged(finding, report, baseline, values)
    if reason:
        return Mark("unjudged", finding.observed, reason=reason)
    return Mark("gone", finding.observed)


def _unjudged(
    finding: Finding, report: CheckReport, baseline: Baseline, values: Values
) -> str | None:
    """Why this run can't say that the finding is gone; None where it can."""
    if report.exit.code in UNTRUSTED and report.exit.cause != "undecided":
        return f"the run can't be trusted: {report.exit.reason}"
    result = next((each for each in report.policies if each.id == finding.policy), None)
    if result is None:
        return "this run has no such policy"
    if result.outcome == "skip":
        return "the policy isn't enabled, or not selected"
    if result.outcome == "error":
        return "the policy could not be judged"
    if _is_other(baseline, result):
        return "the policy has another rule now"
    return _out_of_sight(finding, report.bill, values)


def _out_of_sight(finding: Finding, bill: BillSummary, values: Values) -> str | None:
    account = finding.subject.sub_account_id
    if account and account not in values.of("sub_account_id"):
        return f"the bill holds nothing of account {account}"
    by_month = finding.every == "month" or finding.first_charge is None
    month = f"{finding.start if by_month else finding.first_charge:%Y-%m}"
    if month not in {month for month, _ in bill.months}:
        return f"the bill holds nothing of {month}"
    if bill.reaches is None or bill.reaches < (finding.last_charge or finding.start):
        reach = "nowhere" if bill.reaches is None else f"to {bill.reaches:%Y-%m-%d %H:%M} only"
        return f"the bill reaches {reach}"
    return None


def _is_other(baseline: Baseline, result: PolicyResult) -> bool:
    """Whether the policy of this id was another one; where nothing tells, it wasn't."""
    before = baseline.policies.get(result.id)
    return before is not None and before.digest is not None and before.digest != result.digest


def _apart(report: CheckReport, baseline: Baseline, since: Since) -> Iterator[str]:
    """What makes this run and its baseline two different questions."""
    if baseline.distrust:
        yield f"The baseline couldn't be trusted itself: {baseline.distrust}."
    if since.as_of > report.as_of:
        yield "The baseline is later than this verdict."
    yield from _accounts(report, baseline)
    judged = [each for each in report.policies if each.outcome != "skip"]
    known = {name: each for name, each in baseline.policies.items() if each.outcome != "skip"}
    yield from _told(
        "Not judged in the baseline, so all their findings are new",
        [each.id for each in judged if each.id not in known],
    )
    yield from _told(
        "Another rule than in the baseline",
        [each.id for each in judged if _is_other(baseline, each)],
    )
    yield from _told(
        "Could not be judged in the baseline, so what is new may be old",
        [each.id for each in judged if each.id in known and known[each.id].outcome == "error"],
    )
    yield from _told(
        "Judged in the baseline and not now", sorted({*known} - {each.id for each in judged})
    )


def _accounts(report: CheckReport, baseline: Baseline) -> Iterator[str]:
    if baseline.accounts is None:
        return
    here = {payer.billing_account_id for payer in report.bill.payers}
    there = baseline.accounts
    if here and there and not here & there:
        yield f"The baseline is of another account: {_names(there)}, this bill of {_names(here)}."
    else:
        yield from _told("Accounts of the baseline that this bill doesn't have", _few(there - here))
        yield from _told("Accounts of this bill that the baseline didn't have", _few(here - there))


def _few(accounts: set[str | None] | frozenset[str | None]) -> list[str]:
    return sorted(each or "none" for each in accounts)


def _names(accounts: set[str | None] | frozenset[str | None]) -> str:
    return ", ".join(_few(accounts))


def _told(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{what}: {some(names, 10)}."


def _on(moment: datetime, clock: tzinfo) -> datetime:
    return moment.astimezone(clock).replace(tzinfo=None)
