"""Journal files as those read them who write nothing: ``verify``, ``audit`` and a dry run."""

from __future__ import annotations

import os

from govern.model.errors import GovernError, usage
from govern.model.journal import Journal
from govern.model.journal_line import read


def beside(checklist: str) -> str:
    """Where the journal of a checklist is: ``checklist.yaml`` → ``checklist.journal.jsonl``."""
    return os.path.splitext(checklist)[0] + ".journal.jsonl"


def load_journal(path: str, *, named: bool) -> Journal | None:
    """The journal in the file; None where there is none, unless it was ``named``.

    Raises wrong usage for a named file that isn't there, ``journal`` for a damaged one, ``file``.
    """
    try:
        with open(path, "rb") as file:
            return read(file.read(), path)
    except FileNotFoundError:
        if named:
            raise usage(f"--journal {path}: no such file") from None
        return None
    except OSError as error:
        raise GovernError("file", f"{path}: {error.strerror or error}") from None
