"""``govern apply``: carry a checklist out; a dry run unless ``--execute`` says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli import account, options, settings, signals
from govern.cli.run import Run, command
from govern.cli.streams import say, whisper
from govern.model.errors import GovernError, usage
from govern.model.text import printable

if TYPE_CHECKING:
    from govern.ledger.ledger import Ledger
    from govern.model.application import Application, StepOutcome
    from govern.model.checklist import Written
    from govern.model.config import Config
    from govern.shutdown.act.question import Question


def step_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    """For shell completion: ids of the steps of the checklist that was typed before."""
    from govern.policy.checklist import load_checklist

    # An option that still waits for its value leaves what was typed before it unparsed.
    typed = ctx.params.get("checklist") or next(iter(ctx.args), "")
    try:
        known = load_checklist(typed).checklist
    except GovernError:
        return []
    return [step.id for step in known.steps if step.id.startswith(incomplete)]


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
            autocompletion=step_ids,
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
            how = _How(place, run.config, confirm, profile, timeout, concurrency, quiet)
            report = _executed(question, written, ledger, how)
        else:
            report = dry_run(question, written, load_journal(place, named=False), ledger)
    run.end(document(report), [checklist, place], report.bill)


@dataclass(frozen=True)
class _How:
    """How the account is reached, by whose consent, and where the journal is."""

    journal: str
    config: Config
    confirm: str | None
    profile: str | None
    timeout: str
    concurrency: int
    quiet: bool


def _executed(
    question: Question, written: Written, ledger: Ledger | None, how: _How
) -> Application:
    from govern.model.clock import BILL_CLOCK
    from govern.shutdown.act import run as acting
    from govern.shutdown.act.account import Account
    from govern.shutdown.act.execute import executed
    from govern.shutdown.act.held import held
    from govern.shutdown.act.making import Maker

    with held(how.journal) as journal:
        client, caller = account.connect(how.profile, how.timeout, how.concurrency, how.config)
        if how.confirm not in (None, caller.account_id):
            raise usage(
                f"--confirm {how.confirm}: the credentials are of account {caller.account_id}; "
                "nothing is called"
            )
        if not how.quiet:
            account.skew_note(client, say)

        def now(clock: tzinfo) -> datetime:
            return client.clock.astimezone(clock).replace(tzinfo=None)

        journal.clock = lambda: now(BILL_CLOCK)
        question = replace(
            question,
            as_of=now(question.clock).replace(microsecond=0),
            rules=replace(question.rules, account_id=caller.account_id),
        )
        maker = Maker(
            Account(client, account.api_keys()),
            journal,
            question.clock,
            unbroken=signals.later,
            told_to_end=signals.came,
            wait=client.sleep or client.transport.pause,
            elapsed=client.elapsed,
        )

        def agreed(steps: Sequence[StepOutcome]) -> None:
            _consent(steps, caller.account_id, how.confirm)

        return executed(acting.Run(question, written, maker, caller, agreed), ledger)


def _consent(steps: Sequence[StepOutcome], account_id: str, confirm: str | None) -> None:
    """The final list, and the account's id as consent to it. Raises wrong usage without it."""
    from govern.shutdown.act.narrative import listed

    head, *lines = listed(steps, account_id)
    say(head)
    for line in lines:
        whisper(f"{printable(line)}\n")
    if confirm is not None:
        return
    if not account.terminal():
        raise usage(f"nobody is here to ask: --confirm {account_id} consents to this list")
    try:
        typed: str = typer.prompt("Type the account's id to go on", err=True)
    except typer.Abort:
        raise usage("not confirmed: nothing was called") from None
    if typed.strip() != account_id:
        raise usage("that isn't this account's id: nothing was called")


def _chosen(given: Sequence[str], written: Written) -> Callable[[str], bool]:
    """Whether a step, of the journal's too, is one of ``--step``. Raises wrong usage for a word
    that no step of the checklist has."""
    from govern.model.policy import Pattern
    from govern.shutdown.plan.named import named

    named(written.checklist.steps, given, "--step")
    patterns = [Pattern(word) for word in given]
    return lambda id: not patterns or any(one.matches(id) for one in patterns)


def _quiet_time(given: str | None, config: Config) -> timedelta:
    from govern.shutdown.act.quiet import DEFAULT, SHORTEST

    told, found = settings.length("--quiet-time", given, config.quiet_time or DEFAULT)
    if found < SHORTEST:
        raise usage(f"--quiet-time {told}: at least 1d")
    return found
