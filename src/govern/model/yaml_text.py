"""Plain values as YAML that people read and review, with comments kept at their places.

Every text that YAML could take for something else is quoted, so any reader gets it back as text.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govern.model.checklist import Comment
from govern.model.text import writable

#: A place is the path of keys to it; an item of a list is named by its ``id``, else its number.
Place = tuple[str, ...]

Comments = Mapping[Place, Comment]

#: The place behind the last line.
END: Place = ("",)

_WIDTH = 96

# Words and sentences that no YAML reader takes for anything but text.
_PLAIN = re.compile(r"[A-Za-z][\w ,.()/'+*<>-]*[\w.)'>]|[A-Za-z]")
_WORDS = frozenset("true false yes no on off y n null".split())
_FOLDS = re.compile(r"\S(?:.*\S)?")


def text(payload: Mapping[str, Any], comments: Comments | None = None) -> str:
    """The document as YAML, with a line feed at the end."""
    known = comments or {}
    lines = list(_mapping(payload, (), "", known))
    if END in known:
        lines += known[END].above
    return "\n".join(lines) + "\n"


def _mapping(
    mapping: Mapping[str, Any], place: Place, indent: str, known: Comments
) -> Iterable[str]:
    for key, value in mapping.items():
        here = (*place, key)
        comment = known.get(here, Comment())
        yield from (indent + line for line in comment.above)
        behind = f"  {comment.behind}" if comment.behind else ""
        name = _scalar(key)
        if isinstance(value, Mapping) and value:
            yield f"{indent}{name}:{behind}"
            yield from _mapping(value, here, indent + "  ", known)
        elif isinstance(value, (list, tuple)) and value:
            if all(isinstance(item, str) and len(item) < 60 for item in value) and len(value) < 4:
                yield f"{indent}{name}: [{', '.join(map(_in_brackets, value))}]{behind}"
                continue
            yield f"{indent}{name}:{behind}"
            yield from _items(value, here, indent + "  ", known)
        elif isinstance(value, str) and _can_fold(value, len(indent) + len(key)):
            yield f"{indent}{name}: >-{behind}"
            inner = indent + "  "
            lines = textwrap.wrap(
                value, _WIDTH - len(inner), break_long_words=False, break_on_hyphens=False
            )
            yield from (inner + line for line in lines)
        else:
            yield f"{indent}{name}: {_scalar(value)}{behind}"


def _items(values: Sequence[Any], place: Place, indent: str, known: Comments) -> Iterable[str]:
    for name, value in zip(item_names(values), values, strict=True):
        here = (*place, name)
        comment = known.get(here, Comment())
        yield from (indent + line for line in comment.above)
        behind = f"  {comment.behind}" if comment.behind else ""
        if isinstance(value, Mapping) and value:
            first, *rest = _mapping(value, here, indent + "  ", known)
            while first.lstrip().startswith("#"):
                yield first
                first, *rest = rest
            yield f"{indent}- {first[len(indent) + 2 :]}{behind}"
            yield from rest
        else:
            yield f"{indent}- {_scalar(value)}{behind}"


def item_names(items: Sequence[Any]) -> list[str]:
    """What names each item of a list: its own id, else where it stands. No two are the same."""
    names: list[str] = []
    known: set[str] = set()
    for number, item in enumerate(items):
        name = _own_name(item) or str(number)
        names.append(f"{name}#{number}" if name in known else name)
        known.add(name)
    return names


def _own_name(item: Any) -> str | None:
    if not isinstance(item, Mapping):
        return None
    if isinstance(item.get("api_key_id"), str):
        # Keys of two workspaces may have one id.
        return f"{item.get('workspace_id')}/{item['api_key_id']}"
    for key in ("id", "workspace_id", "region_id", "path"):
        if isinstance(item.get(key), str):
            return str(item[key])
    return None


def _can_fold(text: str, used: int) -> bool:
    """Whether folding over lines gives back exactly this text."""
    return (
        len(text) + used > _WIDTH
        and _FOLDS.fullmatch(text) is not None
        and text.isprintable()
        and "  " not in text
        and not text.startswith("#")
        and " ".join(textwrap.wrap(text, 60, break_long_words=False, break_on_hyphens=False))
        == text
        # Neither a comment nor what a CI log takes for a command, wherever a line may begin.
        and "##" not in text
        and not any(word.startswith(("#", "::")) for word in text.split(" "))
    )


def _in_brackets(value: str) -> str:
    return value if re.fullmatch(r"[A-Za-z][\w.-]*", value) and _is_text(value) else _quoted(value)


def _is_text(value: str) -> bool:
    return value.isascii() and value.casefold() not in _WORDS


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (Mapping, list, tuple)):
        return "{}" if isinstance(value, Mapping) else "[]"
    written = writable(str(value))
    if _PLAIN.fullmatch(written) and _is_text(written):
        return written
    return _quoted(written)


def _quoted(value: str) -> str:
    # A JSON string is a YAML string; what a reader can't see is written as YAML's own escape.
    shown = json.dumps(writable(value), ensure_ascii=False).replace("##", r"#\x23")
    return shown if shown.isprintable() else "".join(map(_visible, shown))


def _visible(character: str) -> str:
    code = ord(character)
    if character.isprintable():
        return character
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def settled(payload: Mapping[str, Any], comments: Comments) -> Comments:
    """The comments at places that ``payload`` has: one without its place moves to what held it."""
    places = {END, *_places(payload, ())}
    kept: dict[Place, Comment] = {}
    for place, comment in comments.items():
        here = place
        while here and here not in places:
            here = here[:-1]
        if here != place:
            comment = Comment(above=(*comment.above, *filter(None, (comment.behind,))))
        known = kept.get(here or END, Comment())
        kept[here or END] = Comment(
            (*known.above, *comment.above), " ".join(filter(None, (known.behind, comment.behind)))
        )
    return kept


def _places(value: Any, place: Place) -> Iterable[Place]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield (*place, key)
            yield from _places(inner, (*place, key))
    elif isinstance(value, (list, tuple)) and any(isinstance(item, Mapping) for item in value):
        for name, inner in zip(item_names(value), value, strict=True):
            here = (*place, name)
            yield here
            yield from _places(inner, here)
