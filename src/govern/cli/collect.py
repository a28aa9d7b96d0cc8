"""``govern collect``: an inventory and bills from the account, read-only."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli import account, options
from govern.cli.streams import say
from govern.model.errors import GovernError, usage

if TYPE_CHECKING:
    from govern.cloud.client import Client
    from govern.model.inventory import Inventory, Unseen

app = typer.Typer(
    help="An inventory and bills from the account; nothing is changed there.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("inventory")
def inventory(
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="inventory.json, .yaml or .yml."),
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", metavar="ID", help="Only this region. Repeatable."),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="LIST", help="Only these lists, such as api_keys,plans."),
    ] = None,
    previous: Annotated[
        str | None,
        typer.Option(
            "--previous", metavar="FILE", help="The inventory before. Default: the one replaced."
        ),
    ] = None,
    sees_all: Annotated[
        bool,
        typer.Option("--sees-all", help="This RAM user or role sees every key and workspace."),
    ] = False,
    profile: account.Profile = None,
    timeout: account.Timeout = "30s",
    concurrency: account.Concurrency = 4,
    format: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="table (default) or json.")
    ] = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write what exists in the account: keys, workspaces, jobs, deployments, batches, plans.

    What no list tells (owners, knowledge bases) is kept from the file before; what could not be
    seen is in the file as such. docs/account.md says which permissions are needed.

    Exit codes: 0 everything was seen, 2 wrong usage, 4 a part wasn't (the file is written), 5 no
    answer from the account (nothing is written).

    Examples:

      govern collect inventory -o inventory.yaml

      govern collect inventory -o inventory.yaml --region cn-beijing --only api_keys,workspaces
    """
    del verbose
    from govern.cli import output as out
    from govern.cli import settings

    stdout, _ = out.formats_of(format, [], ())
    if output is None:
        raise usage("-o: name the file to write, as in -o inventory.yaml")
    if os.path.splitext(output)[1].lower() not in (".json", ".yaml", ".yml"):
        raise usage(f"-o {output}: an inventory is .json, .yaml or .yml")
    regions, lists = _regions(region or []), _lists(only)
    found = settings.load(config, no_config)
    _can_stand(output)
    before = _before(previous, output)

    from govern import __version__
    from govern.collect import inventory as reading
    from govern.collect.merge import merged
    from govern.collect.views import collection_document
    from govern.model.collection import Collection
    from govern.model.exits import partial

    client, caller = account.connect(profile, timeout, concurrency, found)
    if before and before.account_id and before.account_id != caller.account_id:
        raise usage(
            f"{before.path} is of account {before.account_id}, the credentials are of "
            f"{caller.account_id}: name another file"
        )
    wanted = reading.Wanted(
        regions=regions,
        lists=lists,
        keys=account.api_keys(),
        sees_all=sees_all,
        known_regions={
            one.workspace_id: one.region_id for one in (before.workspaces if before else ())
        },
        progress=settings.progress(quiet),
    )
    collected = reading.collect(client, caller, wanted, concurrency)
    seen = collected.account
    if collected.left and not collected.answered:
        # Nothing but STS answered: the file stays as it was.
        raise GovernError("network", [collected.left[0].reason])
    result = merged(before, seen)
    _save(output, result)
    _skew(client, quiet)
    why = [f"{one.list} of {_place(one)}: {one.reason}" for one in collected.left]
    if not seen.everything:
        why.append(f"{caller.kind or 'the caller'} may not see everything (--sees-all)")
    told = result.document()
    done = Collection(
        version=__version__,
        what="inventory",
        path=output,
        account_id=caller.account_id,
        collected_at=told["collected_at"],
        exit=partial(why, otherwise="all was seen"),
        unseen=seen.unseen,
        regions=seen.regions,
        counts={name: len(getattr(result, name)) for name in (*reading.LISTS, "knowledge_bases")},
    )
    out.end(collection_document(done), stdout, [], [], quiet=quiet)


