"""``govern init``: a starting govern.yaml with policies, for an empty repository."""

from __future__ import annotations

import json
import os
from importlib import resources
from typing import Annotated

import typer

from govern.cli.first_steps import bills_in
from govern.cli.modeline import folder_of, save_edited
from govern.cli.policy_schema import keep
from govern.cli.saving import save
from govern.cli.streams import say, show
from govern.model.config import NAME
from govern.model.errors import GovernError, usage
from govern.policy.schema import KINDS

#: The line of the starting govern.yaml that says where bills are.
_FOLDER = "bills: bills/            # put your exported bills here, or name files, .zip or a glob"
_NO_BILLS = "# Bills hold account ids: they stay out of the repository.\n*\n!.gitignore\n"


def init(
    folder: Annotated[
        str, typer.Argument(metavar="[FOLDER]", help="Where to start. Default: here.")
    ] = ".",
) -> None:
    """Write a starting govern.yaml and policies/; nothing that exists is overwritten.

    Bills that lie here are named in govern.yaml; without any, bills/ is made for them.

    Example: govern init && govern check
    """
    start = resources.files("govern").joinpath("start")
    texts = {
        name: start.joinpath(name).read_text(encoding="utf-8")
        for name in ("govern.yaml", "policies/spend.yaml", "policies/retired.yaml")
    }
    bills = _bills(folder)
    if bills:
        texts["govern.yaml"] = texts["govern.yaml"].replace(_FOLDER, _named(bills))
    else:
        texts["bills/.gitignore"] = _NO_BILLS
    wanted = {os.path.join(folder, *name.split("/")): text for name, text in texts.items()}
    there = [path for path in wanted if os.path.lexists(path)]
    if there:
        raise usage(f"{', '.join(there)}: exists already; nothing was written")
    for path, text in wanted.items():
        try:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        except OSError as error:
            raise GovernError("file", f"{error.filename}: {error.strerror or error}") from None
        _save(path, text)
    keep(folder_of(os.path.join(folder, NAME)), list(KINDS))
    for path in wanted:
        show(f"{path}\n")
    first = "" if bills else "put your bills into bills/, "
    say(f"{first}edit the limits and ids in policies/, then: govern check")


def _bills(folder: str) -> list[str]:
    """Those that lie there already; a folder that isn't there yet has none."""
    try:
        return bills_in(folder)
    except FileNotFoundError:
        return []


def _named(bills: list[str]) -> str:
    names = ", ".join(json.dumps(name, ensure_ascii=False) for name in bills)
    return f"bills: [{names}]"


def _save(path: str, text: str) -> None:
    if path.endswith(".yaml"):
        save_edited(path, text, "config" if os.path.basename(path) == NAME else "policy")
    else:
        save(path, text)
