"""``govern policy schema``: what editors need for completion and hover texts."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from govern.cli.saving import save
from govern.cli.streams import show
from govern.model.errors import GovernError, usage
from govern.model.text import nearest, shorten
from govern.policy.schema import KINDS, file_name


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]",
            help="policy (default), waivers, config, inventory, checklist or test.",
            autocompletion=lambda incomplete: [one for one in KINDS if one.startswith(incomplete)],
        ),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(
            "--into",
            metavar="FOLDER",
            help="Write the files there instead of printing; without KIND all of them.",
        ),
    ] = None,
) -> None:
    """Print the JSON Schema of a kind of file, for completion and hover texts in an editor.

    Exit codes: 0 printed, 2 no such kind, 5 a file could not be written.

    Examples:

      govern policy schema policy

      govern policy schema --into .govern
    """
    if kind is not None and kind not in KINDS:
        near = nearest(kind, KINDS)
        hint = f"did you mean {near}?" if near else f"it is one of {', '.join(KINDS)}"
        raise usage(f"{shorten(kind, 60)}: no such kind of file; {hint}")
    if into is None:
        show(text(kind or "policy"))
        return
    for path in keep(into, [kind] if kind else list(KINDS)):
        show(f"{path}\n")


def text(kind: str) -> str:
    """The schema as it is printed, and kept in ``schemas/``."""
    from govern.policy.schema import schema
    from govern.report.json_format import pretty

    return pretty(schema(kind))


def keep(folder: str, kinds: list[str]) -> list[str]:
    """Write schemas into a folder, which is made if it isn't there. Raises ``file``."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise GovernError("file", f"{error.filename}: {error.strerror or error}") from None
    paths = {kind: os.path.join(folder, file_name(kind)) for kind in kinds}
    for kind, path in paths.items():
        if _content(path) != text(kind):
            save(path, text(kind))
    return list(paths.values())


def _content(path: str) -> str | None:
    """What is there; None where nothing is, or nothing that can be read."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, ValueError):
        return None
