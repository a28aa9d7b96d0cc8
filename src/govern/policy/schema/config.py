"""The schema of govern.yaml."""

from __future__ import annotations

from govern.model.words import SEVERITIES
from govern.policy.schema.parts import (
    Schema,
    line,
    record,
    several,
    string,
    told,
    words,
)

PATH: Schema = {**line(), "not": string("://")}
_HOST = r"^\s*(https://)?(([a-z0-9]|\{region\})(([a-z0-9-]|\{region\})*([a-z0-9]|\{region\}))?\.)+"
_SERVICES = ("modelstudio", "bss", "dashscope", "sts")


def _paths(description: str) -> Schema:
    return several(PATH, f"{description} Relative to this file.")


def _duration(description: str) -> Schema:
    return told(f"{description} A whole number and s, m, h or d.", string(r"^\d{1,9}[smhd]$"))


FIELDS: dict[str, Schema] = {
    "version": told("Always 1.", {"enum": [1, "1"]}),
    "bills": _paths("Bills: files, .zip, folders or globs."),
    "policies": _paths("Policy files or folders."),
    "waivers": _paths("Waiver files or folders."),
    "inventory": _paths("Inventory files."),
    "timezone": line("The bill's clock: +08:00 (default) or a name such as Asia/Shanghai."),
    "fail_on": words((*SEVERITIES, "never"), "The least severity for exit code 1; default low."),
    "settle": _duration("How far past a stop a bill must reach to prove it; default 48h."),
    "grace": _duration("How long after a stop a charge is residual; default 15m."),
    "max_bill_age": _duration("A bill that ends longer before --as-of isn't trusted."),
    "quiet_time": _duration("How long a disabled key stays quiet before it is deleted."),
    "columns": {
        "type": "object",
        "additionalProperties": line(),
        "description": "Columns of an unknown export, and govern's names for them.",
    },
    "instance_ids": several(line(), "Layouts of Instance IDs, as in {workspace_id}!{job}."),
    "protect": several(line(), "Ids that apply never acts on."),
    "endpoints": record(
        {name: string(rf"{_HOST}aliyuncs\.com/?\s*$") for name in _SERVICES},
        (),
        "Other hosts under aliyuncs.com; {region} becomes the region id.",
    ),
}


def schema() -> Schema:
    return {"title": "govern: govern.yaml, version 1", **record(FIELDS, ["version"])}
