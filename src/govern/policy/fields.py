"""Readers of single fields: a node becomes a value of the field's type, or a fault.

Each reader returns None after it refused. A record is a table of field → reader.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from govern.model.clock import Moment, parse_moment
from govern.model.policy import Pattern
from govern.model.text import shorten
from govern.model.words import MEANT
from govern.policy.marks import (
    HIDDEN,
    Fields,
    Items,
    Node,
    Refused,
    Scalar,
    Source,
    YamlFile,
    unseen,
)

Reader = Callable[[Source, Node], Any]

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", re.ASCII)
_YES_OR_NO = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}


def quoted(text: str) -> str:
    """The text as a message shows it: short, and nothing in it that harms a terminal."""
    return f'"{shorten(text, 60)}"'


def record(
    source: Source, node: Node, readers: Mapping[str, Reader], required: Sequence[str]
) -> dict[str, Any]:
    """The values of a mapping's fields; unknown and missing keys are refused.

    A refused value is None here. Fields that aren't there are left out.
    """
    if not isinstance(node, Fields):
        source.refuse(node, f"a mapping with {', '.join(required)} belongs here")
        return {}
    values = {}
    for key, value in node.entries:
        if key.text in readers:
            values[key.text] = readers[key.text](source, value)
        else:
            unknown(source, key, "key", readers)
    for name in required:
        if node.key(name) is None:
            source.refuse(node, f"{name} is missing")
    return values


def unknown(source: Source, node: Scalar, kind: str, words: Iterable[str]) -> None:
    """Refuse a word that isn't in a closed list, with the one that was probably meant."""
    known = list(words)
    meant = MEANT.get(kind, {}).get(node.text.casefold())
    near = f"; did you mean {meant}?" if meant else source.near(node.text, known)
    hint = near or (f"; it is one of {', '.join(known)}" if len(known) <= 24 else "")
    source.refuse(node, f"unknown {kind} {quoted(node.text)}{hint}")


def version_1(source: Source, node: Node) -> None:
    if not (isinstance(node, Scalar) and node.text == "1"):
        source.refuse(node, "the version is 1")


def listing(document: YamlFile, name: str) -> tuple[Node, ...]:
    """The nodes under ``name`` in a file that is ``version: 1`` and that list."""
    record(
        document.source,
        document.root,
        {"version": version_1, name: as_it_is},
        ("version", name),
    )
    nodes = document.root.value(name) if isinstance(document.root, Fields) else None
    if isinstance(nodes, Items):
        return nodes.nodes
    if nodes is not None:
        document.source.refuse(nodes, f"{name} are a list")
    return ()


def as_it_is(source: Source, node: Node) -> Node:
    """For a field that is read later, with the help of others."""
    return node


def scalar(source: Source, node: Node) -> Scalar | None:
    if not isinstance(node, Scalar):
        source.refuse(node, "a single value belongs here")
        return None
    hidden = HIDDEN.search(node.text)
    if hidden:
        source.refuse(node, unseen(hidden[0]))
        return None
    return node


def exact(source: Source, node: Node) -> str | None:
    """A text that govern wrote, character by character: what can't be seen stands there escaped."""
    if isinstance(node, Scalar):
        return node.text
    source.refuse(node, "a single value belongs here")
    return None


def text(source: Source, node: Node) -> str | None:
    """A text of any number of lines."""
    written = scalar(source, node)
    if written and not written.text.strip():
        source.refuse(node, "this text is empty")
        return None
    return written.text.strip() if written else None


def line(source: Source, node: Node) -> str | None:
    """A text on one line."""
    written = text(source, node)
    if written and "\n" in written:
        source.refuse(node, "this text must be on one line")
        return None
    return written


def one_of(words: Sequence[str], kind: str) -> Reader:
    """A word of a closed list."""

    def read(source: Source, node: Node) -> str | None:
        word = scalar(source, node)
        if word and word.text not in words:
            unknown(source, word, kind, words)
            return None
        return word.text if word else None

    return read


def yes_or_no(source: Source, node: Node) -> bool | None:
    word = scalar(source, node)
    if word is None:
        return None
    if word.text not in ("true", "false"):
        folded = word.text.casefold() if len(word.text) < 10 else ""
        meant = folded if folded in ("true", "false") else _YES_OR_NO.get(folded, "true or false")
        source.refuse(node, f"{quoted(word.text)} is no yes or no: write {meant}")
        return None
    return word.text == "true"


def is_policy_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def policy_id(source: Source, node: Node) -> str | None:
    written = line(source, node)
    if written is None or _ID.fullmatch(written):
        return written
    folded = unicodedata.normalize("NFKD", written[:100]).casefold()
    meant = "-".join(re.findall(r"[a-z0-9]+", folded))
    hint = f": write {meant}" if meant else ""
    source.refuse(node, f"an id is made of a-z, 0-9 and single hyphens{hint}")
    return None


def moment(source: Source, node: Node) -> Moment | None:
    written = scalar(source, node)
    if written is None:
        return None
    try:
        return parse_moment(written.text)
    except ValueError:
        source.refuse(node, f"{quoted(written.text)} is no instant: {_hint(written.text)}")
        return None


def _hint(written: str) -> str:
    """What to write in its place: the same day in our way, or the month's own end."""
    meant = _DATE.fullmatch(written) if len(written) < 20 else None
    if meant:
        month, day = f"{meant[1]}-{meant[2]:0>2}", f"{meant[3]:0>2}"
        for last in (day, *(("30", "29", "28") if "28" < day <= "31" else ())):
            with suppress(ValueError):
                parse_moment(f"{month}-{last}")
                ends = "" if last == day else f"{month} ends on {month}-{last}; "
                return f"{ends}write {month}-{last}"
    return "write 2026-09-01 or 2026-09-01T00:00:00+08:00"


def pattern(source: Source, node: Node) -> Pattern | None:
    """A text with wildcards, which may be empty. Whether ``none`` is a word, the field knows."""
    written = scalar(source, node)
    if written and "\n" in written.text:
        source.refuse(node, "this text must be on one line")
        return None
    return Pattern(written.text) if written else None


def several(source: Source, node: Node, item: Reader) -> tuple[Any, ...]:
    """One value or a list of them."""
    nodes = node.nodes if isinstance(node, Items) else (node,)
    read = [item(source, each) for each in nodes if not isinstance(each, Refused)]
    return tuple(value for value in read if value is not None)
