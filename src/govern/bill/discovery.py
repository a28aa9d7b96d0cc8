"""From the words of a command line to the files of a bill."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from govern.model import manifest
from govern.model.errors import Fault, GovernError
from govern.model.folder import below, has_magic, matches, status

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

    Raises wrong usage with one line per word that names nothing, and ``file`` for what can't be
    looked at: a bill might be behind it.
    """
    found: list[Found] = []
    wrong: list[Fault | str] = []
    unseen: list[Fault | str] = []
    for word in words:
        try:
            found += _of_word(word)
        except ValueError as error:
            wrong.append(str(error))
        except GovernError as error:
            unseen += error.faults
    if wrong or unseen:
        raise GovernError("usage" if wrong else "file", wrong + unseen)
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
    there = status(word, named=True)
    if there and not stat.S_ISDIR(there.st_mode):
        return [Found(word, named=True)]
    if there:
        inside = list(_files_below(word))
        if not inside:
            raise ValueError(f"{word}: no bill in this folder ({', '.join(SUFFIXES)})")
    elif has_magic(word):
        inside = list(_files_of(word))
        if not inside:
            raise ValueError(f"{word}: no file matches")
    else:
        raise ValueError(f"{word}: no such file or folder")
    return [Found(path, named=False) for path in inside]


def _files_of(pattern: str) -> Iterator[str]:
    """A folder that matches brings its bills, as it does where a shell expands the pattern."""
    for path, is_folder in matches(pattern, _unseen):
        if is_folder:
            yield from _files_below(path)
        elif os.path.basename(path) != manifest.NAME:
            yield path


def _files_below(folder: str) -> Iterator[str]:
    root = os.path.realpath(folder)

    def meant(path: str, is_folder: bool) -> bool:
        if not is_folder and not path.lower().endswith(SUFFIXES):
            return False
        if os.path.commonpath((root, os.path.realpath(path))) != root:
            raise ValueError(f"{path}: a link that leads out of the folder is not followed")
        return True

    return below(folder, meant, _unseen)


def _unseen(fault: Fault) -> NoReturn:
    raise GovernError("file", [fault])
