"""``govern collect inventory``: what exists in the account, as a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli import account, options
from govern.cli.streams import say
from govern.model.errors import GovernError, usage

if TYPE_CHECKING:
    from govern.model.inventory import Inventory, Unseen


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
    format: options.BareFormat = None,
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
    loaded = settings.load(config, no_config)
    _can_stand(output)
    before = _before(previous, output)

    from govern import __version__
    from govern.collect import inventory as of_account
    from govern.collect.merge import merged
    from govern.collect.reading import LISTS, Wanted
    from govern.collect.views import collection_document
    from govern.model.collection import Collection
    from govern.model.exits import partial

    client, caller = account.connect(profile, timeout, concurrency, loaded)
    if before and before.account_id and before.account_id != caller.account_id:
        raise usage(
            f"{before.path} is of account {before.account_id}, the credentials are of "
            f"{caller.account_id}: name another file"
        )
    wanted = Wanted(
        regions=regions,
        lists=lists,
        keys=account.api_keys(),
        sees_all=sees_all,
        known_regions={
            workspace.workspace_id: workspace.region_id
            for workspace in (before.workspaces if before else ())
        },
        progress=settings.progress(quiet),
    )
    collected = of_account.collect(client, caller, wanted, concurrency)
    seen = collected.account
    if collected.left and not collected.answered:
        # Nothing but STS answered: the file stays as it was.
        raise GovernError("network", [collected.left[0].reason])
    result = merged(before, seen)
    _save(output, result)
    if not quiet:
        account.skew_note(client, say)
    why = [f"{unseen.list} of {_place(unseen)}: {unseen.reason}" for unseen in collected.left]
    if not seen.everything:
        why.append(f"{caller.kind or 'the caller'} may not see everything (--sees-all)")
    done = Collection(
        version=__version__,
        what="inventory",
        path=output,
        account_id=caller.account_id,
        collected_at=result.document()["collected_at"],
        exit=partial(why, otherwise="all was seen"),
        unseen=seen.unseen,
        regions=seen.regions,
        counts={name: len(getattr(result, name)) for name in (*LISTS, "knowledge_bases")},
    )
    out.end(collection_document(done), stdout, [], [], quiet=quiet)


def _regions(given: list[str]) -> list[str]:
    from govern.model.meaning import REGIONS

    for region_id in given:
        if region_id not in REGIONS:
            raise usage(f"--region {region_id}: one of {', '.join(REGIONS)}")
    return list(dict.fromkeys(given)) or list(REGIONS)


def _lists(given: str | None) -> list[str]:
    from govern.collect.reading import LISTS

    if given is None:
        return list(LISTS)
    names = [word.strip() for word in given.split(",")]
    for name in names:
        if name not in LISTS:
            raise usage(f"--only {name}: one of {', '.join(LISTS)}")
    return list(dict.fromkeys(names))


def _place(unseen: Unseen) -> str:
    where = unseen.region_id or "the account"
    return f"{unseen.workspace_id} in {where}" if unseen.workspace_id else where


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
        before = next(iter(load_inventories([path])), None)
    except GovernError as error:
        # One that can't be read would be replaced by one that knows nothing of it.
        raise GovernError("usage", error.faults) from None
    if before and before.collected_at is None and _undated(before):
        raise usage(
            f"{path}: collected_at is missing, so nobody knows when its records were seen; add it"
        )
    return before


def _undated(inventory: Inventory) -> bool:
    """Whether a record would be taken for one that was seen just now."""
    from govern.collect.reading import LISTS

    names = (*LISTS, "knowledge_bases")
    return any(not record.seen_at for name in names for record in getattr(inventory, name))


def _save(path: str, result: Inventory) -> None:
    import json

    from govern.cli.modeline import save_edited
    from govern.cli.saving import save
    from govern.model.yaml_text import text

    document = result.document()
    if path.lower().endswith(".json"):
        save(path, json.dumps(document, ensure_ascii=False, indent=2) + "\n", private=True)
    else:
        save_edited(path, text(document), "inventory", private=True)
