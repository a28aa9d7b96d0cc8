"""The schema of waiver files."""

from __future__ import annotations

from govern.policy.schema.parts import (
    Schema,
    any_quantity,
    line,
    moment,
    pattern,
    policy_id,
    record,
    string,
    text,
    version_1,
)

FIELDS: dict[str, Schema] = {
    "policy": policy_id("The id of the policy whose findings are excused."),
    "subject": pattern("The finding's subject id or a wildcard; none where there is none."),
    "reason": text("Why it is granted."),
    "owner": line("Who granted it."),
    "expires": moment("When it ends; the instant itself is not included."),
    "up_to": any_quantity("Only while the observed figure isn't above this, such as 800 CNY."),
}
REQUIRED = ("policy", "subject", "reason", "owner", "expires")


def schema() -> Schema:
    return version_1("waivers", waiver(), "govern: waivers, version 1")


def waiver() -> Schema:
    """Whoever waives every subject says up to what."""
    every = {
        "if": {"properties": {"subject": string(r"^[*?]*\*[*?]*$")}, "required": ["subject"]},
        "then": {"properties": {"up_to": True}, "required": ["up_to"]},
    }
    return record(FIELDS, REQUIRED, "A granted exception.", allOf=[every])
