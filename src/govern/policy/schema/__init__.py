"""JSON Schemas of the files that people write, for completion and hover texts in an editor.

Words come from the tables that the loaders read, so that a new word, column or measure is in the
schema by itself; a new field has its line here. A schema refuses nothing that the loader takes.
What only the loader can tell (an id that is used twice, ``before`` earlier than ``from``) passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from govern.policy.schema.parts import Schema

#: What ``govern policy schema`` knows: the module that makes it, and the name of its file.
KINDS: Mapping[str, tuple[str, str]] = {
    "policy": ("policies", "govern.policy.v1"),
    "waivers": ("waivers", "govern.waivers.v1"),
    "config": ("config", "govern.config.v1"),
    "inventory": ("inventory", "govern.inventory.v1"),
    "checklist": ("checklist", "govern.checklist.v1"),
    "test": ("tests", "govern.test.v1"),
}


def file_name(kind: str) -> str:
    """The name under which the schema is kept: ``govern.policy.v1.json``."""
    return f"{KINDS[kind][1]}.json"


def schema(kind: str) -> Schema:
    """The JSON Schema (2020-12) of one kind of file, a key of :data:`KINDS`."""
    module, name = KINDS[kind]
    body: Schema = import_module(f"govern.policy.schema.{module}").schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://govern.invalid/schemas/{name}.json",
        **body,
    }