@app.command("bills")
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
    format: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="table (default) or json.")
    ] = None,
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
    found = settings.load(config, no_config)

    from govern import __version__
    from govern.collect import bills as reading
    from govern.collect.folder import held
    from govern.collect.views import collection_document
    from govern.model.clock import BILL_CLOCK, iso
    from govern.model.collection import Collection

    here = datetime.now(BILL_CLOCK)
    for name in wanted:
        # This machine's clock may be wrong by a little; the account's decides.
        _in_reach(name, here.year * 12 + here.month, spare=1)
    client, caller = account.connect(profile, timeout, concurrency, found)
    now = reading.now_of(client)
    for name in wanted:
        _in_reach(name, now.year * 12 + now.month)
    with held(output) as folder:
        done = reading.collect(
            client, caller.account_id, wanted, folder, concurrency, settings.progress(quiet)
        )
    if done.nothing:
        raise GovernError("network", [one.reason for one in done.unread[:1]])
    _skew(client, quiet)
    collected = Collection(
        version=__version__,
        what="bills",
        path=output,
        account_id=caller.account_id,
        collected_at=iso(now, BILL_CLOCK),
        exit=done.exit,
        unseen=[vars(one) for one in done.unread],
        months=[one for one in done.manifest.months if one.month in wanted],
    )
    out.end(collection_document(collected), stdout, [], [], quiet=quiet)


def _regions(given: list[str]) -> list[str]:
    from govern.model.meaning import REGIONS

    for one in given:
        if one not in REGIONS:
            raise usage(f"--region {one}: one of {', '.join(REGIONS)}")
    return list(dict.fromkeys(given)) or list(REGIONS)


def _lists(given: str | None) -> list[str]:
    from govern.collect.inventory import LISTS

    if given is None:
        return list(LISTS)
    found = [word.strip() for word in given.split(",")]
    for one in found:
        if one not in LISTS:
            raise usage(f"--only {one}: one of {', '.join(LISTS)}")
    return list(dict.fromkeys(found))


def _place(one: Unseen) -> str:
    where = one.region_id or "the account"
    return f"{one.workspace_id} in {where}" if one.workspace_id else where


def _can_stand(output: str) -> None:
    """Raises ``file`` where no file can be made: before anybody is asked for what goes into it."""
    folder = os.path.dirname(output) or "."
    try:
        os.stat(folder)
    except OSError as error:
        raise GovernError("file", f"{output}: {error.strerror}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise GovernError("file", f"{output}: {folder} can't be written to")


def _before(previous: str | None, output: str) -> Inventory | None:
    from govern.policy.inventory import load_inventories

    if previous is None:
        try:
            os.stat(output)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise GovernError("file", f"{output}: {error.strerror}") from None
    path = previous or output
    try:
        found = next(iter(load_inventories([path])), None)
    except GovernError as error:
        # One that can't be read would be replaced by one that knows nothing of it.
        raise GovernError("usage", error.faults) from None
    if found and found.collected_at is None and _undated(found):
        raise usage(
            f"{path}: collected_at is missing, so nobody knows when its records were seen; add it"
        )
    return found


def _undated(found: Inventory) -> bool:
    """Whether a record would be taken for one that was seen just now."""
    from govern.collect.inventory import LISTS

    names = (*LISTS, "knowledge_bases")
    return any(not one.seen_at for name in names for one in getattr(found, name))


def _save(path: str, result: Inventory) -> None:
    import json

    from govern.cli.saving import save
    from govern.model.yaml_text import text

    told = result.document()
    if path.lower().endswith(".json"):
        save(path, json.dumps(told, ensure_ascii=False, indent=2) + "\n", private=True)
    else:
        save(path, text(told), private=True)


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


def _skew(client: Client, quiet: bool) -> None:
    if not quiet:
        account.skew_note(client, say)
