"""Policy files, version 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from govern.model.clock import BILL_CLOCK
from govern.model.policy import Policy
from govern.model.words import PERIODS, SEVERITIES, STOPS, SUBJECTS, WHERE_COLUMNS
from govern.policy.conditions import conditions
from govern.policy.fields import (
    Reader,
    as_it_is,
    line,
    listing,
    moment,
    one_of,
    policy_id,
    quoted,
    record,
    text,
    unknown,
    yes_or_no,
)
from govern.policy.marks import Faults, Fields, Items, Node, Scalar, Source
from govern.policy.measured import exceptions, of_whom, rule
from govern.policy.sources import documents


def load_policies(paths: Sequence[str]) -> list[Policy]:
    """The policies in files and folders, in the order they are named and written.

    Raises one :class:`GovernError` with every fault of every file.
    """
    faults = Faults()
    places: dict[str, str] = {}
    policies = []
    for document in documents(paths, faults, _may_hold_policies):
        for node in listing(document, "policies"):
            _used_once(document.source, node, places)
            policy = _policy(document.source, node)
            if policy:
                policies.append(policy)
    faults.settle()
    return policies


def _may_hold_policies(keys: set[str]) -> bool:
    return "policies" in keys or "waivers" not in keys


def _used_once(source: Source, node: Node, places: dict[str, str]) -> None:
    written = node.value("id") if isinstance(node, Fields) else None
    if not isinstance(written, Scalar):
        return
    if written.text in places:
        source.refuse(
            written, f"the id {quoted(written.text)} is used twice, first at {places[written.text]}"
        )
    places.setdefault(written.text, f"{source.path}:{written.line}:{written.column}")


def _subject(source: Source, node: Node) -> tuple[str, tuple[str, ...]] | None:
    """The word, and the columns it groups by."""
    if isinstance(node, Items):
        return "columns", _columns(source, node)
    if not isinstance(node, Scalar):
        source.refuse(node, "a subject such as api_key, or a list of columns, belongs here")
        return None
    if node.text in SUBJECTS:
        return node.text, SUBJECTS[node.text]
    if node.text in WHERE_COLUMNS:
        source.refuse(node, f"{node.text} is a column: write [{node.text}]")
    else:
        unknown(source, node, "subject", SUBJECTS)
    return None


def _columns(source: Source, node: Items) -> tuple[str, ...]:
    if not node.nodes:
        source.refuse(node, "an empty list; for one sum over everything write bill")
    columns: list[str] = []
    for item in node.nodes:
        column = one_of(WHERE_COLUMNS, "column")(source, item)
        if column in columns:
            source.refuse(item, f"{column} stands here twice")
        elif column:
            columns.append(column)
    return tuple(columns)


_FIELDS: dict[str, Reader] = {
    "id": policy_id,
    "title": line,
    "description": text,
    "severity": one_of(SEVERITIES, "severity"),
    "owner": line,
    "enabled": yes_or_no,
    "per": _subject,
    "where": conditions,
    "every": one_of(PERIODS, "period"),
    "from": moment,
    "before": moment,
    "limit": as_it_is,
    "limit_for": as_it_is,
    "floor": as_it_is,
    "forbid": one_of(("charges",), "thing to forbid"),
    "stop": one_of(tuple(STOPS), "stop"),
}
_REQUIRED = ("id", "title", "per")

# Fields that a policy may lack, and what the noun calls them. It knows their defaults.
_OPTIONAL = {
    "description": "description",
    "severity": "severity",
    "owner": "owner",
    "enabled": "enabled",
    "where": "where",
    "every": "every",
    "from": "start",
    "before": "end",
    "stop": "stop",
}


def _policy(source: Source, node: Node) -> Policy | None:
    values = record(source, node, _FIELDS, _REQUIRED)
    if not isinstance(node, Fields):
        return None
    _in_order(source, node, values)
    measure, general = rule(source, node)
    special = exceptions(source, node.value("limit_for"), measure, general)
    least = of_whom(source, node, measure)
    if source.faults.all or measure is None:
        # The run ends here anyway, and only a file without faults fills every field.
        return None
    kind, columns = values["per"]
    optional: dict[str, Any] = {
        name: values[field] for field, name in _OPTIONAL.items() if field in values
    }
    optional.setdefault("every", "month" if "month" in measure.periods else measure.periods[0])
    return Policy(
        id=values["id"],
        title=values["title"],
        subject_kind=kind,
        columns=columns,
        measure=measure,
        limits=general,
        limit_for=special,
        floor=least,
        file=source.path,
        line=node.line,
        file_sha256=source.sha256,
        **optional,
    )


def _in_order(source: Source, node: Fields, values: dict[str, Any]) -> None:
    start, end, place = values.get("from"), values.get("before"), node.value("before")
    if start and end and place and not start.on(BILL_CLOCK) < end.on(BILL_CLOCK):
        source.refuse(place, "before must be later than from")
