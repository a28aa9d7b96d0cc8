"""``govern check``: judge bills by policies."""

from __future__ import annotations

from typing import Annotated

import typer

from govern.cli import options
from govern.cli.settings import policy_ids


def check(
    bill: options.Bills = None,
    policy: options.Policies = None,
    waivers: options.Waivers = None,
    inventory: options.Inventories = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
    as_of: options.AsOf = None,
    timezone: options.Zone = None,
    exported_at: options.ExportedAt = None,
    format: options.FormatName = None,
    output: options.Outputs = None,
    fail_on: options.FailOn = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="ID",
            help="Only these policies: ids, wildcards, commas.",
            autocompletion=policy_ids,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            metavar="ID",
            help="Not these policies: ids, wildcards, commas.",
            autocompletion=policy_ids,
        ),
    ] = None,
    max_rejects: options.MaxRejects = 0,
    digest: options.Digest = False,
    evidence: options.Evidence = 3,
    redact: options.Redact = False,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Judge bills by policies: what should stop, why, since when, and how much it cost.

    Exit codes: 0 clean, 1 findings, 2 wrong usage, 3 nothing evaluated, 4 data not to be trusted.

    Examples:

      govern check bill.csv

      govern check 2026-09/ -p policies/ --as-of 2026-10-05 --format json
    """
    del no_cache, verbose
    from govern.cli import output as out
    from govern.cli import settings

    stdout, files = out.formats_of(format, output or [], out.JUDGED)
    found = settings.load(config, no_config)
    words = settings.bills(bill or [], found)
    clock = settings.clock(timezone, found)
    instant = settings.as_of(as_of, clock)
    severity = settings.fail_on(fail_on, found)
    rules = settings.policies(policy or [], found)
    excuses = settings.waivers(waivers or [], found)
    directory = settings.inventory(inventory or [], found)
    chosen = settings.selection(select or [], ignore or [], rules.policies)

    from govern.judge.check.check import Terms
    from govern.judge.check.check import check as judge
    from govern.judge.check.narrative import document
    from govern.ledger.reading import read
    from govern.ledger.salt import salt

    notes: tuple[str, ...] = ()
    if rules.builtin:
        notes = (
            "No policy is configured: judged by the built-in pack, which sets no money limits.",
        )
    how = settings.reading(found, clock, exported_at or [], quiet, digest)
    terms = Terms(
        as_of=instant,
        fail_on=severity,
        max_rejects=max_rejects,
        evidence=evidence,
        chosen=chosen,
        notes=notes,
        waivers=excuses,
        max_bill_age=settings.duration("max_bill_age", found.max_bill_age),
        directory=directory,
    )
    with read(words, how) as ledger:
        secret = salt(ledger) if redact else None
        report = judge(ledger, rules.policies, terms)
    inputs = [*words, *(file.path for file in report.bill.files)]
    inputs += [policy.file for policy in rules.policies]
    inputs += [one.path for one in directory.inventories]
    inputs += [excuse.file for excuse in excuses]
    out.end(
        document(report),
        stdout,
        files,
        inputs,
        quiet=quiet,
        secret=secret,
        beside=directory.inventories,
    )
