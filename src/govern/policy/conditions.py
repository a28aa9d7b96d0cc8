"""``where``: which charges a policy is about."""

from __future__ import annotations

from govern.model.policy import Condition, Pattern
from govern.model.words import CLOSED_COLUMNS, MEANT, WHERE_COLUMNS
from govern.policy.fields import pattern, quoted, several, unknown
from govern.policy.marks import Fields, Items, Node, Scalar, Source

# A closed column that an Instance ID may lack or leave empty; every charge has the others.
_MAY_LACK = ("free_quota_stop",)


def conditions(source: Source, node: Node) -> tuple[Condition, ...]:
    """One condition per column; all must hold."""
    if not isinstance(node, Fields):
        source.refuse(node, "a mapping of columns belongs here, such as {service: inference}")
        return ()
    by_column = []
    for key, value in node.entries:
        if key.text not in WHERE_COLUMNS:
            unknown(source, key, "column", WHERE_COLUMNS)
            continue
        excludes = isinstance(value, Fields)
        wanted = _excluded(source, value) if isinstance(value, Fields) else value
        if wanted is not None:
            by_column.append(Condition(key.text, _patterns(source, key.text, wanted), excludes))
    return tuple(by_column)


def _excluded(source: Source, node: Fields) -> Node | None:
    """What stands under ``not``, which stands alone."""
    others = [key for key, _ in node.entries if key.text != "not"]
    for key in others:
        source.refuse(key, f"{quoted(key.text)} can't stand here: only not: [...] can")
    if not node.entries:
        source.refuse(node, "an empty mapping picks nothing; only not: [...] can stand here")
    return node.value("not")


def _patterns(source: Source, column: str, node: Node) -> tuple[Pattern, ...]:
    if isinstance(node, Items) and not node.nodes:
        source.refuse(node, "an empty list picks nothing")

    def read(source: Source, node: Node) -> Pattern | None:
        wildcards = pattern(source, node)
        if wildcards is None or not isinstance(node, Scalar):
            return None
        if node.plain and node.text == "none":
            wildcards = Pattern(None)
        if isinstance(node, Scalar) and node.text.casefold() in MEANT.get(column, {}):
            unknown(source, node, column, ())
            return None
        words = CLOSED_COLUMNS.get(column)
        if words and not _possible(wildcards, column, words):
            unknown(source, node, column, words)
            return None
        return wildcards

    return several(source, node, read)


def _possible(wanted: Pattern, column: str, words: tuple[str, ...]) -> bool:
    if not wanted.text:
        return column in _MAY_LACK
    return any(wanted.matches(word) for word in words)
