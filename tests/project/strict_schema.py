"""What a strict validator (ajv, ``strict: true``) refuses in a JSON Schema, asked without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

#: Keywords that only mean something for values of a type.
_OF_TYPE = {
    "object": ("properties", "required", "additionalProperties", "patternProperties",
               "minProperties", "maxProperties", "propertyNames"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}  # fmt: skip
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_ALONE = ("if", "then", "else", "not")
_KNOWN = {
    *(word for words in _OF_TYPE.values() for word in words), *_IN_PLACE, *_ALONE,
    "$schema", "$id", "$ref", "$defs", "$comment", "title", "description", "default", "examples",
    "deprecated", "type", "const", "enum",
}  # fmt: skip
_FORMATS = ("date-time", "date", "time", "uri", "uri-reference", "duration", "email")


def faults(schema: Any, place: str = "#", types: tuple[str, ...] = ()) -> Iterator[str]:
    """Everything that a strict validator refuses; ``types``: those the surrounding schema has."""
    if isinstance(schema, bool):
        return
    own = schema.get("type", [])
    own = (own,) if isinstance(own, str) else tuple(own)
    known = own or types
    for word in schema:
        if word not in _KNOWN:
            yield f"{place}: unknown keyword {word}"
    if len([one for one in own if one != "null"]) > 1:
        yield f"{place}: a union of types"
    if own and types and not set(own) <= {*types, "integer"}:
        yield f"{place}: type {own} within {types}"
    for kind, words in _OF_TYPE.items():
        fits = kind in known or (kind == "number" and "integer" in known)
        for word in words:
            if word in schema and not fits:
                yield f"{place}: {word} without type {kind}"
    for name in schema.get("required", ()):
        if name not in schema.get("properties", {}):
            yield f"{place}: required {name} is not defined"
    if "prefixItems" in schema and "items" not in schema:
        yield f"{place}: a tuple of any length"
    if schema.get("format", "date") not in _FORMATS:
        yield f"{place}: unknown format {schema['format']}"
    if ("then" in schema or "else" in schema) and "if" not in schema:
        yield f"{place}: then without if"
    try:
        re.compile(schema.get("pattern", ""))
    except re.error as error:
        yield f"{place}: pattern {error}"
    for name, one in _below(schema):
        inner = known if name.split("/")[0] in (*_IN_PLACE, *_ALONE) else ()
        yield from faults(one, f"{place}/{name}", inner)


def _below(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for word in ("properties", "patternProperties", "$defs"):
        for name, one in schema.get(word, {}).items():
            yield f"{word}/{name}", one
    for word in ("items", "additionalProperties", "propertyNames", "contains", *_ALONE):
        if word in schema:
            yield word, schema[word]
    for word in (*_IN_PLACE, "prefixItems"):
        for number, one in enumerate(schema.get(word, ())):
            yield f"{word}/{number}", one
