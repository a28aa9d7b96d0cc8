"""Columns of a terminal: how wide a text is there, how it folds, and how a table fits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from govern.model.document import Section

#: Chinese text has no blanks: it folds anywhere, but into pieces no narrower than this.
_LEAST = 14

_ASCII = re.compile(r"[\x21-\x7e]+")

#: The number of each column that is shown → its width, in order.
Widths = Mapping[int, int]


def natural(section: Section, rows: Sequence[Sequence[str]], room: int) -> Widths:
    """The widths of a table in which nothing folds; empty if it doesn't fit into ``room``.

    The spare columns are left out in their order, as far as they must.
    """
    wide = {
        at: max(map(cells, [name, *(row[at] for row in rows)]))
        for at, name in enumerate(section.columns)
    }
    for at in section.spare:
        if _total(wide) > room:
            del wide[at]
    return wide if _total(wide) <= room else {}


def _total(wide: Widths) -> int:
    """With the blanks between the columns."""
    return sum(wide.values()) + 2 * (len(wide) - 1)


def widths(section: Section, rows: Sequence[Sequence[str]], room: int) -> Widths:
    """How wide each column may be, so that the table fits into ``room``.

    The widest give way first, by folding at blanks; then the columns that don't fold are left
    out, the last ones first; then amounts part from their units and Chinese text folds anywhere,
    but no number and no id is ever broken. Empty if all that is not enough.
    """
    every = range(len(section.columns))
    spare = sorted(section.whole, reverse=True)
    texts = [[section.columns[at], *(row[at] for row in rows)] for at in every]
    natural = [max(map(cells, column)) for column in texts]
    words = [max(map(_longest_word, column)) for column in texts]
    folded = [natural[at] if at in section.right else words[at] for at in every]
    pieces = [max(map(_longest_piece, column)) for column in texts]
    broken = [words[at] if at in section.right else pieces[at] for at in every]
    for least in (folded, broken):
        for count in range(len(spare) + 1):
            shown = [at for at in every if at not in spare[:count]]
            floor = {at: natural[at] if at in section.whole else least[at] for at in shown}
            found = _narrowed({at: natural[at] for at in shown}, floor, room)
            if found:
                return found
    return {}


def _narrowed(wide: dict[int, int], least: Widths, room: int) -> Widths:
    over = _total(wide) - room
    for _ in range(over):
        wider = [at for at in wide if wide[at] > least[at]]
        if not wider:
            return {}
        wide[max(wider, key=lambda at: wide[at])] -= 1
    return wide


def _longest_word(text: str) -> int:
    return max(map(cells, text.split(" ")))


def _longest_piece(text: str) -> int:
    """As :func:`_longest_word`, where Chinese text folds between its characters."""
    words = text.split(" ")
    return max(
        cells(word)
        if word.isascii()
        else max(min(cells(word), _LEAST), *map(len, _ASCII.findall(word)), 0)
        for word in words
    )


def cells(text: str) -> int:
    """Terminal columns: a Chinese character takes two."""
    from wcwidth import wcswidth

    return max(wcswidth(text), 0) if not text.isascii() else len(text)


def width_of(text: str) -> int:
    """Terminal columns of the longest of its lines."""
    return max(map(cells, text.split("\n")))


def fold(text: str, width: int, indent: str = "", start: str | None = None) -> list[str]:
    """Lines of at most ``width`` terminal columns, broken at blanks.

    Chinese text is broken anywhere. A word in ASCII is none: an id or a path that is too long for
    a line stands on one of its own, whole.
    """
    lines: list[str] = []
    line, gap = indent if start is None else start, ""
    empty = True
    for word in text.split(" "):
        if not empty and cells(line) + len(gap) + cells(word) > width:
            lines.append(line.rstrip())
            line, gap, empty = indent, "", True
        while cells(line) + len(gap) + cells(word) > width:
            head = _head(word, width - cells(line) - len(gap))
            if head == word:
                break
            lines.append((line + gap + head).rstrip())
            word, line, gap = word[len(head) :], indent, ""
        # Two blanks part two things: between lines they would be none.
        if word or not empty:
            line += gap + word
            gap, empty = " ", False
    return [*lines, line.rstrip()]


def _head(word: str, room: int) -> str:
    """As many characters as fit into ``room`` terminal columns, at least one.

    Never a part of what is ASCII in it: an id beside Chinese text stays whole.
    """
    if word.isascii() or len(word) == 1:
        return word
    places = [at for at in range(1, len(word)) if not word[at - 1 : at + 1].isascii()]
    fitting = [at for at in places if cells(word[:at]) <= room]
    return word[: fitting[-1] if fitting else places[0]]
