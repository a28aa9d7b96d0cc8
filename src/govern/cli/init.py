"""``govern init``: a starting govern.yaml with policies, for an empty repository."""

from __future__ import annotations

import os
import sys
from importlib import resources
from typing import Annotated

import typer

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
    there = [path for path in wanted if os.path.exists(path)]
    if there:
        raise usage(f"{', '.join(there)}: exists already; nothing was written")
    try:
        for path, text in wanted.items():
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path, "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise GovernError("file", f"{error.filename}: {error.strerror}") from None
    for path in wanted:
        sys.stdout.write(f"{path}\n")
    sys.stderr.write("govern: edit the limits and ids in policies/, then: govern check BILL\n")
