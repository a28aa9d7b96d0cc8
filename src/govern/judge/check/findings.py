"""A breach as a finding: named, told, and with what the checklist gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from govern.judge.check.rule import Breach
from govern.model.directory import Directory
from govern.model.finding import Finding, Subject
from govern.model.inventory import ApiKey, Workspace
from govern.model.money import plain
from govern.model.policy import Policy
from govern.model.text import free_of


def named(subject: Subject, directory: Directory) -> Subject:
    """With the name that the inventory has for a key or workspace."""
    listed: ApiKey | Workspace | None = None
    if subject.kind == "api_key":
        listed = directory.key(subject.workspace_id, subject.id)
    elif subject.kind == "workspace":
        listed = directory.workspace(subject.id)
    return replace(subject, name=listed.name) if listed else subject


def told_apart(findings: Sequence[Finding]) -> list[Finding]:
    """Subjects of the same words in several accounts name their account."""
    accounts: dict[str, set[str | None]] = {}
    for finding in findings:
        accounts.setdefault(finding.subject.text, set()).add(finding.subject.sub_account_id)
    return [
        _of_account(finding)
        if len(accounts[finding.subject.text]) > 1 and finding.subject.sub_account_id
        else finding
        for finding in findings
    ]


def _of_account(finding: Finding) -> Finding:
    subject = replace(finding.subject, shared=True)
    message = finding.message.replace(finding.subject.text, subject.text, 1)
    return replace(finding, subject=subject, message=message)


def finding_of(policy: Policy, breach: Breach, directory: Directory) -> Finding:
    """``directory``: where a key's or workspace's name is looked up."""
    breach = replace(breach, subject=named(breach.subject, directory))
    return Finding(
        policy=policy.id,
        title=policy.title,
        severity=policy.severity,
        message=_message(policy, breach),
        subject=breach.subject,
        every=policy.every,
        start=breach.start,
        end=breach.end,
        measure=policy.measure.name,
        observed=breach.observed,
        limit=breach.limit.amount,
        unit=breach.limit.unit,
        charges=breach.charges,
        first_charge=breach.first_charge,
        last_charge=breach.last_charge,
        width=breach.width,
        costs=breach.costs,
        policy_file=policy.file,
        policy_line=policy.line,
        stop=_stop(policy, breach),
        other_units=breach.other_units,
        interval=breach.interval,
        currency=breach.key[2] if policy.measure.against else None,
    )


def _message(policy: Policy, breach: Breach) -> str:
    who = breach.subject.text
    if breach.wording:
        return f"{who} {breach.wording}, above the limit of {breach.limit.text}"
    if policy.measure.counted:
        cost = ", ".join(f"{plain(cost)} {currency}" for currency, cost in breach.costs)
        many = "charge" if breach.charges == 1 else "charges"
        allowed = (
            "none is allowed"
            if not breach.limit.amount
            else (f"{plain(breach.limit.amount)} are allowed")
        )
        free = free_of(breach.free, breach.charges)
        return f"{who} has {breach.charges} {many} ({cost}) where {allowed}" + free
    message = (
        f"{who} {policy.measure.verb} {plain(breach.observed)} {breach.limit.unit}, "
        f"more than {plain(breach.limit.amount)}"
    )
    if breach.other_units:
        message += f"; {breach.other_units} charges have another unit"
    return message + free_of(breach.free, breach.charges)


def _stop(policy: Policy, breach: Breach) -> str:
    """For a group without a key only the Playground can be stopped, or somebody asked."""
    keyless = any(column == "api_key_id" and not value for column, value in breach.subject.values)
    if not keyless or policy.stop in ("ask", "stop_playground"):
        return policy.stop
    return "stop_playground" if breach.playground else "ask"
