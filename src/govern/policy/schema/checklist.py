"""The schema of checklists, ``govern.checklist/v1``."""

from __future__ import annotations

from collections.abc import Mapping

from govern.model.checklist import PER, PROOFS, SCHEMA, STATES, TARGETS
from govern.model.inventory import LOOKED_AT
from govern.model.seal import PEOPLES
from govern.policy.schema.parts import (
    Schema,
    exact,
    line,
    listing,
    moment,
    or_null,
    record,
    string,
    text,
    told,
    words,
    yes_or_no,
)

_SHA256 = told(
    "A digest of what is govern's: changed by hand, it is refused.", string("^[0-9a-f]{64}$")
)
_AMOUNT = string(r"^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$")
_SAVINGS = listing(
    record(
        {"currency": line(), "amount": {"anyOf": [_AMOUNT, {"type": "number"}]}},
        ("currency", "amount"),
    ),
    "What a day of it costs now.",
)
_STAKES = listing(
    record(
        {
            "currency": line(),
            "amount": {"anyOf": [_AMOUNT, {"type": "number"}]},
            "per": words(PER),
        },
        ("currency", "amount", "per"),
    ),
    "All that goes on costing until it is done; other steps may be about the same cost.",
)
_STATES = {
    "todo": "Not done yet.",
    "blocked": "Something that it needs isn't done yet.",
    "done": "Carried out: needs by and at.",
    "waiting": "Carried out, and a later bill must prove it: needs by and at.",
    "proved": "Proved.",
    "failed": "Charged after its stop, or not what was said.",
    "kept": "On purpose not done: needs by, reason and until.",
}
_TARGET = record(
    {
        "kind": words(TARGETS),
        "id": or_null(exact()),
        "name": or_null(exact()),
        "workspace_id": or_null(exact()),
        "sub_account_id": or_null(exact()),
    },
    ["kind"],
    "What the step is about.",
)

#: Fields that a step of one's own needs; a step that govern made has them all.
REQUIRED = ("id", "kind", "subject", "why", "how", "reversible", "proof", "state")
_MADE = (*REQUIRED, "region_id", "needs", "due", "approved_by", "by", "at", "note")
_OURS: dict[str, Schema] = {
    "id": line("Made of its kind and subject."),
    "kind": line("What is to be done; one of your own has a word of its own."),
    "region_id": exact("Where."),
    "subject": _TARGET,
    "why": exact("Why."),
    "needs": listing(exact(), "Ids of steps that come before it."),
    "due": moment("By when; what can't be undone: not before."),
    "due_estimated": yes_or_no("Whether that was worked out from the last fee."),
    "how": exact("Where and how it is done."),
    "command": exact("The command that does it."),
    "reversible": yes_or_no("Whether it can be undone."),
    "saves_per_day": _SAVINGS,
    "at_stake": _STAKES,
    "owner": exact("Who owns its subject, by the inventory."),
    "proof": words(PROOFS, "What proves it: a later bill, an inventory, or a person's word."),
    "plan_sha256": _SHA256,
}
_PEOPLES: dict[str, Schema] = {
    "state": words({word: _STATES.get(word, "") for word in STATES}, "How far it is."),
    "approved_by": line("Who approved what can't be undone."),
    "by": line("Who did it, or keeps it."),
    "at": moment("When it was carried out."),
    "note": text("Anything else."),
    "reason": text("Why it is kept."),
    "until": moment("Until when it is kept."),
}
STEP = {**_OURS, **{name: _PEOPLES[name] for name in PEOPLES}}


def schema() -> Schema:
    required = ("schema", "as_of", "steps")
    return {
        "title": "govern.checklist/v1: the stop-billing checklist",
        **record(_optional(FIELDS, required), required),
    }


def _optional(fields: Mapping[str, Schema], required: tuple[str, ...]) -> dict[str, Schema]:
    return {name: one if name in required else or_null(one) for name, one in fields.items()}


def _step() -> Schema:
    fields = _optional(STEP, REQUIRED)
    kept = {name: {"anyOf": [{"type": "string"}, *_SCALARS]} for name in ("by", "reason", "until")}
    done = dict.fromkeys(("by", "at"), kept["by"])
    return record(
        fields,
        REQUIRED,
        "One thing to do.",
        allOf=[
            _in_state(["kept"], kept),
            _in_state(["done", "waiting"], done),
            {
                "if": {
                    "properties": {"plan_sha256": {"type": "string"}},
                    "required": ["plan_sha256"],
                },
                "then": {"properties": dict.fromkeys(_MADE, True), "required": list(_MADE)},
            },
        ],
    )


_SCALARS: tuple[Schema, ...] = ({"type": "number"}, {"type": "boolean"})


def _in_state(states: list[str], needed: Mapping[str, Schema]) -> Schema:
    return {
        "if": {"properties": {"state": {"enum": states}}, "required": ["state"]},
        "then": {"properties": dict(needed), "required": list(needed)},
    }


FIELDS: dict[str, Schema] = {
    "schema": told("The format.", {"const": SCHEMA}),
    "plan_sha256": _SHA256,
    "as_of": moment("The instant for which it was made."),
    "account_ids": listing(exact(), "The accounts that pay the bills."),
    "wishes": listing(exact(), "What is wished to be over as a whole."),
    "regions": listing(
        record(
            {
                "region_id": exact(),
                "looked_at": words(LOOKED_AT),
                "charges": or_null(yes_or_no()),
            },
            ("region_id", "looked_at"),
        ),
        "How far each region was looked at.",
    ),
    "inputs": listing(
        record({"path": exact(), "sha256": or_null(line())}, ["path"]), "What it was made from."
    ),
    "reaches": listing(
        record({"account_id": or_null(exact()), "reaches": moment()}, ["reaches"]),
        "Up to where the bills of each payer showed charges.",
    ),
    "saves_per_day": _SAVINGS,
    "notes": listing(exact(), "What else is to be known."),
    "redacted": {"const": True, "description": "Redacted: for people to read."},
    "steps": listing(_step(), "What to do, in the order in which to do it."),
}
