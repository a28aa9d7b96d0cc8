"""Lists in a file of data: of texts, and of records that become nouns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from govern.policy.fields import Reader, exact, record
from govern.policy.marks import Fields, Items, Node, Source

Noun = TypeVar("Noun")


def list_of(
    noun: Callable[..., Noun],
    readers: Mapping[str, Reader],
    required: Sequence[str],
    check: Callable[[Source, Fields, Mapping[str, Any]], None] = lambda source, node, values: None,
) -> Reader:
    """A reader of a list of records; ``check`` holds the fields of one record together."""

    def read_list(source: Source, node: Node) -> tuple[Noun, ...]:
        if not isinstance(node, Items):
            source.refuse(node, "a list belongs here")
            return ()
        return tuple(records(source, node))

    def records(source: Source, node: Items) -> Iterator[Noun]:
        for item in node.nodes:
            before = len(source.faults.all)
            values = record(source, item, readers, required)
            if isinstance(item, Fields):
                check(source, item, values)
                if len(source.faults.all) == before:
                    yield noun(**values)

    return read_list


def texts(source: Source, node: Node) -> tuple[str, ...]:
    if not isinstance(node, Items):
        source.refuse(node, "a list belongs here")
        return ()
    return tuple(written for item in node.nodes if (written := exact(source, item)) is not None)
