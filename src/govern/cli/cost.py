"""``govern cost``: what was spent and used."""

from __future__ import annotations

from typing import Annotated

import typer

from govern.cli import options
from govern.cli.run import Run, command


@command(options.LISTED)
def cost(
    run: Run,
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
) -> None:
    """Add up what was spent and used, by any columns.

    Exit codes: 0 added up, 2 wrong usage, 3 no charge, 4 data not to be trusted.

    Examples:

      govern cost bill.csv --by model

      govern cost bill.csv --by workspace_id,api_key_id --where service=inference --top 10

      govern cost 2026-08.csv 2026-09.csv --by model --compare 2026-08
    """
    from govern.judge.cost.cost import Question
    from govern.judge.cost.cost import cost as add_up
    from govern.judge.cost.narrative import document
    from govern.policy import arguments

    columns = arguments.columns(by or ["service"])
    if instances and "instance_id" not in columns:
        columns = (*columns, "instance_id")
    question = Question(
        as_of=run.as_of,
        by=columns,
        where=arguments.conditions(where or []),
        top=top,
        compare=None if compare is None else arguments.month(compare),
        max_rejects=run.given.max_rejects,
        max_bill_age=run.max_bill_age,
        directory=run.directory,
    )
    with run.read() as ledger:
        report = add_up(ledger, question)
    run.end(document(report), (), report.bill)
