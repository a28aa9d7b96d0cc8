"""Comments of a YAML file by the place they belong to: the line below, or the line they end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from govern.model.checklist import Comment
from govern.model.yaml_text import END, Place, item_names
from govern.policy.marks import Fields, Items, Node, Scalar, YamlFile

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def comments_of(document: YamlFile) -> dict[Place, Comment]:
    """The comments of a file that was read without a fault."""
    lines = document.source.lines
    places = sorted(_places(document.root, ()), key=lambda at_node: (at_node[0], len(at_node[1])))
    comments: dict[Place, Comment] = {}
    for line, column in _hashes("\n".join(lines)):
        written = lines[line - 1]
        comment = written[column - 1 :].rstrip()
        if written[: column - 1].strip():
            before = [place for at, place in places if at <= line]
            place = before[-1] if before else END
            known = comments.get(place, Comment())
            behind = f"{known.behind} {comment}".strip()
            comments[place] = Comment(known.above, behind)
        else:
            place = next((place for at, place in places if at > line), END)
            known = comments.get(place, Comment())
            comments[place] = Comment((*known.above, comment), known.behind)
    return comments


def _places(node: Node, place: Place) -> Iterable[tuple[int, Place]]:
    """(line, place) of every key and every item that has keys."""
    if isinstance(node, Fields):
        for key, value in node.entries:
            yield key.line, (*place, key.text)
            yield from _places(value, (*place, key.text))
    elif isinstance(node, Items):
        for name, item in zip(item_names([*map(_texts, node.nodes)]), node.nodes, strict=True):
            if isinstance(item, Fields):
                here = (*place, name)
                yield item.line, here
                yield from _places(item, here)


def _texts(node: Node) -> dict[str, str]:
    """The fields of an item that are text; none of what is written as null."""
    if not isinstance(node, Fields):
        return {}
    return {
        key.text: value.text
        for key, value in node.entries
        if isinstance(value, Scalar) and not (value.plain and value.text in ("null", "~", ""))
    }


def _hashes(text: str) -> Iterable[tuple[int, int]]:
    """(line, column) of every comment, from 1: a # outside of all values, after a blank."""
    taken: list[tuple[int, int]] = []
    for token in yaml.scan(text, Loader=_LOADER):
        if isinstance(token, yaml.ScalarToken):
            start = token.start_mark.index
            if token.style in ("|", ">"):
                start = text.find("\n", start)
                start = len(text) if start < 0 else start
            taken.append((start, token.end_mark.index))
    at = 0
    for start, end in [*sorted(taken), (len(text), len(text))]:
        yield from _in_gap(text, at, start)
        at = max(at, end)


def _in_gap(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    while True:
        at = text.find("#", start, end)
        if at < 0:
            return
        if at == 0 or text[at - 1] in " \t\n":
            line = text.count("\n", 0, at) + 1
            yield line, at - text.rfind("\n", 0, at)
            start = text.find("\n", at)
            if start < 0:
                return
        else:
            start = at + 1
