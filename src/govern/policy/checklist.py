"""Checklist files, ``govern.checklist/v1``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from govern.model.checklist import (
    PROOFS,
    SCHEMA,
    STATES,
    TARGETS,
    Checklist,
    Input,
    Reach,
    Region,
    Saving,
    Step,
    Target,
    Written,
)
from govern.model.inventory import LOOKED_AT
from govern.policy.comments import comments_of
from govern.policy.fields import (
    Reader,
    exact,
    line,
    moment,
    one_of,
    quoted,
    record,
    text,
    yes_or_no,
)
from govern.policy.marks import Faults, Fields, Items, Node, Scalar, Source, YamlFile
from govern.policy.reading import read
from govern.policy.seals import check_seals


def load_checklist(path: str, *, again: bool = False, raw: bytes | None = None) -> Written:
    """The checklist in a file. Raises one :class:`GovernError` with every fault.

    A field of govern's that was changed by hand is one. ``again``: it is read to be made again,
    so that one of an older govern, which has no digests, will do. ``raw``: what the file is going
    to hold, looked at before it is written.
    """
    faults = Faults()
    document = read(path, faults, data=True, raw=raw)
    checklist = _checklist(document) if document else None
    if document and checklist:
        check_seals(document, checklist, again)
    faults.settle()
    assert document is not None and checklist is not None
    return Written(checklist, path, document.source.sha256, comments_of(document))


def _schema(source: Source, node: Node) -> None:
    if not (isinstance(node, Scalar) and node.text == SCHEMA):
        source.refuse(node, f"the schema is {SCHEMA}")


def _amount(source: Source, node: Node) -> Decimal | None:
    found = line(source, node)
    try:
        amount = Decimal(found) if found else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite():
        source.refuse(node, f"{quoted(found or '')} is no amount")
        return None
    return amount


def _texts(source: Source, node: Node) -> tuple[str, ...]:
    if not isinstance(node, Items):
        source.refuse(node, "a list belongs here")
        return ()
    return tuple(found for one in node.nodes if (found := exact(source, one)) is not None)


def _list_of(noun: Any, readers: Mapping[str, Reader], required: Sequence[str]) -> Reader:
    def read_list(source: Source, node: Node) -> tuple[Any, ...]:
        if not isinstance(node, Items):
            source.refuse(node, "a list belongs here")
            return ()
        found = []
        for one in node.nodes:
            before = len(source.faults.found)
            values = record(source, one, readers, required)
            if isinstance(one, Fields) and len(source.faults.found) == before:
                found.append(noun(**values))
        return tuple(found)

    return read_list


_SAVINGS = _list_of(Saving, {"currency": line, "amount": _amount}, ("currency", "amount"))


def _target(source: Source, node: Node) -> Target | None:
    before = len(source.faults.found)
    values = record(
        source,
        node,
        {
            "kind": one_of(TARGETS, "kind"),
            "id": exact,
            "name": exact,
            "workspace_id": exact,
            "sub_account_id": exact,
        },
        ("kind",),
    )
    return Target(**{"id": None, **values}) if len(source.faults.found) == before else None


_STEP: dict[str, Reader] = {
    "id": line,
    "kind": line,
    "region_id": exact,
    "subject": _target,
    "why": exact,
    "needs": _texts,
    "due": moment,
    "how": exact,
    "command": exact,
    "reversible": yes_or_no,
    "saves_per_day": _SAVINGS,
    "proof": one_of(PROOFS, "word"),
    "plan_sha256": line,
    "state": one_of(STATES, "state"),
    "approved_by": line,
    "by": line,
    "at": moment,
    "note": text,
    "reason": text,
    "until": moment,
}
_REQUIRED = ("id", "kind", "subject", "why", "how", "reversible", "proof", "state")


def _step(source: Source, node: Node) -> Step | None:
    before = len(source.faults.found)
    values = record(source, node, _STEP, _REQUIRED)
    values.pop("plan_sha256", None)
    if not isinstance(node, Fields) or len(source.faults.found) > before:
        return None
    step = Step(**{"region_id": None, **values})
    place = node.value("state") or node
    needed = {
        "kept": ("by", "reason", "until"),
        "done": ("by", "at"),
        "waiting": ("by", "at"),
    }.get(step.state, ())
    missing = [name for name in needed if getattr(step, name) is None]
    if missing:
        told = {"kept": "on purpose not done", "done": "carried out", "waiting": "carried out"}
        source.refuse(
            place, f"{step.state} ({told[step.state]}) needs {', '.join(missing)} as well"
        )
    return step


def _steps(source: Source, node: Node) -> tuple[Step, ...]:
    if not isinstance(node, Items):
        source.refuse(node, "steps are a list")
        return ()
    found: dict[str, Step] = {}
    lines: dict[str, int] = {}
    for one in node.nodes:
        step = _step(source, one)
        if step is None:
            continue
        if step.id in found:
            source.refuse(one, f"{quoted(step.id)} is listed on line {lines[step.id]} already")
        found[step.id], lines[step.id] = step, one.line
    if not source.faults.found:
        _needs(source, node, found)
    return tuple(found.values())


def _needs(source: Source, node: Items, steps: Mapping[str, Step]) -> None:
    """What a step needs must be there, and no step may need itself, over others either."""
    nodes = {
        one.value("id").text: one.value("needs") or one  # type: ignore[union-attr]
        for one in node.nodes
        if isinstance(one, Fields)
    }
    done: set[str] = set()
    for id, step in steps.items():
        for need in step.needs:
            if need not in steps:
                source.refuse(nodes[id], f"needs {quoted(need)}, which is no step of this list")
        if _circle(id, steps, done):
            source.refuse(nodes[id], f"{quoted(id)} needs itself, over the steps that it needs")


def _circle(id: str, steps: Mapping[str, Step], done: set[str]) -> bool:
    """Whether following ``needs`` from ``id`` comes back to a step that is being followed."""
    path: list[tuple[str, list[str]]] = [(id, list(steps[id].needs))]
    open_ids = {id}
    while path:
        here, left = path[-1]
        if not left:
            path.pop()
            open_ids.discard(here)
            done.add(here)
            continue
        need = left.pop()
        if need in open_ids:
            return True
        if need in steps and need not in done:
            path.append((need, list(steps[need].needs)))
            open_ids.add(need)
    return False


def _checklist(document: YamlFile) -> Checklist | None:
    source = document.source
    before = len(source.faults.found)
    values = record(
        source,
        document.root,
        {
            "schema": _schema,
            "plan_sha256": line,
            "as_of": moment,
            "account_ids": _texts,
            "wishes": _texts,
            "regions": _list_of(
                Region,
                {
                    "region_id": exact,
                    "looked_at": one_of(LOOKED_AT, "word"),
                    "charges": yes_or_no,
                },
                ("region_id", "looked_at"),
            ),
            "inputs": _list_of(Input, {"path": exact, "sha256": line}, ("path",)),
            "reaches": _list_of(Reach, {"account_id": exact, "reaches": moment}, ("reaches",)),
            "saves_per_day": _SAVINGS,
            "notes": _texts,
            "steps": _steps,
        },
        ("schema", "as_of", "steps"),
    )
    if len(source.faults.found) > before:
        return None
    values.pop("schema")
    values.pop("plan_sha256", None)
    return Checklist(**values)
