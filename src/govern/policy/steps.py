"""The steps of a checklist file: each by itself, and what they need of each other."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from govern.model.checklist import PER, PROOFS, STATES, TARGETS, Saving, Stake, Step, Target
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
from govern.policy.marks import Fields, Items, Node, Source
from govern.policy.records import list_of, texts


def _amount(source: Source, node: Node) -> Decimal | None:
    written = line(source, node)
    try:
        amount = Decimal(written) if written else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite():
        source.refuse(node, f"{quoted(written or '')} is no amount")
        return None
    return amount


SAVINGS = list_of(Saving, {"currency": line, "amount": _amount}, ("currency", "amount"))
_STAKES = list_of(
    Stake,
    {"currency": line, "amount": _amount, "per": one_of(PER, "word")},
    ("currency", "amount", "per"),
)


def _target(source: Source, node: Node) -> Target | None:
    before = len(source.faults.all)
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
    return Target(**{"id": None, **values}) if len(source.faults.all) == before else None


_STEP: dict[str, Reader] = {
    "id": line,
    "kind": line,
    "region_id": exact,
    "subject": _target,
    "why": exact,
    "needs": texts,
    "due": moment,
    "due_estimated": yes_or_no,
    "how": exact,
    "command": exact,
    "reversible": yes_or_no,
    "saves_per_day": SAVINGS,
    "at_stake": _STAKES,
    "owner": exact,
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
    before = len(source.faults.all)
    values = record(source, node, _STEP, _REQUIRED)
    values.pop("plan_sha256", None)
    if not isinstance(node, Fields) or len(source.faults.all) > before:
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
        meanings = {"kept": "on purpose not done", "done": "carried out", "waiting": "carried out"}
        source.refuse(
            place, f"{step.state} ({meanings[step.state]}) needs {', '.join(missing)} as well"
        )
    return step


def steps(source: Source, node: Node) -> tuple[Step, ...]:
    """Every step, each once, in the order of the file."""
    if not isinstance(node, Items):
        source.refuse(node, "steps are a list")
        return ()
    by_id: dict[str, Step] = {}
    lines: dict[str, int] = {}
    for item in node.nodes:
        step = _step(source, item)
        if step is None:
            continue
        if step.id in by_id:
            source.refuse(item, f"{quoted(step.id)} is listed on line {lines[step.id]} already")
        by_id[step.id], lines[step.id] = step, item.line
    if not source.faults.all:
        _needs(source, node, by_id)
    return tuple(by_id.values())


def _needs(source: Source, node: Items, steps: Mapping[str, Step]) -> None:
    """What a step needs must be there, and no step may need itself, over others either."""
    nodes = {
        item.value("id").text: item.value("needs") or item  # type: ignore[union-attr]
        for item in node.nodes
        if isinstance(item, Fields)
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
