"""The schema of test files beside policies."""

from __future__ import annotations

from govern.model.words import CHARGE_CATEGORIES, SERVICES
from govern.policy.schema import inventory
from govern.policy.schema.config import PATH
from govern.policy.schema.parts import (
    Schema,
    line,
    listing,
    moment,
    pattern,
    policy_id,
    record,
    several,
    string,
    told,
    version_1,
    words,
)
from govern.policy.schema.policies import COLUMNS

_NUMBER = r"-?(0|[1-9]\d{0,13})(\.\d{1,15})?"
_MONTH = r"2[01]\d\d-(0[1-9]|1[0-2])"
_TIME = rf"^{_MONTH}(-(0[1-9]|[12]\d|3[01])( ([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?)?$"
_PART: Schema = {
    "anyOf": [string(r"^([^;\s]([^;\n]*[^;\s])?)?$"), {"type": "number"}, {"type": "boolean"}]
}
_MONEY = string(rf"^{_NUMBER} [A-Z]{{3}}$")
_USAGE: Schema = {"anyOf": [string(rf"^{_NUMBER}( \S+)?$"), {"type": "number"}]}
_REPEAT: Schema = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": 1000},
        string("^([1-9]\\d{0,2}|1000)$"),
    ]
}


def _column(name: str, one: Schema) -> Schema:
    return told(COLUMNS[name], one)


CHARGE: dict[str, Schema] = {
    "billing_account_id": _column("billing_account_id", line()),
    "sub_account_id": _column("sub_account_id", line()),
    "region_id": _column("region_id", line()),
    "service": _column("service", words(SERVICES)),
    "charge_category": _column("charge_category", words(CHARGE_CATEGORIES)),
    "commodity_code": _column("commodity_code", line()),
    "billing_item": _column("billing_item", line()),
    "instance_id": line("The Instance ID as a whole, in the place of its parts."),
    "api_key_id": _column("api_key_id", _PART),
    "workspace_id": _column("workspace_id", string(r"^(llm|ws)-[^;\n]*[^;\s]$")),
    "model": _column("model", _PART),
    "meter": _column("meter", _PART),
    "tier": _column("tier", _PART),
    "channel": _column("channel", _PART),
    "free_quota_stop": _column("free_quota_stop", _PART),
    "api_key_name": line("The key's name, as an inventory would have it."),
    "workspace_name": line("The workspace's name, as an inventory would have it."),
    "owner": line("Who owns the key, else the workspace, as an inventory would have it."),
    "time": told("2026-09-15 12:00; or a day, or a month, known no better.", string(_TIME)),
    "billed_cost": told("What is to be paid, such as 1.2 CNY.", _MONEY),
    "list_cost": told("The catalogue amount; default as billed_cost.", _MONEY),
    "usage": told("What was consumed, such as 1000 tokens.", _USAGE),
    "repeat": told("How many such charges there are; default 1.", _REPEAT),
}

_SUBJECT = several(pattern(), "The subject of each finding; none where there is none.", least=1)
_IDS = several(policy_id())


def _found(description: str) -> Schema:
    subjects = {"type": "object", "additionalProperties": _SUBJECT}
    return told(description, {"anyOf": [*_IDS["anyOf"], subjects]})


EXPECT: dict[str, Schema] = {
    "fires": _found("Policies with findings, and with whom: [ID] or {ID: SUBJECT}."),
    "waived": _found("Policies whose findings a waiver excuses: [ID] or {ID: SUBJECT}."),
    "silent": told("Policies without a finding.", _IDS),
    "undecided": told("Policies that can't be decided.", _IDS),
}


def _inventory() -> Schema:
    return record(inventory.FIELDS, (), "What exists in the account; an inventory's fields.")


TRIAL: dict[str, Schema] = {
    "name": line("What is tested, in words."),
    "as_of": moment("The instant to judge for; default 2026-10-05."),
    "exported_at": moment("When the bill was exported; default as_of."),
    "charges": listing(record(CHARGE, ()), "The charges of the bill."),
    "inventory": _inventory(),
    "expect": record(
        EXPECT,
        (),
        "What policies must do; one that is named nowhere has no finding.",
        minProperties=1,
    ),
}


def schema() -> Schema:
    return version_1(
        "tests",
        record(TRIAL, ("name", "charges", "expect"), "One test."),
        "govern: tests of policies, version 1",
        policies=several(PATH, "The policies that are tested; default the file beside this one."),
        waivers=several(PATH, "Waivers that hold in these tests; default none."),
    )
