"""``govern audit``: which API keys and workspaces still incur charges."""

from __future__ import annotations

from typing import Annotated

import typer

from govern.cli import options


def audit(
    bill: options.Bills = None,
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
    inventory: options.Inventories = None,
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
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
    as_of: options.AsOf = None,
    timezone: options.Zone = None,
    exported_at: options.ExportedAt = None,
    format: options.ListFormat = None,
    output: options.Outputs = None,
    fail_on: options.FailOn = None,
    max_rejects: options.MaxRejects = 0,
    digest: options.Digest = False,
    evidence: options.Evidence = 3,
    redact: options.Redact = False,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
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
    del no_cache, verbose
    from govern.cli import output as out
    from govern.cli import settings
    from govern.policy import asked

    stdout, files = out.formats_of(format, output or [], out.ROWS)
    stops = asked.stops(stopped_at or [])
    found = settings.load(config, no_config)
    words = settings.bills(bill or [], found)
    clock = settings.clock(timezone, found)
    instant = settings.as_of(as_of, clock)
    severity = settings.fail_on(fail_on, found)
    directory = settings.inventory(inventory or [], found)

    from govern.judge.audit.audit import Question
    from govern.judge.audit.audit import audit as look
    from govern.judge.audit.narrative import document
    from govern.ledger.reading import read
    from govern.ledger.salt import salt

    question = Question(
        as_of=instant,
        window=settings.length("--window", window, None),
        settle=settings.length("--settle", settle, found.settle or "48h"),
        grace=settings.length("--grace", grace, found.grace or "15m"),
        stopped_at=stops,
        still_charging=still_charging,
        fail_on=severity,
        max_rejects=max_rejects,
        max_bill_age=settings.duration("max_bill_age", found.max_bill_age),
        evidence=evidence,
        directory=directory,
    )
    how = settings.reading(found, clock, exported_at or [], quiet, digest)
    with read(words, how) as ledger:
        secret = salt(ledger) if redact else None
        report = look(ledger, question)
    inputs = [*words, *(file.path for file in report.bill.files)]
    inputs += [one.path for one in directory.inventories]
    out.end(
        document(report),
        stdout,
        files,
        inputs,
        quiet=quiet,
        secret=secret,
        beside=directory.inventories,
    )
