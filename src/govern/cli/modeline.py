"""YAML files that people edit begin with the line by which an editor finds their schema.

The YAML language server reads it from any comment: ``# yaml-language-server: $schema=…``, relative
to the file. The schema itself lies in ``.govern``: the nearest one above the file, or that of the
nearest govern.yaml, whichever is nearer; else beside the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

from govern.cli.policy_schema import keep
from govern.cli.saving import save
from govern.model.config import NAME
from govern.model.errors import GovernError
from govern.policy.schema import KINDS, file_name

#: Where schemas lie. Its name begins with a dot, so that no folder of bills has a stranger in it.
FOLDER = ".govern"

_START = "# yaml-language-server: $schema="


def save_edited(path: str, text: str, kind: str, *, private: bool = False) -> None:
    """Save a file that people will edit, of a kind of schema, with its line and its schema.

    Raises ``file`` where the file can't be written. A schema that can't be is no reason to fail.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        save(path, text, private=private)
        return
    save(path, with_line(path, text, kind), private=private)
    with suppress(GovernError):
        keep(folder_of(path), [kind])


def kind_of(schema: str) -> str | None:
    """The kind of a document by the name of its schema, such as ``govern.checklist/v1``."""
    return next(
        (kind for kind, (_, name) in KINDS.items() if name == schema.replace("/", ".")), None
    )


def with_line(path: str, text: str, kind: str) -> str:
    """The text with its line, unless it has one already."""
    if _START in text:
        return text
    schema = os.path.join(folder_of(path), file_name(kind))
    beside = os.path.relpath(schema, os.path.dirname(os.path.realpath(path)))
    return f"{_START}{beside.replace(os.sep, '/')}\n{text}"


def folder_of(path: str) -> str:
    """The folder of schemas for a file: its project's, and what lies above that is another's."""
    above = list(_above(os.path.dirname(os.path.realpath(path))))
    if os.path.basename(path) == NAME:
        return os.path.join(above[0], FOLDER)
    root = next((folder for folder in above if _is_root(folder)), above[0])
    return os.path.join(root, FOLDER)


def _is_root(folder: str) -> bool:
    return os.path.isdir(os.path.join(folder, FOLDER)) or os.path.isfile(os.path.join(folder, NAME))


def _above(folder: str) -> Iterator[str]:
    """The folder and those above it, up to the repository's root or the home folder."""
    home = os.path.realpath(os.path.expanduser("~"))
    while True:
        yield folder
        at_end = os.path.exists(os.path.join(folder, ".git")) or folder == home
        if at_end or folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)
