"""The schema of policy files: one line for each field that a policy may have."""

from __future__ import annotations

from typing import Any

from govern.model.measure import BILLED_COST, MEASURES
from govern.model.words import (
    CLOSED_COLUMNS,
    INVENTORY_COLUMNS,
    MEANT,
    PERIODS,
    SEVERITIES,
    STOPS,
    SUBJECTS,
    WHERE_COLUMNS,
)
from govern.policy.schema.parts import (
    Schema,
    line,
    listing,
    measured,
    moment,
    pattern,
    policy_id,
    record,
    several,
    string,
    text,
    told,
    version_1,
    words,
    yes_or_no,
)

#: What each column holds, as an editor shows it.
COLUMNS = {
    "billing_account_id": "The account that pays.",
    "sub_account_id": "The account that owns; the payer where a file doesn't say.",
    "region_id": "A region's id, such as cn-beijing.",
    "service": "What was sold: inference, batch, training, …",
    "charge_category": "usage, purchase, credit, adjustment or tax, as FOCUS has them.",
    "commodity_code": "Alibaba's commodity code, such as sfm_inference_public_cn.",
    "billing_item": "The billable item, as the bill words it.",
    "billing_currency": "The currency of the charge.",
    "api_key_id": "The key's number, as bills carry it; never the secret.",
    "workspace_id": "The workspace, such as llm-….",
    "model": "The model's name, such as qwen-plus.",
    "meter": "The input or output type without its tier, such as output_token.",
    "tier": "The context tier, such as 0-128k.",
    "channel": "app is code, bmp the console Playground, assistant-api the Assistant API.",
    "free_quota_stop": "Whether use stops when the free quota is used up: 0 or 1.",
    "api_key_name": "The key's name; needs an inventory.",
    "workspace_name": "The workspace's name; needs an inventory.",
    "owner": "Who owns the key, else its workspace; needs an inventory.",
}
_PERIODS = {
    "day": "Each day of the bill's clock.",
    "week": "Each week, from Monday.",
    "month": "Each billing month (default).",
    "total": "The bill as a whole.",
}
_MEASURES = {
    "billed_cost": "What is to be paid, such as 500 CNY; a list has one limit per currency.",
    "list_cost": "The catalogue amount, before discounts, such as 800 CNY.",
    "usage": "What was consumed, in its own unit, such as 2000000 tokens.",
    "charges": "How many charges there are: a whole number.",
    "growth": "Against the period before, such as 50%; needs a floor.",
    "share": "Of what all charges cost that the policy is about, such as 40%.",
    "price": "Billed cost per unit, in percent of the list price, such as 80%.",
    "forecast_cost": "What the running month will have cost when it is over, such as 500 CNY.",
    "idle_days": "Whole days without a charge of what the inventory lists: a whole number.",
}


def schema() -> Schema:
    return version_1("policies", _policy(), "govern: policies, version 1")


def _policy() -> Schema:
    required = ("id", "title", "per")
    rule = {"limit": True, "forbid": True}
    either = [{"properties": rule, "required": [name]} for name in rule]
    return record(FIELDS, required, "One rule.", oneOf=either, allOf=_limits_alike())


def _subjects() -> Schema:
    known = {
        word: f"Groups by {', '.join(columns)}." if columns else "One sum over everything."
        for word, columns in SUBJECTS.items()
    }
    columns = {
        "type": "array",
        "items": words({column: COLUMNS.get(column, "") for column in WHERE_COLUMNS}),
        "minItems": 1,
        "uniqueItems": True,
    }
    return told(
        "What gets a verdict each: a subject, or a list of columns.",
        {"anyOf": [words(known), columns]},
    )


def _wanted(column: str) -> Schema:
    """A value, a list of values, or ``{not: …}``."""
    one = _value(column)
    excluded = record(
        {"not": several(one, "None of these; a charge without a value matches.", least=1)}, ["not"]
    )
    choices = [one, listing(one, least=1), excluded]
    hint = " Needs an inventory." if column in INVENTORY_COLUMNS and column not in COLUMNS else ""
    return told(COLUMNS.get(column, f"{column}.") + hint, {"anyOf": choices})


