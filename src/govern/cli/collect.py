"""``govern collect``: an inventory and bills from the account, read-only."""

from __future__ import annotations

import typer

from govern.cli.collect_bills import bills
from govern.cli.collect_inventory import inventory

app = typer.Typer(
    help="An inventory and bills from the account; nothing is changed there.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

app.command("inventory")(inventory)
app.command("bills")(bills)
