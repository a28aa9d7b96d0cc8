"""``govern collect bills``: a month's bill, as the account's API tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from govern.cli import account, options
from govern.cli.streams import say
from govern.model.errors import GovernError, usage


def bills(
    month: Annotated[
        list[str] | None,
        typer.Option("--month", metavar="YYYY-MM", help="A billing month. Repeatable."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="DIR", help="The folder of bills."),
    ] = None,
    profile: account.Profile = None,
    timeout: account.Timeout = "30s",
    concurrency: account.Concurrency = 4,
    format: options.BareFormat = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write a month's bill as the account's API tells it: one file a day, and a manifest.

    Stopped at any point, the same command goes on. The rows are held against the account's own
    overview, to the last digit.

    Exit codes: 0 all days were read, 2 wrong usage, 4 some weren't or a final month differs from
    the overview, 5 no answer from the account, 6 another run collects into this folder.

    Example: govern collect bills --month 2026-09 -o bills/
    """
    del verbose
    from govern.cli import output as out
    from govern.cli import settings

    stdout, _ = out.formats_of(format, [], ())
    if not output:
        raise usage("-o: name the folder of bills, as in -o bills/")
    wanted = list(dict.fromkeys(month or []))
    if not wanted:
        raise usage("--month: name a billing month, as in --month 2026-09")
    loaded = settings.load(config, no_config)

    from govern import __version__
    from govern.collect import bills as of_account
    from govern.collect.folder import held
    from govern.collect.views import collection_document
    from govern.model.clock import BILL_CLOCK, iso
    from govern.model.collection import Collection

    here = datetime.now(BILL_CLOCK)
    for name in wanted:
        # This machine's clock may be wrong by a little; the account's decides.
        _in_reach(name, here.year * 12 + here.month, spare=1)
    client, caller = account.connect(profile, timeout, concurrency, loaded)
    now = of_account.now_of(client)
    for name in wanted:
        _in_reach(name, now.year * 12 + now.month)
    with held(output) as folder:
        done = of_account.collect(
            client, caller.account_id, wanted, folder, concurrency, settings.progress(quiet)
        )
    if done.nothing:
        raise GovernError("network", [unread.reason for unread in done.unread[:1]])
    if not quiet:
        account.skew_note(client, say)
    collected = Collection(
        version=__version__,
        what="bills",
        path=output,
        account_id=caller.account_id,
        collected_at=iso(now, BILL_CLOCK),
        exit=done.exit,
        unseen=[vars(unread) for unread in done.unread],
        months=[known for known in done.manifest.months if known.month in wanted],
    )
    out.end(collection_document(collected), stdout, [], [], quiet=quiet)


def _parsed(month: str) -> int:
    """The month as a number of months. Raises wrong usage."""
    year, _, number = month.partition("-")
    if not (len(year) == 4 and len(number) == 2 and (year + number).isascii()):
        raise usage(f"--month {month}: write a month, as in 2026-09")
    if not (year + number).isdigit() or not 1 <= int(number) <= 12:
        raise usage(f"--month {month}: write a month, as in 2026-09")
    return int(year) * 12 + int(number)


def _in_reach(month: str, now: int, spare: int = 0) -> None:
    from govern.collect.bills import MONTHS_BACK

    if _parsed(month) > now + spare:
        raise usage(f"--month {month}: hasn't begun")
    if now - _parsed(month) > MONTHS_BACK + spare:
        raise usage(f"--month {month}: the account tells its bills of {MONTHS_BACK} months only")
