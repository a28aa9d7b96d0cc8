"""From the paths a user names to the documents in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from govern.model.errors import Fault
from govern.policy.marks import Document, Faults, Fields, Node
from govern.policy.reading import read

_ENDINGS = (".yaml", ".yml")
_TESTS = (".test.yaml", ".test.yml")


def documents(
    paths: Sequence[str], faults: Faults, belongs: Callable[[set[str]], bool]
) -> list[Document]:
    """Every file once, in the order of ``paths``.

    ``belongs`` tells by its top-level keys whether a file found in a folder is meant; a file
    that is named always is, and one that can't be understood is a fault rather than left out.
    """
    seen: set[str] = set()
    found = []
    for path in paths:
        named = not os.path.isdir(path)
        for file in [path] if named else _files(path, faults):
            if os.path.realpath(file) in seen:
                continue
            own = Faults()
            document = read(file, own)
            if document and not named and not belongs(_keys(document.root)):
                continue
            seen.add(os.path.realpath(file))
            for fault in own.found:
                faults.add(fault, own.cause)
            if document:
                # From here on its faults are everybody's.
                document.source.faults = faults
                found.append(document)
    return found


def _keys(root: Node) -> set[str]:
    return {key.text for key, _ in root.entries} if isinstance(root, Fields) else set()


def _files(folder: str, faults: Faults) -> list[str]:
    """Sorted. Links to folders are followed; each folder is looked into once, so no loop harms."""
    waiting = [folder]
    visited: set[str] = set()
    files = []
    while waiting:
        here = waiting.pop()
        if os.path.realpath(here) in visited:
            continue
        visited.add(os.path.realpath(here))
        try:
            names = os.listdir(here)
        except OSError as error:
            faults.add(Fault(here, 0, 0, f"can't be read: {error.strerror}"), cause="file")
            continue
        for path in (os.path.join(here, name) for name in names):
            if os.path.isdir(path):
                waiting.append(path)
            elif path.endswith(_ENDINGS) and not path.endswith(_TESTS):
                files.append(path)
    return sorted(files)
