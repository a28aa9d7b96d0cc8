"""Plain text for people: tables that line up with Chinese text, and blocks where it is narrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from govern.model.document import Document, Section
from govern.report import columns, safe
from govern.report.page import Page

#: Below this many columns a table is unreadable; each row becomes a block of labelled lines.
NARROW = 88


def render(document: Document, page: Page) -> str:
    lines = (line for section in document.sections() for line in _section(section, page.width))
    return "\n".join(map(safe.no_command, lines))


def _section(section: Section, width: int) -> Iterable[str]:
    # Never folded: the verdict is the first line, whole, for whoever looks for it.
    yield safe.line(section.heading, safe.SENTENCE)
    for sentence in section.sentences:
        yield from columns.fold(safe.line(sentence, safe.SENTENCE), width, "  ")
    if section.rows and section.listed:
        yield ""
        yield from _list(section, width)
    elif section.rows:
        yield ""
        # A column's name may be a value of the bill.
        section = replace(section, columns=[safe.line(name) for name in section.columns])
        rows = [[safe.line(cell) for cell in row] for row in section.rows]
        details = [[safe.line(line, safe.SENTENCE) for line in lines] for lines in section.details]
        widths = columns.widths(section, rows, width - 2) if width >= NARROW else {}
        if widths:
            yield from _table(section, rows, details, width, widths)
        else:
            yield from _blocks(section.columns, rows, details, width)
    yield ""


def _list(section: Section, width: int) -> Iterable[str]:
    """The first cell in a column of its own, all else beside it: what a row is about, then what
    more is told of it."""
    rows = [[safe.line(cell) for cell in row] for row in section.rows]
    first = max(columns.cells(row[0]) for row in rows)
    apart = any(section.details) or any(section.folds)
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
        for name, cell in zip(names, row, strict=True):
            if cell:
                start = "  " + name + " " * (label - columns.cells(name) + 2)
                yield from columns.fold(cell, width, " " * (label + 4), start)
        for line in details[number] if details else ():
            yield from columns.fold(line, width, "      ", "    ")
        yield ""


def _table(
    section: Section,
    rows: Sequence[Sequence[str]],
    details: Sequence[Sequence[str]],
    width: int,
    widths: columns.Widths,
) -> Iterable[str]:
    from tabulate import tabulate

    # The head is a row like the others: as a head it would be padded beyond the widths.
    folded = [
        ["\n".join(columns.fold(row[at], most)) for at, most in widths.items()]
        for row in (section.columns, *rows)
    ]
    rule = ["-" * max(map(columns.width_of, column)) for column in zip(*folded, strict=True)]
    lines = tabulate(
        [folded[0], rule, *folded[1:]],
        tablefmt="plain",
        disable_numparse=True,
        colalign=["right" if at in section.right else "left" for at in widths],
    ).splitlines()
    heights = [max((cell.count("\n") + 1 for cell in cells), default=1) for cells in folded]
    at = heights[0] + 1
    yield from ("  " + line.rstrip() for line in lines[:at])
    for number, height in enumerate(heights[1:]):
        yield from ("  " + line.rstrip() for line in lines[at : at + height])
        at += height
        for line in details[number] if details else ():
            yield from columns.fold(line, width, "        ", "      ")
