"""``govern policy suggest`` and ``backtest``: limits from the months at hand, and against them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from govern.cli import options
from govern.cli.run import Run, command
from govern.cli.streams import say, show


@command(options.LISTED, without=("format", "output", "digest", "redact"))
def suggest(
    run: Run,
    per: Annotated[
        str,
        typer.Option(
            "--per",
            metavar="SUBJECT",
            help="A subject such as api_key (default), workspace or owner, or columns with commas.",
        ),
    ] = "api_key",
) -> None:
    """Propose a limit for each subject from what it cost a month, as a ready policy file.

    Beside each stands how many findings it would have made in each month, and where the history is
    too short.

    Exit codes: 0 proposed, 2 wrong usage, 3 no charge, 4 data not to be trusted.

    Example: govern policy suggest 2026-0*.csv --per workspace > policies/spend.yaml
    """
    from govern.judge.bill.summary import summarise
    from govern.judge.bill.trust import distrust
    from govern.judge.check.suggest import suggest as propose
    from govern.model.errors import GovernError
    from govern.model.exits import Exit, worst
    from govern.policy import arguments
    from govern.policy.suggested import written

    kind, columns = arguments.subject(per, inventory=bool(run.directory))
    with run.read() as ledger:
        bill = summarise(ledger, run.as_of)
        exits = [Exit("overlap", clash) for clash in ledger.clashes]
        exits += [] if exits else distrust(ledger, bill, run.given.max_rejects)
        proposed = None if exits else propose(ledger, kind, columns, run.as_of, run.directory)
    if proposed is None:
        why = worst(exits)
        raise GovernError(why.cause, why.reason)
    if not proposed.subjects:
        raise GovernError("nothing", "no usage that costs anything: there is nothing to go by")
    if not run.given.quiet:
        for remark in proposed.remarks:
            say(f"note: {remark}")
    show(written(proposed))


@command(options.LISTED)
def backtest(
    run: Run,
    path: Annotated[str, typer.Argument(metavar="PATH", help="The policy file or folder to try.")],
    select: options.Select = None,
) -> None:
    """Replay a bill's months: when each policy would have fired, on whom, and what came after.

    Exit codes: 0 replayed, whatever fired, 2 wrong usage, 3 no charge or policy, 4 data not to be
    trusted or a policy that can't be replayed.

    Example: govern policy backtest policies/ 2026-0*.csv
    """
    from govern.cli import settings
    from govern.judge.check.backtest import backtest as replay
    from govern.judge.check.backtest_narrative import document

    rules = settings.policies([path], run.config).policies
    terms = replace(run.terms(), chosen=settings.selection(select or [], [], rules))
    with run.read() as ledger:
        report = replay(ledger, rules, terms)
    run.end(document(report), [policy.file for policy in rules], report.bill)
