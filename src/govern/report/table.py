"""Plain text for people: tables that line up with Chinese text, and blocks where it is narrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govern.model.document import Document, Section
from govern.report import safe
from govern.report.page import Page

#: Below this many columns a table is unreadable; each row becomes a block of labelled lines.
NARROW = 88


def render(document: Document, page: Page) -> str:
    lines = (line for section in document.sections() for line in _section(section, page.width))
    return "\n".join(map(safe.no_command, lines))


def _section(section: Section, width: int) -> Iterable[str]:
    yield safe.line(section.heading, safe.SENTENCE)
    for sentence in section.sentences:
        yield from _fold(safe.line(sentence, safe.SENTENCE), width, "  ")
    if section.rows:
        yield ""
        rows = [[safe.line(cell) for cell in row] for row in section.rows]
        details = [[safe.line(line, safe.SENTENCE) for line in lines] for lines in section.details]
        if width < NARROW:
            yield from _blocks(section.columns, rows, details, width)
        else:
            yield from _table(section, rows, details, width)
    yield ""


def _blocks(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    details: Sequence[Sequence[str]],
    width: int,
) -> Iterable[str]:
    label = max(map(_cells, columns), default=0)
    for number, row in enumerate(rows):
        for name, cell in zip(columns, row, strict=True):
            if cell:
                start = "  " + name + " " * (label - _cells(name) + 2)
                yield from _fold(cell, width, " " * (label + 4), start)
        for line in details[number] if details else ():
            yield from _fold(line, width, "      ", "    ")
        yield ""


def _table(
    section: Section,
    rows: Sequence[Sequence[str]],
    details: Sequence[Sequence[str]],
    width: int,
) -> Iterable[str]:
    from tabulate import tabulate

    limits = _limits(section, rows, width)
    folded = [
        ["\n".join(_fold(cell, limit)) for cell, limit in zip(row, limits, strict=True)]
        for row in rows
    ]
    lines = tabulate(
        folded,
        headers=list(section.columns),
        tablefmt="simple",
        disable_numparse=True,
        colalign=["right" if at in section.right else "left" for at in range(len(limits))],
    ).splitlines()
    yield from ("  " + line.rstrip() for line in lines[:2])
    at = 2
    for number, cells in enumerate(folded):
        height = max((cell.count("\n") + 1 for cell in cells), default=1)
        yield from ("  " + line.rstrip() for line in lines[at : at + height])
        at += height
        for line in details[number] if details else ():
            yield from _fold(line, width, "        ", "      ")


def _limits(section: Section, rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """How wide each column may be: the widest give way first, until the table fits."""
    widths = [
        max([_cells(name), *(_cells(row[at]) for row in rows)])
        for at, name in enumerate(section.columns)
    ]
    folding = [at for at in range(len(widths)) if at not in section.whole]
    room = width - 2 - 2 * (len(widths) - 1)
    while folding and sum(widths) > room:
        widest = max(folding, key=lambda at: widths[at])
        if widths[widest] <= 14:
            break
        widths[widest] -= 1
    return widths


def _cells(text: str) -> int:
    """Terminal columns: a Chinese character takes two."""
    from wcwidth import wcswidth

    return max(wcswidth(text), 0) if not text.isascii() else len(text)


def _fold(text: str, width: int, indent: str = "", start: str | None = None) -> list[str]:
    """Lines of at most ``width`` terminal columns, broken at blanks where there are any."""
    lines: list[str] = []
    line = indent if start is None else start
    empty = True
    for word in text.split(" "):
        gap = "" if empty else " "
        if not empty and _cells(line) + len(gap) + _cells(word) > width:
            lines.append(line.rstrip())
            line, gap = indent, ""
        while _cells(line) + len(gap) + _cells(word) > width and _cells(word) > 1:
            head = _head(word, max(width - _cells(line) - len(gap), 1))
            lines.append((line + gap + head).rstrip())
            word, line, gap = word[len(head) :], indent, ""
        line += gap + word
        empty = False
    return [*lines, line.rstrip()]


def _head(word: str, room: int) -> str:
    """As many characters as fit into ``room`` terminal columns, at least one."""
    taken = 0
    for at, character in enumerate(word):
        taken += _cells(character)
        if taken > room and at:
            return word[:at]
    return word
