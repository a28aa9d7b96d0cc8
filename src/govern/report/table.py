"""Plain text for people: tables that line up with Chinese text, and blocks where it is narrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from govern.model.document import Document, Section
from govern.report import colour, columns, safe
from govern.report.page import Page

#: Below this many columns a table is unreadable; each row becomes a block of labelled lines.
NARROW = 88
#: On a screen only what a person looks for is in it, and folds well down to this.
NARROW_SCREEN = 60


def render(document: Document, page: Page) -> str:
    if page.screen and document.screen:
        sections = document.screen(page.figures)
    else:
        sections = document.sections()
    lines = [line for section in sections for line in _section(section, page)]
    if len(sections) > 1:
        lines += _end(sections[0].heading, document.next, page.width)
    text = [safe.no_command(line) for line in lines]
    if page.colour:
        text = list(_coloured(text, document, sections))
    return "\n".join([*text, ""] if text and text[-1] else text)


def _end(verdict: str, commands: Sequence[str], width: int) -> Iterable[str]:
    """What stands first stands last again, where the eye is when a long text has run through."""
    yield safe.line(verdict, safe.SENTENCE)
    for number, command in enumerate(commands):
        start = "next: " if not number else "      "
        yield from columns.fold(safe.line(command, safe.SENTENCE), width, " " * 8, start)


def _coloured(
    lines: Sequence[str], document: Document, sections: Sequence[Section]
) -> Iterable[str]:
    headings = {safe.line(section.heading, safe.SENTENCE) for section in sections}
    first = safe.line(sections[0].heading, safe.SENTENCE) if sections else ""
    for line in lines:
        if line == first:
            yield colour.verdict(line, document.exit)
        elif line in headings:
            yield colour.heading(line)
        else:
            yield colour.leading(line)


def _section(section: Section, page: Page) -> Iterable[str]:
    # Never folded: the verdict is the first line, whole, for whoever looks for it.
    yield safe.line(section.heading, safe.SENTENCE)
    for sentence in section.sentences:
        yield from columns.fold(safe.line(sentence, safe.SENTENCE), page.width, "  ")
    if section.rows and section.listed:
        yield ""
        yield from _list(section, page.width)
    elif section.rows:
        if not page.screen:
            yield ""
        # A column's name may be a value of the bill.
        section = replace(section, columns=[safe.line(name) for name in section.columns])
        rows = [[safe.line(cell) for cell in row] for row in section.rows]
        details = [[safe.line(line, safe.SENTENCE) for line in lines] for lines in section.details]
        yield from _rows(section, rows, details, page)
    yield ""


def _rows(
    section: Section,
    rows: Sequence[Sequence[str]],
    details: Sequence[Sequence[str]],
    page: Page,
) -> Iterable[str]:
    if page.screen:
        filled = [at for at in range(len(section.columns)) if any(row[at] for row in rows)]
        section, rows = _only(section, rows, filled)
    widths = columns.natural(section, rows, page.width - 2)
    if not widths and section.below:
        details = _below(section, rows, details)
        upper = [at for at in range(len(section.columns)) if at not in section.below]
        section, rows = _only(section, rows, upper)
        widths = columns.natural(section, rows, page.width - 2)
    if not widths and section.spare:
        needed = [at for at in range(len(section.columns)) if at not in section.spare]
        section, rows = _only(section, rows, needed)
    if not widths and page.width >= (NARROW_SCREEN if page.screen else NARROW):
        widths = columns.widths(section, rows, page.width - 2)
    if widths:
        yield from _table(section, rows, details, page, widths)
    else:
        yield from _blocks(section.columns, rows, details, page.width)


def _only(
    section: Section, rows: Sequence[Sequence[str]], numbers: Sequence[int]
) -> tuple[Section, Sequence[Sequence[str]]]:
    """The section with these of its columns."""
    place = {at: number for number, at in enumerate(numbers)}
    narrow = replace(
        section,
        columns=[section.columns[at] for at in numbers],
        right=frozenset(place[at] for at in section.right if at in place),
        whole=frozenset(place[at] for at in section.whole if at in place),
        spare=[place[at] for at in section.spare if at in place],
        below={place[at]: word for at, word in section.below.items() if at in place},
    )
    return narrow, [[row[at] for at in numbers] for row in rows]


def _below(
    section: Section, rows: Sequence[Sequence[str]], details: Sequence[Sequence[str]]
) -> list[list[str]]:
    """The details of each row, with its second line as the first of them."""
    lines = []
    for number, row in enumerate(rows):
        told = [f"{word} {row[at]}".lstrip() for at, word in section.below.items() if row[at]]
        lines.append(["; ".join(told), *(details[number] if details else ())])
    return lines


def _list(section: Section, width: int) -> Iterable[str]:
    """The first cell in a column of its own, all else beside it: what a row is about, then what
    more is told of it."""
    rows = [[safe.line(cell) for cell in row] for row in section.rows]
    first = max(columns.cells(row[0]) for row in rows)
    apart = any(section.folds)
    indent = " " * (first + 4)
    for at, (word, name, *more) in enumerate(rows):
        start = "  " + word + " " * (first - columns.cells(word) + 2)
        yield from columns.fold(name, width, indent, start)
        labels = [f"{label}: " if label else "" for label in section.columns[2:]]
        known = [label + cell for label, cell in zip(labels, more, strict=True) if cell]
        if known:
            yield from columns.fold("; ".join(known), width, indent, indent)
        for line in section.details[at] if section.details else ():
            yield from columns.fold(safe.line(line, safe.SENTENCE), width, indent + "  ", indent)
        for summary, lines in section.folds[at] if section.folds else ():
            told = (
                [f"{summary}: {lines[0]}", *lines[1:]]
                if len(lines) == 1
                else [f"{summary}:", *lines]
            )
            for line in told:
                shown = safe.line(line, safe.SENTENCE)
                yield from columns.fold(shown, width, indent + "  ", indent)
        if apart and at < len(rows) - 1:
            yield ""


def _blocks(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    details: Sequence[Sequence[str]],
    width: int,
) -> Iterable[str]:
    label = max(map(columns.cells, names), default=0)
    for number, row in enumerate(rows):
        if number:
            yield ""
        for name, cell in zip(names, row, strict=True):
            if cell:
                start = "  " + name + " " * (label - columns.cells(name) + 2)
                yield from columns.fold(cell, width, " " * (label + 4), start)
        for line in details[number] if details else ():
            yield from columns.fold(line, width, "      ", "    ")


def _table(
    section: Section,
    rows: Sequence[Sequence[str]],
    details: Sequence[Sequence[str]],
    page: Page,
    widths: columns.Widths,
) -> Iterable[str]:
    from tabulate import tabulate

    # The head is a row like the others: as a head it would be padded beyond the widths.
    folded = [
        ["\n".join(columns.fold(row[at], most)) for at, most in widths.items()]
        for row in (section.columns, *rows)
    ]
    rule = ["-" * max(map(columns.width_of, column)) for column in zip(*folded, strict=True)]
    rules = [] if page.screen else [rule]
    lines = tabulate(
        [folded[0], *rules, *folded[1:]],
        tablefmt="plain",
        disable_numparse=True,
        colalign=["right" if at in section.right else "left" for at in widths],
    ).splitlines()
    heights = [max((cell.count("\n") + 1 for cell in cells), default=1) for cells in folded]
    at = heights[0] + len(rules)
    yield from ("  " + line.rstrip() for line in lines[:at])
    for number, height in enumerate(heights[1:]):
        yield from ("  " + line.rstrip() for line in lines[at : at + height])
        at += height
        for line in details[number] if details else ():
            indent = " " * (4 if page.screen else 6)
            yield from columns.fold(line, page.width, indent + "  ", indent)
