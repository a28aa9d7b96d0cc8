"""YAML as marked text: nothing is constructed, every scalar is text with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from govern.model.errors import Fault, GovernError
from govern.model.text import nearest

_LONGEST_EXCERPT = 500
_LONGEST_WORD = 64
# Looking for near words is slow; a file with more faults than this is no file of ours.
_SUGGESTIONS = 200

# Control characters, and those that reorder or hide text: what a reviewer can't see must not
# decide what is judged. The two joiners stay, since emoji in a title need them.
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)

#: No escape makes a character of one of these alone, in no language.
HALVES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text as it was written. ``plain``: without quotes."""

    text: str
    line: int
    column: int
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping in the order it was written, each key once."""

    entries: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int

    def key(self, name: str) -> Scalar | None:
        return next((key for key, _ in self.entries if key.text == name), None)

    def value(self, name: str) -> Node | None:
        return next((value for key, value in self.entries if key.text == name), None)


@dataclass(frozen=True, slots=True)
class Refused:
    """Where something stood that is a fault already: whoever meets it has nothing to add."""

    line: int
    column: int


Node = Scalar | Items | Fields | Refused


@dataclass
class Faults:
    """Everything that is wrong so far: faults are data until every file was read."""

    all: list[Fault] = field(default_factory=list)
    cause: str = "file"

    def add(self, fault: Fault, cause: str = "usage") -> None:
        """``cause`` is ``file`` where a file can't be read; one usage fault outranks them all."""
        self.all.append(fault)
        if cause == "usage":
            self.cause = cause

    def settle(self) -> None:
        """Raise them all at once, if there are any."""
        if self.all:
            raise GovernError(self.cause, sorted(set(self.all)))


@dataclass
class Source:
    """One file while it is read: turns a node and a sentence into a fault.

    ``data``: a file of data, where a field that is ``null`` is the same as one that isn't there,
    and what can't be seen may stand in quotes, escaped: each field says whether it takes that.
    ``sha256`` is that of the bytes that were read.
    """

    path: str
    lines: list[str]
    faults: Faults
    data: bool = False
    sha256: str = ""

    def fault(self, line: int, column: int, message: str) -> None:
        excerpt = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        if len(excerpt) > _LONGEST_EXCERPT:
            excerpt = ""
        self.faults.add(Fault(self.path, line, column, message, excerpt))

    def refuse(self, node: Node, message: str) -> None:
        if not isinstance(node, Refused):
            self.fault(node.line, node.column, message)

    def near(self, word: str, words: Iterable[str]) -> str:
        """``; did you mean …?``, or nothing where no word is near."""
        if len(word) > _LONGEST_WORD or len(self.faults.all) > _SUGGESTIONS:
            return ""
        near = nearest(word, words)
        return f"; did you mean {near}?" if near else ""


@dataclass(frozen=True)
class YamlFile:
    """A file that could be read as YAML."""

    source: Source
    root: Node


def unseen(character: str) -> str:
    """What to say about a character that must not be printed."""
    if "\ud800" <= character <= "\udfff":
        return f"U+{ord(character):04X} is half a character: the other half is missing"
    return f"the character U+{ord(character):04X} can't be seen, so it isn't read"
