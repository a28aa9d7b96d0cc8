"""The schema of inventories, ``govern.inventory/v1``: collected, or written by hand."""

from __future__ import annotations

from collections.abc import Mapping

from govern.model.inventory import LOOKED_AT, RENEWALS, SCHEMA
from govern.policy.schema.parts import (
    Schema,
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


def _list(fields: Mapping[str, Schema], required: tuple[str, ...], description: str) -> Schema:
    shown = {name: one if name in required else or_null(one) for name, one in fields.items()}
    return or_null(listing(record(shown, required), description))


_SEEN = moment("When it was last seen, where that isn't collected_at.")
_WORKSPACE = line("The workspace, such as llm-….")
_REGION = line("The region, by id or by name.")
_RESOURCE: dict[str, Schema] = {
    "id": line("Its id."),
    "name": text("Its name."),
    "workspace_id": _WORKSPACE,
    "region_id": _REGION,
    "status": line("The service's own word."),
    "prepaid": yes_or_no("Whether it was paid for in advance."),
    "created_at": moment("When it was made."),
    "ended_at": moment("When it stopped to run."),
    "seen_at": _SEEN,
}

FIELDS: dict[str, Schema] = {
    "schema": told("The format.", {"const": SCHEMA}),
    "collected_at": or_null(moment("When the account was looked at.")),
    "account_id": or_null(line("The account.")),
    "complete": or_null(yes_or_no("Whether whoever looked could see everything.")),
    "regions": _list(
        {
            "region_id": _REGION,
            "looked_at": words(LOOKED_AT, "How far it was looked at."),
            "reason": text("Why not all of it."),
        },
        ("region_id", "looked_at"),
        "The regions that were looked at.",
    ),
    "api_keys": _list(
        {
            "api_key_id": told(
                "The key's number, as bills carry it; never the secret.",
                {**line(), "not": string(r"^\s*sk-")},
            ),
            "name": text("Its name."),
            "workspace_id": _WORKSPACE,
            "region_id": _REGION,
            "owner": line("Who owns it."),
            "created_at": moment("When it was made."),
            "disabled": yes_or_no("Whether it is disabled."),
            "disabled_at": moment("From when on it can't be used."),
            "disabled_after": moment("When it was last seen enabled."),
            "gone_at": moment("From when on it is no longer listed."),
            "gone_after": moment("When it was last listed."),
            "seen_at": _SEEN,
        },
        ("api_key_id",),
        "API keys.",
    ),
    "workspaces": _list(
        {
            "workspace_id": _WORKSPACE,
            "name": text("Its name."),
            "region_id": _REGION,
            "owner": line("Who owns it."),
            "gone_at": moment("From when on it is no longer listed."),
            "gone_after": moment("When it was last listed."),
            "seen_at": _SEEN,
        },
        ("workspace_id",),
        "Workspaces.",
    ),
    "training_jobs": _list(_RESOURCE, ("id",), "Training jobs."),
    "deployments": _list(_RESOURCE, ("id",), "Deployed models."),
    "batches": _list(_RESOURCE, ("id",), "Batches."),
    "knowledge_bases": _list(_RESOURCE, ("id",), "Knowledge bases."),
    "plans": _list(
        {
            "kind": line("coding_plan, token_plan, savings_plan, resource_pack, or another."),
            "id": line("Its id."),
            "region_id": _REGION,
            "expires_at": moment("When it ends or renews."),
            "auto_renewal": words(RENEWALS, "What happens then."),
            "seen_at": _SEEN,
        },
        ("kind",),
        "Plans.",
    ),
    "unseen": _list(
        {
            "list": line("The list that wasn't read to its end."),
            "region_id": line("Where."),
            "workspace_id": _WORKSPACE,
            "reason": text("Why."),
        },
        ("list", "reason"),
        "What was asked for and not seen.",
    ),
}


def schema() -> Schema:
    return {
        "title": "govern.inventory/v1: what exists in one Model Studio account",
        **record(FIELDS, ["schema"]),
    }
