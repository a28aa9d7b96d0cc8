"""Pieces of JSON Schema, one for each reader of fields (:mod:`govern.policy.fields`).

Scalars are read as text, so where a text belongs, an editor may see a number or a yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govern.model.measure import MEASURES, PERCENT, Measure

Schema = dict[str, Any]

_NUMBER = r"(0|[1-9]\d{0,13})(\.\d{1,15})?"
_ZONE = r"\s*(Z|[+-](0\d|1[0-4]):?[0-5]\d)"
_DAY = r"2[01]\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_INSTANT = rf"^\s*{_DAY}([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?({_ZONE})?)?\s*$"

_BARE: tuple[Schema, ...] = ({"type": "number"}, {"type": "boolean"})


def told(description: str, one: Schema) -> Schema:
    """The piece with the text that an editor shows."""
    return {"description": description, **one}


def string(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def text(description: str = "") -> Schema:
    """A text of any number of lines that isn't empty."""
    return _described(description, {"anyOf": [string(r"\S"), *_BARE]})


def line(description: str = "") -> Schema:
    """A text on one line that isn't empty."""
    return _described(description, {"anyOf": [string(r"^\s*\S([^\n]*\S)?\s*$"), *_BARE]})


def pattern(description: str = "") -> Schema:
    """A text on one line that may be empty, with wildcards."""
    return _described(description, {"anyOf": [string(r"^[^\n]*$"), *_BARE]})


def exact(description: str = "") -> Schema:
    """Any text at all."""
    return _described(description, {"anyOf": [{"type": "string"}, *_BARE]})


def words(known: Mapping[str, str] | Iterable[str], description: str = "") -> Schema:
    """A word of a closed list, each with what it means where that is told."""
    if not isinstance(known, Mapping):
        return _described(description, {"enum": list(known)})
    choices = [_described(meaning, {"const": word}) for word, meaning in known.items()]
    return _described(description, {"anyOf": choices})


def yes_or_no(description: str = "") -> Schema:
    return _described(description, {"anyOf": [{"type": "boolean"}, {"enum": ["true", "false"]}]})


def moment(description: str = "") -> Schema:
    """``2026-09-01`` or ``2026-09-01T00:00:00+08:00``."""
    return _described(description, string(_INSTANT))


def policy_id(description: str = "") -> Schema:
    whole = {"type": "integer", "minimum": 0}
    return _described(description, {"anyOf": [string("^\\s*[a-z0-9]+(-[a-z0-9]+)*\\s*$"), whole]})


def listing(item: Schema, description: str = "", least: int = 0) -> Schema:
    bound = {"minItems": least} if least else {}
    return _described(description, {"type": "array", "items": item, **bound})


def several(item: Schema, description: str = "", least: int = 0) -> Schema:
    """One value, or a list of them."""
    return _described(description, {"anyOf": [item, listing(item, least=least)]})


def record(
    fields: Mapping[str, Schema], required: Sequence[str], description: str = "", **more: Any
) -> Schema:
    """A mapping of exactly these fields."""
    return _described(
        description,
        {
            "type": "object",
            "properties": dict(fields),
            "required": list(required),
            "additionalProperties": False,
            **more,
        },
    )


def version_1(name: str, items: Schema, title: str, **more: Schema) -> Schema:
    """A file of ``version: 1`` and one list."""
    fields = {
        "version": told("Always 1.", {"enum": [1, "1"]}),
        **more,
        name: listing(items, f"The {name}."),
    }
    return {"title": title, **record(fields, ("version", name))}


def or_null(one: Schema) -> Schema:
    """For files of data, where null is the same as a field that isn't there."""
    inner = {name: value for name, value in one.items() if name != "description"}
    return _described(one.get("description", ""), {"anyOf": [inner, {"type": "null"}]})


def measured(measure: Measure) -> Schema:
    """What a limit in one measure looks like."""
    if measure.counted:
        return _whole()
    one = quantity(measure.units)
    return several(one, least=1) if measure.money else one


def quantity(units: Sequence[str]) -> Schema:
    """``500 CNY``: a number as we write it, one blank, and a unit; ``50%`` has no blank."""
    spelled = "|".join(unit if unit == PERCENT else f" {unit}" for unit in units)
    return string(rf"^{_NUMBER}({spelled})$")


def any_quantity(description: str) -> Schema:
    """A limit of whatever measure; what is counted comes in whole numbers."""
    parts = {one.units: one.counted for one in MEASURES.values()}
    counted = sorted({unit for units, whole in parts.items() if whole for unit in units})
    other = dict.fromkeys(u for units, whole in parts.items() if not whole for u in units)
    whole = string(rf"^(0|[1-9]\d{{0,13}})(\.0{{1,15}})? ({'|'.join(counted)})$")
    return told(description, {"anyOf": [quantity(list(other)), whole]})


def _whole() -> Schema:
    number = {"type": "integer", "minimum": 0, "maximum": 10**14 - 1}
    return {"anyOf": [number, string(r"^(0|[1-9]\d{0,13})$")]}


def _described(description: str, one: Schema) -> Schema:
    return told(description, one) if description else one
