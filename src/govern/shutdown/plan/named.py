"""The steps that a person names: by id, or by a wildcard."""

from __future__ import annotations

from collections.abc import Sequence

from govern.model.checklist import Step
from govern.model.errors import GovernError
from govern.model.policy import Pattern
from govern.model.text import nearest, shorten

#: So many steps are proposed.
_SHOWN = 3


def named(steps: Sequence[Step], words: Sequence[str], option: str = "") -> set[str]:
    """The ids of the steps that any word means. ``option``: what the words stand behind.

    Raises wrong usage, with every fault, for words that no step has.
    """
    ids = [step.id for step in steps]
    chosen: set[str] = set()
    faults = []
    for word in words:
        matching = list(filter(Pattern(word).matches, ids))
        chosen.update(matching)
        if not matching:
            told = f"{option} {shorten(word, 120)}".lstrip()
            faults.append(f"{told}: no step of this checklist{_meant(word, ids)}")
    if faults:
        raise GovernError("usage", faults)
    return chosen


def _meant(word: str, ids: Sequence[str]) -> str:
    """The steps of a key or workspace that was named by itself, else the nearest id."""
    if len(word) >= 120:
        return ""
    ending = [id for id in ids if id.endswith(f".{word}")]
    if ending:
        more = f", or one of {len(ending) - _SHOWN} more" if len(ending) > _SHOWN else ""
        return f"; did you mean {', '.join(ending[:_SHOWN])}{more}?"
    near = nearest(word, ids)
    return f"; did you mean {near}?" if near else ""
