"""Columns of a terminal: how wide a text is there, how it folds, and how a table fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from govern.model.document import Section

#: Where nothing else helps, words are broken, but into pieces no narrower than this.
_LEAST = 14

#: The number of each column that is shown → its width, in order.
Widths = Mapping[int, int]


def widths(section: Section, rows: Sequence[Sequence[str]], room: int) -> Widths:
    """How wide each column may be, so that the table fits into ``room``.

    The widest give way first, by folding at blanks; then the columns that don't fold are left
    out, the last ones first; then amounts part from their units and words are broken, but no
    number ever is. Empty if all that is not enough.
    """
    every = range(len(section.columns))
    spare = sorted(section.whole, reverse=True)
    texts = [[section.columns[at], *(row[at] for row in rows)] for at in every]
    natural = [max(map(cells, column)) for column in texts]
    words = [max(map(_longest_word, column)) for column in texts]
    folded = [natural[at] if at in section.right else words[at] for at in every]
    broken = [words[at] if at in section.right else min(words[at], _LEAST) for at in every]
    for least in (folded, broken):
        for count in range(len(spare) + 1):
            shown = [at for at in every if at not in spare[:count]]
            floor = {at: natural[at] if at in section.whole else least[at] for at in shown}
            found = _narrowed({at: natural[at] for at in shown}, floor, room)
            if found:
                return found
    return {}


def _narrowed(wide: dict[int, int], least: Widths, room: int) -> Widths:
    over = sum(wide.values()) + 2 * (len(wide) - 1) - room
    for _ in range(over):
        wider = [at for at in wide if wide[at] > least[at]]
        if not wider:
            return {}
        wide[max(wider, key=lambda at: wide[at])] -= 1
    return wide


def _longest_word(text: str) -> int:
    return max(map(cells, text.split(" ")))


def cells(text: str) -> int:
    """Terminal columns: a Chinese character takes two."""
    from wcwidth import wcswidth

    return max(wcswidth(text), 0) if not text.isascii() else len(text)


def width_of(text: str) -> int:
    """Terminal columns of the longest of its lines."""
    return max(map(cells, text.split("\n")))


def fold(text: str, width: int, indent: str = "", start: str | None = None) -> list[str]:
    """Lines of at most ``width`` terminal columns, broken at blanks where there are any."""
    lines: list[str] = []
    line = indent if start is None else start
    empty = True
    for word in text.split(" "):
        gap = "" if empty else " "
        if not empty and cells(line) + len(gap) + cells(word) > width:
            lines.append(line.rstrip())
            line, gap = indent, ""
        while cells(line) + len(gap) + cells(word) > width and cells(word) > 1:
            head = _head(word, max(width - cells(line) - len(gap), 1))
            lines.append((line + gap + head).rstrip())
            word, line, gap = word[len(head) :], indent, ""
        line += gap + word
        empty = False
    return [*lines, line.rstrip()]


def _head(word: str, room: int) -> str:
    """As many characters as fit into ``room`` terminal columns, at least one."""
    taken = 0
    for at, character in enumerate(word):
        taken += cells(character)
        if taken > room and at:
            return word[:at]
    return word
