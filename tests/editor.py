"""YAML as an editor reads it: the core schema of YAML 1.2, where ``no`` and dates are texts."""

from __future__ import annotations

import re
from typing import Any

import yaml


class _Core(yaml.SafeLoader):
    """Only the implicit types of YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, Any] = {}


_TYPES = {
    "null": (r"~|null|Null|NULL|", "~nN\0"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
}
for _name, (_pattern, _first) in _TYPES.items():
    _Core.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"(?:{_pattern})$"), list(_first)
    )
# Whole numbers are decimal there, 010 too.
_Core.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value, 10))
_Core.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def as_an_editor_sees_it(text: str) -> Any:
    """The values that an editor holds against a schema."""
    return yaml.load(text, _Core)
