"""Markdown for a comment on a pull request: short first, the rest folded, never too long.

The hidden mark in the first line lets a job find its own comment again and replace it.
"""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterable, Sequence

from govern.model.console import HOSTS
from govern.model.document import Document, Section
from govern.report.page import Page
from govern.report.safe import CELL, SENTENCE, line

#: GitHub refuses a comment of more than 65,536 characters.
MOST = 60_000

#: Rows of a table that are shown unfolded.
_OPEN = 25
#: What each later section can count on, however long the ones before it are.
_RESERVED = 4_000
#: Room for headings, marks and the words about what was cut.
_FRAME = 600


def render(document: Document, page: Page) -> str:
    del page
    name = str(document.payload.get("schema", "")).removeprefix("govern.").split("/")[0]
    name = name if name.isalpha() else "report"
    mark = f"<!-- govern:{name} -->"
    sections = list((document.tasks or document.sections)())
    whole = [_section(section, 2 * MOST, number == 0) for number, section in enumerate(sections)]
    text = "\n\n".join([mark, *whole]) + "\n"
    return text if len(text) <= MOST else _cut(mark, sections)


def _cut(mark: str, sections: Sequence[Section]) -> str:
    """As much of each section as there is room for."""
    blocks = [mark]
    room = MOST - len(mark)
    for number, section in enumerate(sections):
        later = len(sections) - number - 1
        block = _section(section, max(room - later * _RESERVED, _RESERVED), number == 0)
        room -= len(block) + 2
        blocks.append(block)
    return "\n\n".join(blocks) + "\n"


def _section(section: Section, room: int, first: bool) -> str:
    heading = line(section.heading, CELL)
    fold = section.folded and not first
    room -= _FRAME + 2 * len(heading)
    parts = []
    said, room = _take([f"- {_words(line(one))}" for one in section.sentences], room)
    if said:
        parts.append("\n".join(said))
    if len(said) < len(section.sentences):
        parts.append(f"- {len(section.sentences) - len(said)} more lines are cut here.")
    if section.ticks is not None:
        parts += _tasks(section, room)
    elif section.columns and section.rows:
        parts += _table(section, room)
    if fold:
        return _folded(heading, "\n\n".join(parts))
    return "\n\n".join([f"{'##' if first else '###'} {_words(heading)}", *parts])


def _tasks(section: Section, room: int) -> Iterable[str]:
    """A task list: the row's own words, and its lines below it."""
    tasks = []
    for at, row in enumerate(section.rows):
        box = "x" if section.ticks and section.ticks[at] else " "
        # The state and the task speak for themselves; what follows is told with its column.
        labels = ["", "", *(f"{name}: " if name else "" for name in section.columns[2:])]
        words = [
            _words(line(label + cell)) for label, cell in zip(labels, row, strict=True) if cell
        ]
        lines = section.details[at] if section.details else ()
        told = [f"  - {_words(line(text, SENTENCE))}" for text in lines]
        folds = [_fold(*fold) for fold in (section.folds[at] if section.folds else ())]
        # What HTML begins, a blank line ends.
        told += [*folds, ""] if folds else []
        tasks.append("\n".join([f"- [{box}] {' · '.join(words)}", *told]))
    shown, _ = _take(tasks, room)
    yield "\n".join(shown)
    if len(shown) < len(tasks):
        yield (
            f"{len(tasks) - len(shown)} more steps are cut here: a comment can't be longer. "
            "The YAML has them all."
        )


def _fold(summary: str, lines: Sequence[str]) -> str:
    """Folded below a task."""
    told = "\n\n".join(_words(line(text, SENTENCE)) for text in lines)
    return "\n" + textwrap.indent(_folded(line(summary), told), "  ")


def _table(section: Section, room: int) -> Iterable[str]:
    """The first rows open, the others folded, then each row's own lines folded."""
    head = "\n".join(
        (
            _row([_words(line(name)) for name in section.columns]),
            _row(["--:" if at in section.right else "---" for at in range(len(section.columns))]),
        )
    )
    room -= 2 * len(head)
    rows, left = _take([_row([_words(line(cell)) for cell in row]) for row in section.rows], room)
    yield "\n".join([head, *rows[:_OPEN]])
    if rows[_OPEN:]:
        yield _folded(f"{len(rows) - _OPEN} more rows", "\n".join([head, *rows[_OPEN:]]))
    if len(rows) < len(section.rows):
        yield (
            f"{len(section.rows) - len(rows)} more rows are cut here: a comment can't be longer. "
            "Other formats have them all."
        )
    if any(section.details):
        told, _ = _take([_details(section, at) for at in range(len(rows))], left)
        told = [text for text in told if text]
        if told:
            yield _folded("Details and evidence", "\n".join(told))


def _details(section: Section, at: int) -> str:
    lines = section.details[at] if section.details else ()
    if not lines:
        return ""
    label = ": ".join(cell for cell in section.rows[at][:2] if cell)
    told = [f"- {_words(line(label))}", *(f"  - {_words(line(text))}" for text in lines)]
    return "\n".join(told)


def _take(texts: Sequence[str], room: int) -> tuple[list[str], int]:
    """As many texts, from the first on, as fit; and the room that is left."""
    taken = []
    for text in texts:
        if len(text) + 1 > room:
            break
        room -= len(text) + 1
        taken.append(text)
    return taken, room


def _folded(summary: str, text: str) -> str:
    """The summary is HTML, in which no Markdown has any effect."""
    words = " ".join(
        word if _is_plain(word) else f"<code>{html.escape(word)}</code>" for word in summary.split()
    )
    return f"<details><summary>{words}</summary>\n\n{text}\n\n</details>"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


# A word of these needs no care anywhere in a line. Anything else is shown as code, in which
# neither markup, nor a mention, nor a link, nor a reference to an issue has any effect.
_PLAIN = re.compile(r"[^\W_]*(?:[.,;:()'\"/%?=+，。、；：（）-]+[^\W_]*)*")

# Punctuation around a word that is shown as code.
_AROUND = re.compile(r"(\(?)(.+?)([,;.)]*)")
_LINK = re.compile(r"//|www\.|:.*:|(?i:gh-\d)")

# Pages of the console that govern itself names; any other address leads nowhere.
_OWN = re.compile(rf"https://({'|'.join(map(re.escape, sorted(HOSTS)))})/[\w/?=&#.-]*", re.ASCII)

# As the first word of a line these would make a list or underline a heading.
_LEADER = re.compile(r"[-+=]+|\d+[.)]")


def _words(text: str) -> str:
    """The line as Markdown that shows exactly these words."""
    words = text.split()
    if words and _LEADER.fullmatch(words[0]):
        return " ".join([_code(words[0]), *map(_word, words[1:])])
    return " ".join(map(_word, words))


def _word(word: str) -> str:
    if _is_plain(word):
        return word
    found = _AROUND.fullmatch(word)
    if found and _OWN.fullmatch(found[2]):
        return f"{found[1]}<{found[2]}>{found[3]}"
    return f"{found[1]}{_code(found[2])}{found[3]}" if found else _code(word)


def _is_plain(word: str) -> bool:
    return _PLAIN.fullmatch(word) is not None and not _LINK.search(word)


def _code(text: str) -> str:
    """A code span. A table cell ends at a pipe even there, unless a backslash stands before it."""
    text = text.replace(r"\|", r"\x5c|").replace("|", r"\|")
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
