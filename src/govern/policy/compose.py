"""The events of YAML or JSON made into marked nodes; what YAML allows beyond plain text refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from govern.model.text import shorten
from govern.policy.json_events import json_events
from govern.policy.marks import HALVES, HIDDEN, Fields, Items, Node, Refused, Scalar, Source, unseen

DEEPEST = 20

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = ("", "~", "null", "Null", "NULL")
# What makes YAML read more into a text than is written; quoting takes it away.
_SPECIAL = "*&!@`%|>"
_WIDE_COLON = re.compile(r"[ -]*[A-Za-z_]+(?=：)")
_LINES_ABOVE = 3


class _Stop(Exception):
    """Nothing after this place can be read."""


def compose(text: str, source: Source) -> Node | None:
    """The one document in ``text``; None after telling ``source`` why there is none.

    A file named ``.json`` is JSON, any other one YAML.
    """
    language = "JSON" if source.path.lower().endswith(".json") else "YAML"
    try:
        events = json_events(text) if language == "JSON" else yaml.parse(text, Loader=_LOADER)
        return _document(events, source)
    except _Stop:
        pass
    except yaml.MarkedYAMLError as error:
        _tell(error, source, language)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, MemoryError):
        # The pure Python reader lets a few such errors through, without a place.
        source.fault(1, 1, f"not {language}")
    return None


def _document(events: Iterator[Any], source: Source) -> Node:
    root: Node | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if root is not None:
                _stop(event, source, "a second document: one file holds one")
            root = _node(next(events), events, source, 1)
    if root is None or (isinstance(root, Scalar) and root.plain and root.text in _NOTHING):
        starts = "" if source.data else "; a file starts with version: 1"
        source.fault(1, 1, f"nothing in here{starts}")
        raise _Stop
    return root


def _node(event: Any, events: Iterator[Any], source: Source, depth: int) -> Node:
    line, column = event.start_mark.line + 1, event.start_mark.column + 1
    if isinstance(event, yaml.AliasEvent):
        written = f"*{event.anchor}"
        source.fault(line, column, f"aliases aren't read; quote a text: '{shorten(written, 60)}'")
        return Refused(line, column)
    if event.anchor is not None:
        source.fault(line, column, f"anchors aren't read: &{shorten(event.anchor, 60)}")
    if event.tag is not None:
        source.fault(line, column, f"tags aren't read: {shorten(event.tag, 60)}")
    if isinstance(event, yaml.ScalarEvent):
        escaped = source.data and event.style == '"'
        hidden = (HALVES if escaped else HIDDEN).search(event.value)
        if hidden:
            source.fault(line, column, unseen(hidden[0]))
        if hidden or (not event.value and (event.anchor or event.tag)):
            return Refused(line, column)
        # libyaml says "", the Python reader None.
        return Scalar(event.value, line, column, plain=not event.style)
    if depth > DEEPEST:
        _stop(event, source, f"nested deeper than {DEEPEST}")
    if isinstance(event, yaml.SequenceStartEvent):
        return Items(tuple(_items(events, source, depth)), line, column)
    return Fields(tuple(_entries(events, source, depth)), line, column)


def _items(events: Iterator[Any], source: Source, depth: int) -> Iterator[Node]:
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            return
        node = _node(event, events, source, depth + 1)
        yield _something(node, node, "this item", source)


def _entries(events: Iterator[Any], source: Source, depth: int) -> Iterator[tuple[Scalar, Node]]:
    lines: dict[str, int] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            return
        key = _node(event, events, source, depth + 1)
        value = _node(next(events), events, source, depth + 1)
        if not isinstance(key, Scalar):
            source.refuse(key, "a key is one word")
        elif key.plain and key.text == "<<":
            source.refuse(key, "merge keys aren't read: write the fields out")
        elif key.text in lines:
            shown = shorten(key.text, 60)
            source.refuse(key, f'duplicate key "{shown}", already on line {lines[key.text]}')
        elif isinstance(_something(key, key, "this key", source), Scalar):
            lines[key.text] = key.line
            if source.data and isinstance(value, Scalar) and value.plain and value.text == "null":
                continue
            yield key, _something(value, key, f'"{shorten(key.text, 60)}"', source)


def _something(node: Node, place: Node, thing: str, source: Source) -> Node:
    """The node, unless it is YAML's nothing. What isn't there is told at ``place``, its key."""
    if not (isinstance(node, Scalar) and node.plain and node.text in _NOTHING):
        return node
    if node.text:
        source.refuse(node, f'{node.text} means nothing here; as a text, quote it: "{node.text}"')
    else:
        source.refuse(place, f"{thing} is empty")
    return Refused(node.line, node.column)


def _stop(event: Any, source: Source, message: str) -> None:
    source.fault(event.start_mark.line + 1, event.start_mark.column + 1, message)
    raise _Stop


def _tell(error: yaml.MarkedYAMLError, source: Source, language: str) -> None:
    """One fault for a text that isn't YAML, at the start of the text that YAML trips over."""
    mark = error.problem_mark or error.context_mark
    context = error.context or ""
    if error.context_mark and any(word in context for word in ("scalar", "alias", "anchor", "tag")):
        mark = error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = ", ".join(part for part in (context, error.problem) if part)
    here = source.lines[line - 1][column - 1 : column] if line <= len(source.lines) else ""
    wide = _wide_colon(source.lines[:line])
    if language == "YAML" and wide:
        source.fault(*wide, 'a full-width colon: write ":" and a blank')
        return
    tab = _tab(source.lines, line) if here == "\t" or "a tab" in (error.problem or "") else None
    if language == "YAML" and tab:
        source.fault(*tab, "a tab: indent with blanks")
        return
    if language == "YAML" and (error.problem or "").startswith("mapping values"):
        problem = (
            'a second ":" in one value: quote a text that holds one, as in title: "Limit: 500"'
        )
    if language == "YAML" and here and here in _SPECIAL:
        problem += f"; quote a text that begins with {here}"
    source.fault(line, column, f"not {language}: {shorten(problem, 200)}")


def _tab(lines: Sequence[str], line: int) -> tuple[int, int] | None:
    """Where a tab indents: on this line, or, where a text began on it, on the next that does."""
    for number in range(line, min(line + _LINES_ABOVE, len(lines)) + 1):
        text = lines[number - 1]
        blank = text[: len(text) - len(text.lstrip(" \t"))]
        if "\t" in blank:
            return number, blank.index("\t") + 1
    return None


def _wide_colon(lines: Sequence[str]) -> tuple[int, int] | None:
    """Where a key is followed by the colon of a Chinese keyboard, on the last lines that were read.

    Such a line is a text that goes on below, so YAML trips over a line further down.
    """
    for line in range(len(lines), max(0, len(lines) - _LINES_ABOVE), -1):
        match = _WIDE_COLON.match(lines[line - 1])
        if match:
            return line, match.end() + 1
    return None
