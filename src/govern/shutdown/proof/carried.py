"""What the journal says was done, as a view of the checklist: it is believed before a tick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo

from govern.model.checklist import Checklist
from govern.model.journal import Journal

#: Who says that a step was done, where the journal does.
BY = "the journal"


def carried_out(checklist: Checklist, journal: Journal | None) -> Checklist:
    """The checklist in which every step that the journal has done is done, by it and then.

    What people keep on purpose stays kept: that is their word after it.
    """
    done = journal.done if journal else {}
    steps = []
    for step in checklist.steps:
        last = done[step.id].last if step.id in done else None
        if last and step.state != "kept":
            step = replace(step, state="done", by=BY, at=last.at)
        steps.append(step)
    return replace(checklist, steps=tuple(steps))


def began(journal: Journal | None, clock: tzinfo) -> Mapping[str, datetime]:
    """By step: when its act was begun; between that and its stop nothing is a leak or proof."""
    return {id: intent.at.on(clock) for id, intent in journal.done.items()} if journal else {}
