"""Small helpers of these tests: write a file, collect its faults, spoil a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from govern.model.errors import Fault, GovernError


def faults_of(load: Callable[[], Any]) -> list[Fault]:
    """The faults of a load that must end in wrong usage."""
    with pytest.raises(GovernError) as caught:
        load()
    assert caught.value.cause == "usage"
    assert all(isinstance(fault, Fault) for fault in caught.value.faults)
    return [fault for fault in caught.value.faults if isinstance(fault, Fault)]


def places(faults: list[Fault]) -> list[tuple[int, int]]:
    return [(fault.line, fault.column) for fault in faults]


def write(folder: Path, text: str | bytes, name: str = "p.yaml") -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return str(path)


def one_letter_edits(word: str) -> Iterator[str]:
    """Every word that is one deletion, swap, replacement or insertion away."""
    letters = "abcdefghijklmnopqrstuvwxyz_-0159XYN"
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
        yield from (word[:at] + letter + word[at + 1 :] for letter in letters)
    for at in range(len(word) + 1):
        yield from (word[:at] + letter + word[at:] for letter in letters)
