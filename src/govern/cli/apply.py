"""``govern apply``: carry a checklist out; a dry run unless ``--execute`` says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli import account, completion, options, settings
from govern.cli.execution import Execution
from govern.cli.run import Run, command
from govern.cli.streams import say
from govern.model.errors import usage

if TYPE_CHECKING:
    from govern.model.checklist import Written
    from govern.model.config import Config


@command((), without=["digest", "redact"])
def apply(
    run: Run,
    checklist: Annotated[str, typer.Argument(metavar="CHECKLIST", help="The checklist.")],
    execute: Annotated[
        bool, typer.Option("--execute", help="Call the account. Without it nothing is called.")
    ] = False,
    confirm: Annotated[
        str | None,
        typer.Option(
            "--confirm", metavar="ACCOUNT", help="The account's id, instead of typing it."
        ),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back what the journal did, where that can be.")
    ] = False,
    step: Annotated[
        list[str] | None,
        typer.Option(
            "--step",
            metavar="ID",
            help="Only these steps; * is a wildcard. Repeatable.",
            autocompletion=completion.step_ids,
        ),
    ] = None,
    max_steps: Annotated[
        int, typer.Option("--max-steps", metavar="N", min=0, help="More acts are refused.")
    ] = 20,
    max_age: Annotated[
        str | None,
        typer.Option("--max-age", metavar="DURATION", help="How old bills may be. Default: 7d."),
    ] = None,
    quiet_time: Annotated[
        str | None,
        typer.Option(
            "--quiet-time",
            metavar="DURATION",
            help="How long a key is disabled before it is deleted. Default: 7d.",
        ),
    ] = None,
    renewal_by_api: Annotated[
        bool,
        typer.Option(
            "--renewal-by-api",
            help="Turn renewals off by SetRenewal, which isn't documented for these plans.",
        ),
    ] = False,
    journal: options.JournalPath = None,
    settle: options.Settle = None,
    grace: options.Grace = None,
    profile: account.Profile = None,
    timeout: account.Timeout = "30s",
    concurrency: account.Concurrency = 4,
) -> None:
    """Carry out a checklist's steps, as far as the account's API can. A dry run unless --execute.

    Keys are disabled first, and deleted only after a quiet time that bills prove. What can't be
    undone needs a name in the checklist (tick --approve); protect in govern.yaml always wins. The
    journal beside the checklist holds every act: after a kill the same command goes on.

    Exit codes: 0 nothing left to call, 2 wrong usage or no consent, 4 a bill or journal not to be
    trusted, 5 an act failed or the account didn't answer, 6 acts that remain, a stale checklist, or
    another run under way.

    Examples:

      govern apply checklist.yaml

      govern apply checklist.yaml bills/ --execute

      govern apply checklist.yaml --undo --step 'disable_key.llm-a.*' --execute
    """
    from govern.model.policy import Pattern
    from govern.policy.checklist import load_checklist
    from govern.policy.journal import beside, load_journal
    from govern.shutdown.act.dry import dry_run
    from govern.shutdown.act.narrative import document
    from govern.shutdown.act.question import Question
    from govern.shutdown.act.rules import Rules

    if execute and run.given.no_config:
        raise usage("--no-config with --execute would drop protect of govern.yaml")
    written = load_checklist(checklist)
    rules = Rules(
        chosen=_chosen(step or [], written),
        protect=[Pattern(word) for word in run.config.protect],
        renewal_by_api=renewal_by_api,
    )
    question = Question(
        as_of=run.as_of,
        clock=run.clock,
        rules=rules,
        undo=undo,
        max_steps=max_steps,
        quiet_time=_quiet_time(quiet_time, run.config),
        settle=run.settle(settle)[1],
        grace=run.grace(grace)[1],
        max_age=settings.length("--max-age", max_age, run.config.max_bill_age or "7d")[1],
        max_rejects=run.given.max_rejects,
        directory=run.directory,
    )
    place = journal or beside(checklist)
    with run.read() if run.bills and not undo else nullcontext() as ledger:
        if execute:
            if run.given.as_of and not run.given.quiet:
                say("--as-of: with --execute the account's own clock counts")
            quiet = run.given.quiet
            execution = Execution(place, run.config, confirm, profile, timeout, concurrency, quiet)
            report = execution.of(question, written, ledger)
        else:
            report = dry_run(question, written, load_journal(place, named=False), ledger)
    run.end(document(report), [checklist, place], report.bill)


def _chosen(given: Sequence[str], written: Written) -> Callable[[str], bool]:
    """Whether a step, of the journal's too, is one of ``--step``. Raises wrong usage for a word
    that no step of the checklist has."""
    from govern.model.policy import Pattern
    from govern.shutdown.plan.named import named

    named(written.checklist.steps, given, "--step")
    patterns = [Pattern(word) for word in given]
    return lambda id: not patterns or any(pattern.matches(id) for pattern in patterns)


def _quiet_time(given: str | None, config: Config) -> timedelta:
    from govern.shutdown.act.quiet import DEFAULT, SHORTEST

    written, length = settings.length("--quiet-time", given, config.quiet_time or DEFAULT)
    if length < SHORTEST:
        raise usage(f"--quiet-time {written}: at least 1d")
    return length
