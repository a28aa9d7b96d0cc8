"""Inventory files, ``govern.inventory/v1``, in YAML or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from govern.model.checklist import Comment
from govern.model.clock import BILL_CLOCK
from govern.model.inventory import (
    LOOKED_AT,
    PLANS,
    RENEWALS,
    SCHEMA,
    ApiKey,
    Inventory,
    LookedAt,
    Plan,
    Resource,
    Unseen,
    Workspace,
)
from govern.model.meaning import region_id_of
from govern.policy.comments import comments_of
from govern.policy.fields import Reader, line, moment, one_of, quoted, record, text, yes_or_no
from govern.policy.marks import Faults, Fields, Items, Node, Scalar, Source, YamlFile
from govern.policy.reading import read
from govern.policy.records import list_of


def load_inventory(
    path: str, raw: bytes | None = None
) -> tuple[Inventory, Mapping[tuple[str, ...], Comment]]:
    """The inventory in a file, and the comments in it. Raises one :class:`GovernError`.

    ``raw``: what the file is going to hold, looked at before it is written.
    """
    faults = Faults()
    document = read(path, faults, data=True, raw=raw)
    inventory = _inventory(document) if document else None
    faults.settle()
    assert document is not None and inventory is not None
    return inventory, {} if path.lower().endswith(".json") else comments_of(document)


def load_inventories(paths: Sequence[str]) -> list[Inventory]:
    """The inventories in these files. Raises one :class:`GovernError` with every fault of all."""
    faults = Faults()
    inventories = []
    for path in paths:
        document = read(path, faults, data=True)
        inventory = _inventory(document) if document else None
        if inventory:
            inventories.append(inventory)
    faults.settle()
    return inventories


def _schema(source: Source, node: Node) -> None:
    if not (isinstance(node, Scalar) and node.text == SCHEMA):
        source.refuse(node, f"the schema is {SCHEMA}")


def _region(source: Source, node: Node) -> str | None:
    written = line(source, node)
    return region_id_of(written) if written else None


def _key_id(source: Source, node: Node) -> str | None:
    written = line(source, node)
    if written and written.startswith("sk-"):
        # The secret itself must not reach a message.
        source.fault(node.line, node.column, "this is a key's secret; write its id, a number")
        return None
    return written


def _plan_kind(source: Source, node: Node) -> str | None:
    """Any kind, but none that is nearly one of those that checklists know: a typo."""
    kind = line(source, node)
    near = source.near(kind, PLANS) if kind and kind not in PLANS else ""
    if near:
        source.refuse(node, f"unknown kind of plan {quoted(kind or '')}{near}")
        return None
    return kind


_RESOURCE: dict[str, Reader] = {
    "id": line,
    "name": text,
    "workspace_id": line,
    "region_id": _region,
    "status": line,
    "prepaid": yes_or_no,
    "created_at": moment,
    "ended_at": moment,
    "seen_at": moment,
}


def _check_key(source: Source, node: Fields, values: Mapping[str, Any]) -> None:
    for end, start in (("disabled_at", "disabled_after"), ("gone_at", "gone_after")):
        place, first, last = node.value(start), values.get(start), values.get(end)
        if place is not None and node.value(end) is None:
            source.refuse(place, f"{start} begins an interval that {end} must end")
        elif place is not None and first and last and first.on(BILL_CLOCK) > last.on(BILL_CLOCK):
            source.refuse(place, f"{start} lies after {end}")
    place = node.value("disabled_at")
    if place is not None and values.get("disabled") is False:
        source.refuse(place, "disabled_at of a key that isn't disabled; leave one of them out")


_KEYS = list_of(
    ApiKey,
    {
        "api_key_id": _key_id,
        "name": text,
        "workspace_id": line,
        "region_id": _region,
        "owner": line,
        "created_at": moment,
        "disabled": yes_or_no,
        "disabled_at": moment,
        "disabled_after": moment,
        "gone_at": moment,
        "gone_after": moment,
        "seen_at": moment,
    },
    ("api_key_id",),
    _check_key,
)
_RESOURCES = list_of(Resource, _RESOURCE, ("id",))

_READERS: dict[str, Reader] = {
    "schema": _schema,
    "collected_at": moment,
    "account_id": line,
    "complete": yes_or_no,
    "regions": list_of(
        LookedAt,
        {"region_id": _region, "looked_at": one_of(LOOKED_AT, "word"), "reason": text},
        ("region_id", "looked_at"),
    ),
    "api_keys": _KEYS,
    "workspaces": list_of(
        Workspace,
        {
            "workspace_id": line,
            "name": text,
            "region_id": _region,
            "owner": line,
            "gone_at": moment,
            "gone_after": moment,
            "seen_at": moment,
        },
        ("workspace_id",),
    ),
    "training_jobs": _RESOURCES,
    "deployments": _RESOURCES,
    "batches": _RESOURCES,
    "knowledge_bases": _RESOURCES,
    "plans": list_of(
        Plan,
        {
            "kind": _plan_kind,
            "id": line,
            "region_id": _region,
            "expires_at": moment,
            "auto_renewal": one_of(RENEWALS, "word"),
            "seen_at": moment,
        },
        ("kind",),
    ),
    "unseen": list_of(
        Unseen,
        {"list": line, "region_id": _region, "workspace_id": line, "reason": text},
        ("list", "reason"),
    ),
}


#: What tells the records of a list apart; the last field must be there.
_IDENTITIES = {
    "regions": ("region_id",),
    "api_keys": ("workspace_id", "api_key_id"),
    "workspaces": ("workspace_id",),
    "training_jobs": ("workspace_id", "id"),
    "deployments": ("workspace_id", "id"),
    "batches": ("workspace_id", "id"),
    "knowledge_bases": ("workspace_id", "id"),
    "plans": ("kind", "id"),
}


def _inventory(document: YamlFile) -> Inventory | None:
    return _read(document.source, document.root, ("schema",))


def inline(source: Source, node: Node) -> Inventory | None:
    """An inventory that stands within another file, where nobody has to name its schema."""
    return _read(source, node, ())


def _read(source: Source, root: Node, required: Sequence[str]) -> Inventory | None:
    before = len(source.faults.all)
    values = record(source, root, _READERS, required)
    for name, identity in _IDENTITIES.items():
        _twice(source, root, name, identity)
    if len(source.faults.all) > before:
        return None
    values.pop("schema", None)
    known = {"collected_at": None, "account_id": None, "complete": False}
    return Inventory(**{**known, **values}, path=source.path, sha256=source.sha256)


def _twice(source: Source, root: Node, name: str, identity: Sequence[str]) -> None:
    """Refuse what is listed twice: the two could say different things."""
    listed = root.value(name) if isinstance(root, Fields) else None
    lines: dict[tuple[str | None, ...], int] = {}
    for node in listed.nodes if isinstance(listed, Items) else ():
        if not isinstance(node, Fields):
            continue
        what = tuple(_identifier(node, column) for column in identity)
        if what[-1] is None:
            continue
        if what in lines:
            source.refuse(node, f"{quoted(what[-1])} is listed on line {lines[what]} already")
        lines.setdefault(what, node.line)


def _identifier(node: Fields, column: str) -> str | None:
    """What stands there; a region is the same by name and by id."""
    cell = node.value(column)
    if not isinstance(cell, Scalar):
        return None
    return region_id_of(cell.text) if column == "region_id" else cell.text