def _value(column: str) -> Schema:
    known = CLOSED_COLUMNS.get(column)
    if known is None:
        meant = sorted(MEANT.get(column, {}))
        return {**pattern(), **({"not": {"enum": meant}} if meant else {})}
    choices = [words(known), string(r"[*?]")]
    if all(word.isdigit() for word in known):
        choices += [{"enum": ["", "none", *map(int, known)]}]
    return {"anyOf": choices}


def _limit() -> Schema:
    fields = {
        name: told(_MEASURES.get(name, f"A limit of {name}."), measured(one))
        for name, one in MEASURES.items()
    }
    return record(
        fields,
        (),
        "Exactly one measure; a finding arises when it is strictly greater.",
        minProperties=1,
        maxProperties=1,
    )


def _limits_alike() -> list[Schema]:
    """``limit_for`` is in the measure of ``limit``; where something is forbidden, in charges."""
    found = [_if_so("limit", _names(name), measured(one)) for name, one in MEASURES.items()]
    return [*found, _if_so("forbid", True, measured(MEASURES["charges"])), *_asked_of()]


def _names(measure: str) -> Schema:
    return {"type": "object", "properties": {measure: True}, "required": [measure]}


def _asked_of() -> list[Schema]:
    """Periods, subjects and floor of each measure that doesn't take them all."""
    found: list[Schema] = []
    for name, one in MEASURES.items():
        fields: dict[str, Any] = {} if one.floor else {"floor": False}
        if one.periods != PERIODS:
            fields["every"] = {"enum": list(one.periods)}
        if one.against == "total":
            fields["per"] = {"not": {"const": "bill"}}
        if one.subjects:
            fields["per"] = {"enum": list(one.subjects)}
        if one.whole:
            fields |= {"from": False, "before": False}
        needs: Schema = {"required": ["floor"]} if one.floor == "needs" else {}
        fields |= {"floor": True} if needs else {}
        asks = {"properties": {"limit": _names(name)}, "required": ["limit"]}
        found.append({"if": asks, "then": {"properties": fields, **needs}})
    forbids = {"properties": {"forbid": True}, "required": ["forbid"]}
    return [*found, {"if": forbids, "then": {"properties": {"floor": False}}}]


def _if_so(field: str, what: Schema | bool, limit: Schema) -> Schema:
    special = {"type": "object", "additionalProperties": limit}
    return {
        "if": {"properties": {field: what}, "required": [field]},
        "then": {"properties": {"limit_for": special}},
    }


FIELDS: dict[str, Schema] = {
    "id": policy_id("Small letters, digits and single hyphens; unique over all files."),
    "title": line("One sentence that says what should be true."),
    "description": text("Why, and whom to ask."),
    "severity": words(SEVERITIES, "How bad a finding is; default medium."),
    "owner": line("Whom to ask."),
    "enabled": yes_or_no("false: not judged; default true."),
    "per": _subjects(),
    "where": record(
        {column: _wanted(column) for column in WHERE_COLUMNS},
        (),
        "Which charges are meant. All lines must hold; a list means any of; * and ? are wildcards.",
    ),
    "every": words(
        {word: _PERIODS.get(word, "") for word in PERIODS}, "The period of one verdict."
    ),
    "from": moment("Only charges at or after; a date is 00:00 on the bill's clock."),
    "before": moment("Only charges before; a date is 00:00 on the bill's clock."),
    "limit": _limit(),
    "limit_for": {
        "type": "object",
        "description": "Other limits for single subjects, by id or wildcard; the most exact wins.",
    },
    "floor": told(
        "What a growth or a share is held against counts as at least this, such as 100 CNY.",
        measured(BILLED_COST),
    ),
    "forbid": words(["charges"], "Nothing may be charged: the same as limit: {charges: 0}."),
    "stop": words(
        {word: f"{meaning[:1].upper()}{meaning[1:]}." for word, meaning in STOPS.items()},
        "What the checklist gets; default ask.",
    ),
}
