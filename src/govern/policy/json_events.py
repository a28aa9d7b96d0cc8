"""JSON as the events of a YAML reader, so that both are marked and refused alike.

JSON is nearly YAML, but its escapes aren't YAML's: ``\\ud83d\\ude00`` is one character in it.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

_TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<mark>[{}\[\]:,])"
    r'|(?P<text>"(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f])*+")'
    r'|(?P<word>[^\s{}\[\]:,"]+)|(?P<end>\Z))'
)
_WORD = re.compile(r"true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_BREAK = re.compile(r"\r\n|\r|\n")

#: What may come next: a value, a key, the end of a list or mapping, a comma or colon before it.
_VALUE, _FIRST, _KEY, _FIRST_KEY, _COLON, _AFTER = range(6)


def json_events(text: str) -> Iterator[Any]:
    """The events of the one document in ``text``.

    Raises ``yaml.MarkedYAMLError`` with the place of what isn't JSON.
    """
    place = _places(text)
    inside: list[str] = []
    state, at = _VALUE, 0
    yield yaml.DocumentStartEvent(place(0), place(0))
    while True:
        token = _TOKEN.match(text, at)
        if not token:
            rest = re.compile(r"[ \t\r\n]*").match(text, at)
            assert rest is not None
            raise _wrong(
                "a text that isn't closed, or a character that isn't JSON", place(rest.end())
            )
        at = token.end()
        kind = token.lastgroup or "end"
        here, written = place(token.start(kind)), token[kind]
        if kind == "end":
            if inside or state != _AFTER:
                raise _wrong("it ends too early", here)
            return
        if not inside and state == _AFTER:
            raise _wrong("something behind the end", here)
        if state == _AFTER and written == ",":
            state = _KEY if inside[-1] == "}" else _VALUE
        elif inside and written == inside[-1] and state in (_AFTER, _FIRST, _FIRST_KEY):
            inside.pop()
            state = _AFTER
            end = yaml.MappingEndEvent if written == "}" else yaml.SequenceEndEvent
            yield end(here, here)
        elif state == _AFTER:
            raise _wrong(f"a comma or {inside[-1]} belongs here", here)
        elif state == _COLON:
            if written != ":":
                raise _wrong("a colon belongs here", here)
            state = _VALUE
        elif kind == "text":
            state = _COLON if state in (_KEY, _FIRST_KEY) else _AFTER
            yield _scalar(_unescaped(written, here), here, '"')
        elif state in (_KEY, _FIRST_KEY):
            raise _wrong("a key in double quotes belongs here", here)
        elif kind == "word":
            if not _WORD.fullmatch(written):
                raise _wrong("neither a number nor true, false or null; quote a text", here)
            state = _AFTER
            yield _scalar(written, here, None)
        elif written in "{[":
            inside.append("}" if written == "{" else "]")
            state = _FIRST_KEY if written == "{" else _FIRST
            start = yaml.MappingStartEvent if written == "{" else yaml.SequenceStartEvent
            yield start(None, None, True, here, here)
        else:
            raise _wrong("a value belongs here", here)


def _scalar(value: str, here: yaml.Mark, style: str | None) -> Any:
    return yaml.ScalarEvent(None, None, (True, True), value, here, here, style)


def _unescaped(written: str, here: yaml.Mark) -> str:
    try:
        return str(json.loads(written))
    except json.JSONDecodeError:
        raise _wrong("a text with an escape that JSON doesn't know", here) from None


def _wrong(what: str, here: yaml.Mark) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=what, problem_mark=here)


def _places(text: str) -> Any:
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def place(at: int) -> yaml.Mark:
        line = bisect.bisect_right(starts, at) - 1
        return yaml.Mark("", at, line, at - starts[line], None, 0)

    return place
