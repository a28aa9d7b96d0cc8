"""``govern audit``: which API keys and workspaces still incur charges."""

from __future__ import annotations

from typing import Annotated

import typer

from govern.cli import options
from govern.cli.run import Run, command


@command(options.LISTED)
def audit(
    run: Run,
    stopped_at: Annotated[
        list[str] | None,
        typer.Option(
            "--stopped-at",
            metavar="KEY=INSTANT",
            help="When a key was stopped: KEY, WORKSPACE/KEY, or WORKSPACE/ for a workspace. "
            "Repeatable.",
        ),
    ] = None,
    still_charging: Annotated[
        bool,
        typer.Option("--still-charging", help="Only what still costs; exit code 1 if anything."),
    ] = False,
    journal: Annotated[
        str | None,
        typer.Option("--journal", metavar="FILE", help="What govern apply wrote down: its stops."),
    ] = None,
    window: Annotated[
        str,
        typer.Option(
            "--window",
            metavar="DURATION",
            help="Used so shortly before the end of the bill is charging.",
        ),
    ] = "24h",
    settle: options.Settle = None,
    grace: options.Grace = None,
    fail_on: options.FailOn = None,
    evidence: options.Evidence = 3,
    top: options.Top = 0,
) -> None:
    """Say of every API key and workspace whether it still incurs charges, and since when not.

    Without a known stop: charging, quiet or unused. With one: leaking, settling, stopped or unused.

    Exit codes: 0 nothing leaks, 1 a leak (with --still-charging: any charge), 2 wrong usage, 3 no
    charge, 4 data not to be trusted.

    Examples:

      govern audit bills/ --still-charging

      govern audit bills/ --stopped-at 12345=2026-09-20T18:00+08:00

      govern audit bills/ --inventory inventory.yaml --format json
    """
    from govern.cli import next_step, settings
    from govern.judge.audit.audit import audit as report_of
    from govern.judge.audit.narrative import document
    from govern.judge.audit.question import Question
    from govern.policy import arguments
    from govern.policy.journal import load_journal

    question = Question(
        stopped_at=arguments.stops(stopped_at or []),
        as_of=run.as_of,
        window=settings.length("--window", window, None),
        settle=run.settle(settle),
        grace=run.grace(grace),
        still_charging=still_charging,
        fail_on=settings.fail_on(fail_on, run.config),
        max_rejects=run.given.max_rejects,
        max_bill_age=run.max_bill_age,
        evidence=evidence,
        directory=run.directory,
        journal=load_journal(journal, named=True) if journal else None,
    )
    with run.read() as ledger:
        report = report_of(ledger, question)
    steps = next_step.after_audit(run.given, report, still_charging=still_charging)
    run.end(document(report, top), [journal] if journal else (), report.bill, next=steps)
