"""From the words of a command line to the files of a bill."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from govern.model.errors import GovernError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
SUFFIXES = (".csv", ".csv.gz", ".gz", ".zip", ".parquet")
STDIN = "-"


@dataclass(frozen=True)
class Found:
    """One file of a bill. ``path`` is printed as given; ``named``: the user wrote its name.

    A file that a folder or glob brought along may be no bill without that being wrong usage.
    """

    path: str
    named: bool


def discover(words: Sequence[str]) -> list[Found]:
    """Every file that the BILL words stand for, each once, in the order of their names.

    Whatever is decided or shown doesn't depend on the order of the words.

    Raises wrong usage with one line per word that names nothing.
    """
    found: list[Found] = []
    faults: list[str] = []
    for word in words:
        try:
            found += _of_word(word)
        except ValueError as error:
            faults.append(str(error))
    if faults:
        raise GovernError("usage", faults)
    once: dict[str, Found] = {}
    for one in sorted(found, key=lambda found: (found.path, not found.named)):
        key = one.path if one.path == STDIN else os.path.realpath(one.path)
        once.setdefault(key, one)
    return list(once.values())


def _of_word(word: str) -> list[Found]:
    if word == STDIN:
        return [Found(STDIN, named=True)]
    if _URL.match(word):
        raise ValueError(f"{word}: a BILL is a file, never a URL: download it first")
    if os.path.isdir(word):
        inside = [Found(path, named=False) for path in _files_below(word)]
        if not inside:
            raise ValueError(f"{word}: no bill in this folder ({', '.join(SUFFIXES)})")
        return inside
    if os.path.exists(word):
        return [Found(word, named=True)]
    if glob.has_magic(word):
        matches = sorted(path for path in glob.glob(word, recursive=True) if os.path.isfile(path))
        if matches:
            return [Found(path, named=False) for path in matches]
        raise ValueError(f"{word}: no file matches")
    raise ValueError(f"{word}: no such file or folder")


def _files_below(folder: str) -> Iterator[str]:
    root = os.path.realpath(folder)
    for here, folders, names in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.join(here, name)
            if name.startswith(".") or not name.lower().endswith(SUFFIXES):
                continue
            if os.path.commonpath((root, os.path.realpath(path))) != root:
                raise ValueError(f"{path}: a link that leads out of the folder is not followed")
            if os.path.isfile(path):
                yield path


def _unreadable(error: OSError) -> None:
    raise GovernError("file", f"{error.filename}: {error.strerror}")
