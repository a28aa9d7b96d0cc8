"""``govern check``: judge bills by policies."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from govern.cli import options
from govern.cli.run import Run, command
from govern.model.errors import usage


@command(options.JUDGED)
def check(
    run: Run,
    policy: options.Policies = None,
    waivers: options.Waivers = None,
    fail_on: options.FailOn = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    evidence: options.Evidence = 3,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="VERDICT",
            help="Hold findings against a verdict of before (-o json:FILE): new, grown, gone.",
        ),
    ] = None,
    fail_on_new: Annotated[
        bool,
        typer.Option("--fail-on-new", help="What the baseline knew doesn't fail the run."),
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option(
            "--explain",
            metavar="FINGERPRINT",
            help="Show how this finding came about instead; a unique beginning is enough.",
        ),
    ] = None,
    top: options.Top = 0,
) -> None:
    """Judge bills by policies: what should stop, why, since when, and how much it cost.

    Exit codes: 0 clean, 1 findings, 2 wrong usage, 3 nothing evaluated, 4 data not to be trusted.

    Examples:

      govern check bill.csv

      govern check 2026-09/ -p policies/ --as-of 2026-10-05 --format json

      govern check bills/ --baseline verdict.json --fail-on-new

      govern check bills/ --explain 3f9a1c07
    """
    from govern.cli import next_step, settings
    from govern.judge.check.check import check as judge
    from govern.judge.check.explain import explain_finding
    from govern.judge.check.explain_narrative import document as explained
    from govern.judge.check.narrative import document
    from govern.policy.verdict import load_baseline

    if explain is not None:
        run.must_fit(options.TOLD)
    if fail_on_new and not baseline:
        raise usage("--fail-on-new: new against what? name a verdict of before with --baseline")
    rules = settings.policies(policy or [], run.config)
    excuses = settings.waivers(waivers or [], run.config)
    terms = replace(
        run.terms(),
        fail_on=settings.fail_on(fail_on, run.config),
        evidence=evidence,
        chosen=settings.selection(select or [], ignore or [], rules.policies),
        notes=rules.notes,
        waivers=excuses,
        baseline=load_baseline(baseline) if baseline else None,
        fail_on_new=fail_on_new,
    )
    with run.read() as ledger:
        if explain is not None:
            explanation = explain_finding(ledger, rules.policies, terms, explain)
            shown, bill = explained(explanation), explanation.bill
        else:
            report = judge(ledger, rules.policies, terms)
            shown, bill = document(report, top), report.bill
    inputs = [policy.file for policy in rules.policies]
    inputs += [excuse.file for excuse in excuses]
    inputs += [baseline] if baseline else []
    steps = [] if explain is not None else next_step.after_check(run.given, report, policy or [])
    run.end(shown, inputs, bill, next=steps)
