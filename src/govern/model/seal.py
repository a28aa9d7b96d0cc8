"""What is govern's in a checklist, as digests: a field that was changed by hand shows.

A digest is taken of the parsed values as canonical JSON: keys and lists sorted, no null, no
empty list. So layout, order, comments and all that people write are free.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from govern.model.text import writable

#: Every kind of step that govern plans. A step of any other kind is people's own, wholly.
KINDS = (
    "look_at_region",
    "look_at_plan",
    "ask_owner",
    "tell_owners",
    "take_offline",
    "cancel_training",
    "cancel_batch",
    "disable_key",
    "stop_playground",
    "stop_web_search",
    "delete_knowledge_base",
    "turn_off_renewal",
    "unsubscribe",
    "delete_key",
    "retire_workspace",
    "safety_net",
    "closing_proof",
    "final_bill",
)

#: The fields of a step that belong to people: making a checklist again keeps them.
PEOPLES = ("state", "approved_by", "by", "at", "note", "reason", "until")

#: Follows people's ``at``: the step's own digest has it, that of the plan doesn't, so that two
#: ticks on two branches change no line in common.
_FOLLOWS = {"delete_key": "due"}


def plan_ids(document: Mapping[str, Any]) -> frozenset[str]:
    """The steps of a checklist that govern planned."""
    return frozenset(step["id"] for step in document["steps"] if step["kind"] in KINDS)


def of_step(step: Mapping[str, Any], planned: Collection[str]) -> str:
    """The digest of a step. What it needs of people's own steps is theirs to say."""
    return _digest(_ours(step, planned))


def of_plan(document: Mapping[str, Any]) -> str:
    """The digest of a checklist: its head, and every step that govern planned."""
    planned = plan_ids(document)
    head = {name: value for name, value in document.items() if name not in ("steps", "plan_sha256")}
    steps = [_ours(step, planned) for step in document["steps"] if step["id"] in planned]
    for step in steps:
        step.pop(_FOLLOWS.get(step["kind"], ""), None)
    return _digest({**head, "steps": steps})


def _ours(step: Mapping[str, Any], planned: Collection[str]) -> dict[str, Any]:
    ours = {name: value for name, value in step.items() if name not in (*PEOPLES, "plan_sha256")}
    return {**ours, "needs": [id for id in step["needs"] if id in planned]}


def _digest(value: Any) -> str:
    written = json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("ascii")).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        known = {name: inner for name, inner in value.items() if inner not in (None, [], ())}
        return {name: _canonical(inner) for name, inner in known.items()}
    if isinstance(value, (list, tuple)):
        return sorted((_canonical(inner) for inner in value), key=_sortable)
    return writable(value) if isinstance(value, str) else value


def _sortable(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
