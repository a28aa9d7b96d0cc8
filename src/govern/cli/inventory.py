"""``govern inventory init``: an inventory to fill in, from what a bill shows."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govern.cli import options
from govern.cli.held import held
from govern.cli.streams import say, show
from govern.model.errors import GovernError, usage
from govern.model.folder import status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from govern.model.checklist import Comment
    from govern.model.inventory import Inventory

app = typer.Typer(
    help="Inventory files: what exists in the account, and whose it is.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

#: What stands on top of a new file.
_HEADER = (
    "# What a bill shows of the account. Fill in names, owners, and when plans expire; add what no",
    "# bill shows. Made again from a newer bill (govern inventory init BILL -o FILE) it keeps it.",
    "# docs/inventory.md explains each field.",
)

#: What people fill in: written as null where nobody has.
_ASKED = {
    "api_keys": ("name", "owner"),
    "workspaces": ("name", "owner"),
    "plans": ("expires_at", "auto_renewal"),
}


@app.callback()
def _root() -> None:
    """Inventory files: what exists in the account, and whose it is."""


@app.command("init")
def init(
    bill: options.Bills = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="The inventory: .yaml, .yml, .json."),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ID", help="Whose, where the bill is of several."),
    ] = None,
    timezone: options.Zone = None,
    exported_at: options.ExportedAt = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
    quiet: options.Quiet = False,
) -> None:
    """Write an inventory from bills: the keys, workspaces, regions, jobs and plans that they show.

    Names, owners and what no bill shows are for people to fill in. A file that is there already is
    kept, with its comments: only what is new is added. govern collect inventory asks the account.

    Examples:

      govern inventory init bills/ -o inventory.yaml

      govern checklist bills/ --retire all --inventory inventory.yaml -o checklist.yaml
    """
    from govern.cli import settings
    from govern.cli.modeline import save_edited
    from govern.cli.saving import save
    from govern.judge.bill.seen import accounts, seen_on, with_seen
    from govern.ledger.reading import read
    from govern.policy.inventory import load_inventory

    if output is None:
        raise usage("-o: name the file to write, as in -o inventory.yaml")
    if os.path.splitext(output)[1].lower() not in (".json", ".yaml", ".yml"):
        raise usage(f"-o {output}: an inventory is .json, .yaml or .yml")
    loaded = settings.load(config, no_config)
    clock = settings.clock(timezone, loaded)
    how = settings.reading(loaded, clock, exported_at or [], quiet)
    with read(settings.bills(bill or [], loaded), how) as ledger:
        if ledger.clashes:
            raise GovernError("overlap", ledger.clashes)
        seen = seen_on(ledger, _whose(accounts(ledger), account))
    with held(output):
        there = status(output, named=True)
        known = there is not None and stat.S_ISREG(there.st_mode) and there.st_size > 0
        before, comments = load_inventory(output) if known else (None, None)
        if before and before.account_id and before.account_id != seen.account_id:
            told = f"{output} is of account {before.account_id}, the bill of {seen.account_id}"
            raise usage(f"{told}: name another file, or --account")
        after = with_seen(before, seen)
        text = _text(output, after, comments)
        # What couldn't be read back isn't written.
        load_inventory(output, text.encode("utf-8"))
        if comments is None and not output.lower().endswith(".json"):
            save_edited(output, text, "inventory", private=True)
        else:
            save(output, text, private=True)
    show(f"{output}: {', '.join(_counts(before, after))}\n")
    if not quiet:
        say(
            "fill in names, owners and when plans expire, then: govern checklist BILL "
            f"--inventory {output}"
        )


def _whose(known: list[str], wanted: str | None) -> str | None:
    """The account that is meant. Raises wrong usage where that can't be told."""
    if wanted is not None:
        if wanted not in known:
            raise usage(f"--account {wanted}: the bill has no charge of it ({', '.join(known)})")
        return wanted
    if len(known) > 1:
        raise usage(f"the bill is of accounts {', '.join(known)}: choose one (--account ID)")
    return known[0] if known else None


def _text(
    path: str, inventory: Inventory, comments: Mapping[tuple[str, ...], Comment] | None
) -> str:
    from govern.model.checklist import Comment
    from govern.model.yaml_text import settled, text

    document = inventory.document()
    shown = {
        name: [_record(name, record) for record in document[name]]
        for name in document
        if isinstance(document[name], list) and document[name]
    }
    head = {name: value for name, value in document.items() if not isinstance(value, list)}
    payload = {**{name: value for name, value in head.items() if value is not None}, **shown}
    if path.lower().endswith(".json"):
        return json.dumps(payload, ensure_ascii=False, indent=2) + "\n"
    known: Mapping[tuple[str, ...], Comment] = comments or {}
    if comments is None:
        known = {("schema",): Comment(above=_HEADER)}
    return text(payload, settled(payload, known))


def _record(name: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Without what isn't known and nobody is asked for."""
    asked = _ASKED.get(name, ())
    return {field: value for field, value in record.items() if value is not None or field in asked}


def _counts(before: Inventory | None, after: Inventory) -> list[str]:
    """``41 api_keys (2 new)``."""
    told = []
    for field in fields(after):
        records = getattr(after, field.name)
        if isinstance(records, tuple) and records:
            new = len(records) - len(getattr(before, field.name) if before else ())
            words = field.name.replace("_", " ").replace("api", "API")
            # One of them is told in the singular.
            words = words.removesuffix("s") if len(records) == 1 else words
            told.append(f"{len(records)} {words}" + (f" ({new} new)" if before and new else ""))
    return told or ["nothing that the bill shows"]
