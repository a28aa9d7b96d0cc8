"""``govern cost``: what was spent and used."""

from __future__ import annotations

from typing import Annotated

import typer

from govern.cli import options


def cost(
    bill: options.Bills = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="COLUMN[,COLUMN]",
            help="Any column that policies know, instance_id, day, week or month. "
            "Default: service.",
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="COLUMN=VALUE[,VALUE]",
            help="Only these charges; * and ? are wildcards, none a missing value, != excludes. "
            "Repeatable: all must hold.",
        ),
    ] = None,
    top: Annotated[
        int,
        typer.Option("--top", metavar="N", min=0, help="The dearest N, and the rest as one row."),
    ] = 0,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare", metavar="YYYY-MM", help="Hold the bill against this month of it."
        ),
    ] = None,
    instances: Annotated[
        bool,
        typer.Option("--instances", help="Also by Instance ID: the same as instance_id in --by."),
    ] = False,
    inventory: options.Inventories = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
    as_of: options.AsOf = None,
    timezone: options.Zone = None,
    exported_at: options.ExportedAt = None,
    format: options.ListFormat = None,
    output: options.Outputs = None,
    max_rejects: options.MaxRejects = 0,
    digest: options.Digest = False,
    redact: options.Redact = False,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Add up what was spent and used, by any columns.

    Exit codes: 0 added up, 2 wrong usage, 3 no charge, 4 data not to be trusted.

    Examples:

      govern cost bill.csv --by model

      govern cost bill.csv --by workspace_id,api_key_id --where service=inference --top 10

      govern cost 2026-08.csv 2026-09.csv --by model --compare 2026-08
    """
    del no_cache, verbose
    from govern.cli import output as out
    from govern.cli import settings
    from govern.policy import asked

    stdout, files = out.formats_of(format, output or [], out.ROWS)
    columns = asked.columns(by or ["service"])
    if instances and "instance_id" not in columns:
        columns = (*columns, "instance_id")
    conditions = asked.conditions(where or [])
    month = None if compare is None else asked.month(compare)
    found = settings.load(config, no_config)
    words = settings.bills(bill or [], found)
    clock = settings.clock(timezone, found)
    instant = settings.as_of(as_of, clock)
    directory = settings.inventory(inventory or [], found)

    from govern.judge.cost.cost import Question
    from govern.judge.cost.cost import cost as add_up
    from govern.judge.cost.narrative import document
    from govern.ledger.reading import read
    from govern.ledger.salt import salt

    question = Question(
        as_of=instant,
        by=columns,
        where=conditions,
        top=top,
        compare=month,
        max_rejects=max_rejects,
        max_bill_age=settings.duration("max_bill_age", found.max_bill_age),
        directory=directory,
    )
    with read(words, settings.reading(found, clock, exported_at or [], quiet, digest)) as ledger:
        secret = salt(ledger) if redact else None
        report = add_up(ledger, question)
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
