"""``govern checklist show``: a checklist read back."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from govern.cli import completion, options, settings
from govern.cli import output as out
from govern.model.errors import usage
from govern.model.text import nearest

#: What ``--by`` can name.
BY = ("phase", "region", "owner", "kind")


def show(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The checklist.")],
    step: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STEP",
            help="Only these, with how they are done; * is a wildcard.",
            show_default=False,
            autocompletion=completion.step_ids,
        ),
    ] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only what is open.")] = False,
    region: Annotated[
        list[str] | None,
        typer.Option(
            "--region",
            metavar="ID",
            help="Only of this region; none: of no region. Repeatable.",
            autocompletion=completion.regions,
        ),
    ] = None,
    owner: Annotated[
        list[str] | None,
        typer.Option(
            "--owner",
            metavar="NAME",
            help="Only for this person, by the inventory; none: nobody named. Repeatable.",
            autocompletion=completion.owners,
        ),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Only steps of this kind. Repeatable.",
            autocompletion=completion.kinds,
        ),
    ] = None,
    due_within: Annotated[
        str | None,
        typer.Option(
            "--due-within", metavar="DURATION", help="Only what is open and due by then, as 7d."
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="WORD",
            help="Apart by phase, region, owner or kind. Repeatable.",
            autocompletion=completion.one_of(BY),
        ),
    ] = None,
    journal: options.JournalPath = None,
    as_of: options.AsOf = None,
    timezone: options.Zone = None,
    format: options.ListFormat = None,
    output: options.Outputs = None,
    exact: options.Exact = False,
    quiet: options.Quiet = False,
) -> None:
    """Read a checklist back: what is open, due and overdue, for whom, and what it costs a day.

    Markdown is an issue to work off: its ticks come back by checklist tick --from. CSV is for
    spreadsheets. What the journal beside the checklist did counts as done.

    Examples:

      govern checklist show checklist.yaml --open

      govern checklist show checklist.yaml --due-within 7d --by owner

      govern checklist show checklist.yaml --owner lin@example.com --format markdown -o issue.md
    """
    from govern.model.config import Config
    from govern.policy.checklist import load_checklist
    from govern.policy.journal import beside, load_journal
    from govern.shutdown.plan.choice import Choice
    from govern.shutdown.plan.named import named
    from govern.shutdown.plan.order import with_states
    from govern.shutdown.plan.overview import Overview
    from govern.shutdown.plan.standing import Standing
    from govern.shutdown.proof.carried import carried_out

    stdout, files = out.formats_of(format, output or [], options.LISTED)
    for word in by or ():
        if word not in BY:
            near = nearest(word, BY)
            raise usage(
                f"--by {word}: one of {', '.join(BY)}" + (f"; did you mean {near}?" if near else "")
            )
    clock = settings.clock(timezone, Config())
    choice = Choice(
        open=only_open,
        regions=region or (),
        owners=owner or (),
        kinds=kind or (),
        due_within=settings.duration("--due-within", due_within),
    )
    written = load_checklist(file)
    known = carried_out(
        written.checklist, load_journal(journal or beside(file), named=journal is not None)
    )
    standing = Standing(
        known.with_steps(with_states(known.steps)), settings.as_of(as_of, clock), clock
    )
    choice = choice.among(named(known.steps, step) if step else None)
    overview = Overview(
        file, written.sha256, standing, choice.of(standing), tuple(by or ()), full=bool(step)
    )
    asked = bool(format or os.environ.get(settings.FORMAT))
    out.end(
        overview.document(),
        stdout,
        files,
        [file],
        quiet=quiet,
        exact=exact,
        next=overview.next,
        short=None if asked or not files else overview.short([path for _, path in files]),
    )
