"""From the paths a user names to the documents in them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence

from govern.model.errors import Fault
from govern.model.folder import below, status
from govern.policy.marks import Faults, Fields, Node, YamlFile
from govern.policy.reading import read

ENDINGS = (".yaml", ".yml")
TESTS = (".test.yaml", ".test.yml")


def documents(
    paths: Sequence[str], faults: Faults, belongs: Callable[[set[str]], bool]
) -> list[YamlFile]:
    """Every file once, in the order of ``paths``.

    ``belongs`` tells by its top-level keys whether a file found in a folder is meant; a file
    that is named always is, and one that can't be understood is a fault rather than left out.
    """
    seen: set[str] = set()
    files = []
    for path in paths:
        there = status(path, named=True)
        named = there is None or not stat.S_ISDIR(there.st_mode)
        for file in [path] if named else _files(path, faults, tests=False):
            if os.path.realpath(file) in seen:
                continue
            own = Faults()
            document = read(file, own)
            if document and not named and not belongs(_keys(document.root)):
                continue
            seen.add(os.path.realpath(file))
            for fault in own.all:
                faults.add(fault, own.cause)
            if document:
                # From here on its faults are everybody's.
                document.source.faults = faults
                files.append(document)
    return files


def _keys(root: Node) -> set[str]:
    return {key.text for key, _ in root.entries} if isinstance(root, Fields) else set()


def is_test(path: str) -> bool:
    """Whether a file's name says that it tests policies."""
    return path.endswith(TESTS)


def files_of_tests(folder: str, faults: Faults) -> list[str]:
    """The files in a folder, and in those below it, that test policies."""
    return _files(folder, faults, tests=True)


def _files(folder: str, faults: Faults, *, tests: bool) -> list[str]:
    def meant(path: str, is_folder: bool) -> bool:
        return is_folder or (path.endswith(ENDINGS) and is_test(path) == tests)

    def unseen(fault: Fault) -> None:
        faults.add(fault, cause="file")

    return sorted(below(folder, meant, unseen, hidden=True))
