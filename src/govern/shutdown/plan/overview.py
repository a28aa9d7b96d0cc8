"""A checklist read back: what is open, due and overdue, for whom, and what it costs until then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from govern.model.checklist import Saving, Step
from govern.model.clock import iso, wall_text
from govern.model.document import Cell, Document, Section, Sheet
from govern.model.exits import Exit
from govern.model.figures import Figures
from govern.shutdown.plan.letter import letter
from govern.shutdown.plan.narrative import brief, by, counted, first_things, progress, wishes_of
from govern.shutdown.plan.rows import money, section
from govern.shutdown.plan.standing import Standing
from govern.shutdown.plan.steps import KINDS, OWN
from govern.shutdown.plan.title import title

SCHEMA = "govern.steps/v1"


@dataclass(frozen=True)
class Overview:
    """The ``steps`` of a checklist that somebody wants to see, of the file at ``path``.

    ``groups``: words of ``narrative.GROUPED``, by which they are told apart; none for one list.
    ``full``: why and how each is done.
    """

    path: str
    sha256: str
    standing: Standing
    steps: Sequence[Step]
    groups: Sequence[str] = ()
    full: bool = False

    def document(self) -> Document:
        steps = [self._record(step) for step in self.steps]
        standing = self.standing
        end = Exit("clean", f"{counted(len(steps))} shown")
        payload = {
            "schema": SCHEMA,
            "as_of": iso(standing.as_of, standing.clock),
            "checklist": self.path,
            "checklist_sha256": self.sha256,
            "open": len(standing.open),
            "overdue": len(standing.overdue),
            "at_stake_per_day": _money(standing.at_stake(standing.checklist.steps)),
            "shown_at_stake_per_day": _money(standing.at_stake(self.steps)),
            "steps": steps,
            "exit": {"code": end.code, "cause": end.cause, "reason": end.reason},
        }
        return Document(
            payload,
            self._sections,
            end,
            records=steps,
            sheet=self._sheet,
            tasks=self._tasks,
            screen=lambda figures: self._told_by(figures)._sections(),
        )

    @property
    def next(self) -> list[str]:
        """The commands that go on from here."""
        show = [] if self.full else [f"govern checklist show {self.path} STEP"]
        return [*show, f"govern checklist tick {self.path} STEP --by NAME"]

    def _told_by(self, figures: Figures) -> Overview:
        return replace(self, standing=replace(self.standing, figures=figures))

    def short(self, paths: Sequence[str]) -> Document:
        """What was written, and what to do next."""
        said = [
            f"Next: when its boxes are ticked, govern checklist tick {self.path} --from {path} "
            "--by NAME."
            for path in paths
            if path.endswith(".md")
        ]
        heading = f"{', '.join(paths)}: {counted(len(self.steps))} of {self.path}"
        return brief(lambda _: [Section(heading, said)])

    def _record(self, step: Step) -> dict[str, Any]:
        """As the checklist has it, and what follows from it now."""
        standing = self.standing
        return {
            **step.document(),
            "state": standing.state(step),
            "title": title(step),
            "phase": KINDS.get(step.kind, OWN).phase,
            "overdue": standing.is_overdue(step),
            "first": standing.first_open_need(step),
        }

    def _sections(self) -> list[Section]:
        return self._in(self.groups, letters=self.full)

    def _tasks(self) -> list[Section]:
        """To work off: everything, in parts of the work."""
        told = replace(self, full=True)
        return told._in(self.groups or ("phase", "region"), letters=True)

    def _in(self, groups: Sequence[str], *, letters: bool) -> list[Section]:
        standing = self.standing
        told = wishes_of(standing.checklist)
        found = by(self.steps, standing, groups) if groups else [("Steps", self.steps)]
        return [
            self._head(),
            *(
                section(name, steps, standing, told=told, full=self.full, letters=letters)
                for name, steps in found
                if steps
            ),
        ]

    def _head(self) -> Section:
        standing = self.standing
        said = list(first_things(standing))
        if len(self.steps) not in (len(standing.checklist.steps), len(standing.open)):
            cost = money(standing.at_stake(self.steps), standing.figures)
            shown = [step for step in self.steps if standing.is_open(step)]
            told = f"Shown: {counted(len(self.steps))}, {len(shown)} open"
            said.append(f"{told}; {cost} a day." if cost else f"{told}.")
        said += standing.checklist.notes
        return Section(
            f"CHECKLIST {self.path}: {progress(standing)}",
            [f"As of {wall_text(standing.as_of)}.", *said],
        )

    def _sheet(self, document: Document) -> Sheet:
        """One row for each step; money in a column for each currency."""
        del document
        kinds = sorted(
            {(stake.per, stake.currency) for step in self.steps for stake in step.at_stake}
        )
        columns = [*_BEFORE, *(f"at_stake_per_{per}_{currency}" for per, currency in kinds), *_MORE]
        return Sheet(columns, [self._flat(step, kinds) for step in self.steps])

    def _flat(self, step: Step, kinds: Sequence[tuple[str, str]]) -> list[Cell]:
        record: Mapping[str, Any] = {
            **self._record(step),
            "workspace_id": step.subject.workspace_id,
            "text": "\n".join(letter(step, self.standing.checklist)) or None,
        }
        stakes: dict[tuple[str, str], Decimal] = {
            (stake.per, stake.currency): stake.amount for stake in step.at_stake
        }
        money = [stakes.get(kind) for kind in kinds]
        return [*map(record.get, _BEFORE), *money, *map(record.get, _MORE)]


_BEFORE = ("state", "title", "due", "overdue", "owner", "region_id", "workspace_id")
_MORE = ("phase", "kind", "id", "first", "proof", "by", "at", "note", "how", "command", "text")


def _money(savings: Sequence[Saving]) -> list[dict[str, str]]:
    return [saving.document() for saving in savings]
