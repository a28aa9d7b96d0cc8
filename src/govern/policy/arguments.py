"""Columns and conditions as they are asked for on a command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from govern.model.clock import Moment, parse_moment
from govern.model.errors import GovernError, usage
from govern.model.policy import Condition, Pattern
from govern.model.text import nearest, shorten
from govern.model.words import CLOSED_COLUMNS, INVENTORY_COLUMNS, MEANT, SUBJECTS, WHERE_COLUMNS

#: Periods that charges can be grouped by, besides their columns.
TIMES = ("day", "week", "month")

#: Everything that ``--by`` knows. ``--where`` knows the same.
COLUMNS = (*WHERE_COLUMNS, "instance_id", *TIMES)


def columns(words: Sequence[str]) -> tuple[str, ...]:
    """The columns of ``--by``: comma lists, repeatable. Raises wrong usage."""
    names = [part.strip() for word in words for part in word.split(",")]
    faults = [fault for name in names if (fault := _unknown("--by", name))]
    faults += [f"--by {name}: named twice" for name in sorted(set(names)) if names.count(name) > 1]
    if faults:
        raise GovernError("usage", faults)
    return tuple(names)


def subject(word: str, *, inventory: bool) -> tuple[str, tuple[str, ...]]:
    """``--per``: a subject or columns, and what that groups by. Raises wrong usage.

    ``inventory``: whether there is one that tells names and owners.
    """
    if word in SUBJECTS:
        kind, asked = word, SUBJECTS[word]
    else:
        kind, asked = "columns", tuple(part.strip() for part in word.split(","))
    for name in asked:
        if name not in WHERE_COLUMNS:
            near = nearest(name, (*SUBJECTS, *WHERE_COLUMNS))
            hint = f"; did you mean {near}?" if near else f" ({', '.join(SUBJECTS)})"
            raise usage(f"--per {shorten(name, 60)}: no such subject or column{hint}")
        if name in INVENTORY_COLUMNS and not inventory:
            raise usage(f"--per {word}: {name} needs an inventory (--inventory)")
    if len(set(asked)) < len(asked):
        raise usage(f"--per {word}: a column named twice")
    return kind, asked


def month(word: str) -> str:
    """The billing month of ``--compare``. Raises wrong usage."""
    written = re.fullmatch(r"(\d{4})-?(\d{2})", word, re.ASCII)
    if not written or not 1 <= int(written[2]) <= 12:
        raise usage(f"--compare {shorten(word, 60)}: write a month, as in 2026-08")
    return f"{written[1]}-{written[2]}"


def conditions(words: Sequence[str]) -> tuple[Condition, ...]:
    """``COLUMN=VALUE[,VALUE]`` as in ``where`` of a policy; ``!=`` excludes.

    ``none`` is a value that the layout doesn't carry, an empty one is there and empty. All
    conditions must hold. Raises wrong usage with every fault.
    """
    faults: list[str] = []
    given = []
    for word in words:
        column, separator, written = word.partition("=")
        excludes = column.endswith("!")
        column = column.removesuffix("!").strip()
        if not separator:
            faults.append(f"--where {shorten(word, 60)}: write COLUMN=VALUE, as in model=qwen-plus")
            continue
        fault = _unknown("--where", column)
        if fault:
            faults.append(fault)
            continue
        patterns = tuple(_pattern(value) for value in written.split(","))
        faults += _impossible(column, patterns)
        given.append(Condition(column, patterns, excludes))
    if faults:
        raise GovernError("usage", faults)
    return tuple(given)


def stops(words: Sequence[str]) -> tuple[tuple[str, Moment], ...]:
    """``KEY=INSTANT`` of ``--stopped-at``. Raises wrong usage with every fault."""
    faults = []
    given = []
    for word in words:
        key, separator, written = word.rpartition("=")
        try:
            if not separator or not key:
                raise ValueError(word)
            given.append((key, parse_moment(written)))
        except ValueError:
            faults.append(
                f"--stopped-at {shorten(word, 100)}: write KEY=INSTANT, "
                "as in 12345=2026-09-20T18:00:00+08:00"
            )
    if faults:
        raise GovernError("usage", faults)
    return tuple(given)


def _unknown(option: str, name: str) -> str | None:
    if name in COLUMNS:
        return None
    if name == "unit":
        return f"{option} unit: units are never added up; every row lists its usage per unit"
    near = nearest(name, COLUMNS) if len(name) < 64 else None
    hint = f"did you mean {near}?" if near else f"it is one of {', '.join(COLUMNS)}"
    return f"{option} {shorten(name, 60)}: no such column; {hint}"


def _pattern(value: str) -> Pattern:
    value = value.strip()
    if value in ('""', "''"):
        return Pattern("")
    return Pattern(None if value == "none" else value)


def _impossible(column: str, patterns: Sequence[Pattern]) -> list[str]:
    """A word outside a closed list, or what is no period, matches nothing, ever: a typo."""
    words = CLOSED_COLUMNS.get(column, ())
    faults = [
        f"--where {column}={pattern.text}: did you mean {word}?"
        for pattern in patterns
        if (word := MEANT.get(column, {}).get((pattern.text or "").casefold()))
    ]
    for pattern in patterns if column in TIMES else ():
        if pattern.text and not pattern.wild and not _is_period(column, pattern.text):
            meant = {"day": "2026-09-30", "week": "2026-09-28, its Monday", "month": "2026-09"}
            faults.append(
                f"--where {column}={shorten(pattern.text, 60)}: write a {column} as {meant[column]}"
            )
    for pattern in patterns if words else ():
        if pattern.text and not any(map(pattern.matches, words)):
            near = nearest(pattern.text, words) if len(pattern.text) < 64 else None
            hint = f"did you mean {near}?" if near else f"it is one of {', '.join(words)}"
            faults.append(f"--where {column}={shorten(pattern.text, 60)}: {hint}")
    return faults


def _is_period(column: str, text: str) -> bool:
    """Whether ``--by`` could ever show it: 2026-09-30, a Monday, 2026-09."""
    try:
        if column == "month":
            return f"{datetime.strptime(text, '%Y-%m'):%Y-%m}" == text
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return day.isoformat() == text and (column == "day" or not day.weekday())
