"""``govern init``: a starting govern.yaml with policies, for an empty repository."""

from __future__ import annotations

import os
from importlib import resources
from typing import Annotated

import typer

from govern.cli.saving import save
from govern.cli.streams import say, show
from govern.model.errors import GovernError, usage


def init(
    folder: Annotated[
        str, typer.Argument(metavar="[FOLDER]", help="Where to start. Default: here.")
    ] = ".",
) -> None:
    """Write a starting govern.yaml and policies/; nothing that exists is overwritten.

    Example: govern init && govern check bill.csv
    """
    start = resources.files("govern").joinpath("start")
    wanted = {
        os.path.join(folder, *name.split("/")): start.joinpath(name).read_text(encoding="utf-8")
        for name in ("govern.yaml", "policies/spend.yaml", "policies/retired.yaml")
    }
    there = [path for path in wanted if os.path.lexists(path)]
    if there:
        raise usage(f"{', '.join(there)}: exists already; nothing was written")
    for path, text in wanted.items():
        try:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        except OSError as error:
            raise GovernError("file", f"{error.filename}: {error.strerror or error}") from None
        save(path, text)
    for path in wanted:
        show(f"{path}\n")
    say("edit the limits and ids in policies/, then: govern check BILL")
