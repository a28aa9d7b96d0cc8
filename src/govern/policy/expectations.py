"""What a test expects of policies: who fires, for whom, who stays silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from govern.model.trial import Expected, Subjects
from govern.policy.fields import is_policy_id, pattern, policy_id, quoted, record
from govern.policy.marks import Fields, Items, Node, Refused, Scalar, Source

#: Says what is wrong with an id: it is none of the policies that the file tests.
Known = Callable[[Source, Scalar], None]

_LISTS = ("fires", "waived", "silent", "undecided")


def expected(source: Source, node: Node) -> Expected | None:
    """Every list may be missing, but not all of them."""
    before = len(source.faults.all)
    values = record(
        source,
        node,
        {"fires": _found, "waived": _found, "silent": _ids, "undecided": _ids},
        (),
    )
    if not isinstance(node, Fields) or len(source.faults.all) > before:
        return None
    if not values:
        source.refuse(node, "nothing is expected: name policies under fires or silent")
        return None
    _one_of_both(source, node)
    return Expected(**values) if len(source.faults.all) == before else None


def named(node: Node) -> Iterator[Scalar]:
    """The ids in a test's ``expect``, with their places."""
    for name in _LISTS:
        listed = node.value(name) if isinstance(node, Fields) else None
        if isinstance(listed, Fields):
            yield from (key for key, _ in listed.entries if is_policy_id(key.text))
        else:
            nodes = listed.nodes if isinstance(listed, Items) else (listed,)
            scalars = [one for one in nodes if isinstance(one, Scalar)]
            yield from (one for one in scalars if is_policy_id(one.text))


def _found(source: Source, node: Node) -> Mapping[str, Subjects]:
    """Ids, or ids with the subjects of their findings."""
    if not isinstance(node, Fields):
        return dict.fromkeys(_ids(source, node))
    told: dict[str, Subjects] = {}
    for key, value in node.entries:
        id = policy_id(source, key)
        subjects = _subjects(source, value)
        if id:
            told[id] = subjects
    return told


def _subjects(source: Source, node: Node) -> tuple[str | None, ...]:
    nodes = node.nodes if isinstance(node, Items) else (node,)
    if not nodes:
        source.refuse(node, "no subject: to expect no finding write the policy under silent")
    return tuple(_subject(source, one) for one in nodes if not isinstance(one, Refused))


def _subject(source: Source, node: Node) -> str | None:
    written = pattern(source, node)
    absent = isinstance(node, Scalar) and node.plain and node.text == "none"
    return None if absent or written is None else written.text


def _ids(source: Source, node: Node) -> tuple[str, ...]:
    nodes = node.nodes if isinstance(node, Items) else (node,)
    ids = [policy_id(source, one) for one in nodes if not isinstance(one, Refused)]
    for at, id in enumerate(ids):
        if id and id in ids[:at]:
            source.refuse(nodes[at], f"{quoted(id)} stands here twice")
    return tuple(filter(None, ids))


def _one_of_both(source: Source, node: Fields) -> None:
    """Nobody is silent who is expected to find something."""
    loud = [one.text for name in ("fires", "waived") for one in named(_only(node, name))]
    for one in named(_only(node, "silent")):
        if one.text in loud:
            source.refuse(one, f"{quoted(one.text)} is silent, or it finds something: not both")


def _only(node: Fields, name: str) -> Fields:
    entries = tuple((key, value) for key, value in node.entries if key.text == name)
    return Fields(entries, node.line, node.column)
