"""A result as formats see it: a payload for machines, sections for people, findings for CI."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from govern.model.checklist import Comment
from govern.model.exits import Exit
from govern.model.figures import Figures
from govern.model.finding import Finding
from govern.model.report import PolicyResult

#: A word or two, and the lines that belong to them.
Fold = tuple[str, Sequence[str]]


@dataclass(frozen=True)
class Section:
    """A heading with sentences and a table. Cells are text; an empty cell stays empty.

    ``right`` holds the numbers of columns that are aligned to the right, ``whole`` those of
    columns that would say nothing in two lines: where there is no room they are left out.
    ``spare`` columns are left out before anything is folded, in their order. ``below``: those that
    make a second line of each row where one is too short, and the word before each.
    ``details`` are lines that belong to a row, shown below it. ``folded``: background, which a
    format that can fold text away shows folded. ``ticks``: the rows are tasks, and which of them
    are over. ``listed``: the rows speak for themselves, one below the other: the first two cells,
    then each other one with its column's name. ``folds`` are texts that belong to a row, each below
    a word or two, which a format that can fold text away shows folded.
    """

    heading: str
    sentences: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    details: Sequence[Sequence[str]] = ()
    right: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    spare: Sequence[int] = ()
    below: Mapping[int, str] = field(default_factory=dict)
    folded: bool = False
    ticks: Sequence[bool] | None = None
    listed: bool = False
    folds: Sequence[Sequence[Fold]] = ()

    def first(self, most: int, rest: str) -> Section:
        """With ``most`` rows at most (0: all); ``rest`` tells of the others, if there are any."""
        if not most or len(self.rows) <= most:
            return self
        return replace(
            self,
            rows=self.rows[:most],
            details=self.details[:most],
            folds=self.folds[:most],
            ticks=None if self.ticks is None else self.ticks[:most],
            sentences=[*self.sentences, rest],
        )


#: Of a spreadsheet: text, a number, or None where there is nothing.
Cell = str | int | Decimal | None


@dataclass(frozen=True)
class Sheet:
    """Flat rows for a spreadsheet.

    Columns have the names of the payload's fields where they show one, and are the same for every
    bill but for those per currency or unit. Every row is as long as ``columns``.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Case:
    """Something that was tried, in a group of such: ``faults`` say why it failed, if it did."""

    group: str
    name: str
    file: str
    line: int
    faults: Sequence[str] = ()


@dataclass(frozen=True)
class Document:
    """What a command has to say. A format takes what it needs of it, and knows no more.

    ``findings`` is None for a document that judges nothing by policies; then ``policies`` is
    empty too. ``past`` are findings that only a baseline has: gone, or not judged now. ``records``
    are the payload's own rows, for formats of one row a line; None where the payload is no list of
    anything. ``sheet`` makes flat ones of the document; without it the records are flattened as
    they are. ``comments`` are those of a document that people edit as YAML, by their places; None
    for one that nobody edits. ``tasks`` are the sections of one that people work off. ``cases`` are
    what was tried one by one; None where nothing was. ``screen``: the sections that a person at a
    terminal needs, with amounts told by the given figures; None where these are all of them.
    ``next``: commands that go on from here, the most useful first.
    """

    payload: dict[str, Any]
    sections: Callable[[], Sequence[Section]]
    exit: Exit
    findings: Sequence[Finding] | None = None
    policies: Sequence[PolicyResult] = ()
    past: Sequence[Finding] = ()
    records: Sequence[Mapping[str, Any]] | None = None
    sheet: Callable[[Document], Sheet] | None = None
    comments: Mapping[tuple[str, ...], Comment] | None = None
    tasks: Callable[[], Sequence[Section]] | None = None
    cases: Sequence[Case] | None = None
    screen: Callable[[Figures], Sequence[Section]] | None = None
    next: Sequence[str] = ()

    @property
    def undecided(self) -> list[PolicyResult]:
        """Policies that couldn't be judged for a reason of their own."""
        return [
            policy for policy in self.policies if policy.outcome == "error" and not policy.of_run
        ]

    @property
    def distrust(self) -> str | None:
        """Why the run as a whole isn't to be believed; None where only policies say why."""
        of_run = self.exit.code not in (0, 1) and self.exit.cause != "undecided"
        return self.exit.reason if of_run else None
