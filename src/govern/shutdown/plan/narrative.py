"""A checklist as formats see it: YAML to work with, and views of it to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from govern.model.checklist import Checklist, Comment, Region, Step
from govern.model.document import Document, Section
from govern.model.exits import Exit
from govern.model.figures import EXACT, Figures
from govern.model.text import some
from govern.shutdown.plan.kind import PHASES
from govern.shutdown.plan.rows import at_stake, due, minute, money, section
from govern.shutdown.plan.scene import wished
from govern.shutdown.plan.standing import Standing, as_made, owners
from govern.shutdown.plan.steps import KINDS, OWN
from govern.shutdown.plan.title import title
from govern.shutdown.plan.wish import wish_of

#: So many overdue steps are named.
_SHOWN = 5

VIEW = "A view of the checklist: tick and edit the YAML (-o checklist.yaml), not this."

#: What stands on top of a new checklist.
HEADER = Comment(
    above=(
        "# A stop-billing checklist. Review it, commit it, and tick what was done:",
        "#   govern checklist tick FILE STEP --by NAME",
        "# Made again from a newer bill it keeps states, people, notes and comments.",
        "# govern verify FILE BILL proves it.",
    )
)


def document(
    checklist: Checklist, exit: Exit, comments: Mapping[tuple[str, ...], Comment] | None = None
) -> Document:
    """``comments`` are those of the file it was made again from; a new one gets a header."""
    payload = checklist.document()
    return Document(
        payload,
        lambda: sections(checklist),
        exit,
        tasks=lambda: tasks(checklist),
        screen=lambda figures: sections(checklist, figures),
        records=[{"view": VIEW, **_record(step)} for step in checklist.steps],
        comments={("schema",): HEADER} if comments is None else comments,
    )


def _record(step: Step) -> dict[str, Any]:
    document = step.document()
    document["saves_per_day"] = money(step.saves_per_day)
    document["at_stake"] = at_stake(step.at_stake)
    return document


def sections(checklist: Checklist, figures: Figures = EXACT) -> list[Section]:
    standing = as_made(checklist, figures)
    steps = section("Steps", checklist.steps, standing, told=wishes_of(checklist))
    return [_head(standing), steps, _regions(checklist.regions)]


def tasks(checklist: Checklist) -> list[Section]:
    """As people work it off: a section for each part of the work and region."""
    standing = as_made(checklist)
    told = wishes_of(checklist)
    return [
        _head(standing),
        *(
            section(name, steps, standing, told=told, letters=True)
            for name, steps in parts(checklist.steps, standing)
        ),
        _regions(checklist.regions),
    ]


def parts(steps: Sequence[Step], standing: Standing) -> list[tuple[str, list[Step]]]:
    """The steps by part of the work and region, each with its heading."""
    return by(steps, standing, ("phase", "region"))


def by(
    steps: Sequence[Step], standing: Standing, words: Sequence[str]
) -> list[tuple[str, list[Step]]]:
    """The steps by words of :data:`GROUPED`: parts of the work in their order, else in the order
    of the first step of each group."""
    groups: dict[tuple[str, ...], list[Step]] = {}
    for step in steps:
        groups.setdefault(tuple(GROUPED[word](step) for word in words), []).append(step)
    keys = (
        sorted(groups, key=lambda key: _PHASE_PLACES.get(key[0], -1))
        if "phase" in words
        else list(groups)
    )
    return [(_group_head(key, groups[key], standing), groups[key]) for key in keys]


def _group_head(key: Sequence[str], steps: Sequence[Step], standing: Standing) -> str:
    name = ", ".join(filter(None, key))
    open_steps = [step for step in steps if standing.is_open(step)]
    told = f"{name}: {counted(len(steps))}, {len(open_steps)} open"
    cost = money(standing.at_stake(steps), standing.figures)
    return told + (f"; {cost} a day" if cost else "")


#: The parts of the work, in words.
PHASE_TITLES = {
    "renewals": "Turn off renewals",
    "look": "Look",
    "ask": "Ask and tell",
    "stop": "Stop",
    "delete": "Delete, when it is quiet",
    "prove": "Prove",
    "": "Steps of your own",
}
_PHASE_PLACES = {PHASE_TITLES[phase]: place for place, phase in enumerate((*PHASES, ""))}

#: By what steps can be told apart, and the word of each.
GROUPED: Mapping[str, Callable[[Step], str]] = {
    "phase": lambda step: PHASE_TITLES[KINDS.get(step.kind, OWN).phase],
    "region": lambda step: step.region_id or "no region",
    "owner": lambda step: step.owner or "nobody named",
    "kind": lambda step: step.kind,
}


def counted(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _head(standing: Standing) -> Section:
    checklist = standing.checklist
    said = [VIEW, *(f"{wish}." for wish in wishes_of(checklist))]
    if checklist.steps and not checklist.wishes:
        said.append("Made from what your policies find.")
    if checklist.account_ids:
        said.append(f"Paid by account {', '.join(checklist.account_ids)}.")
    said.append(f"Made as of {minute(checklist.as_of)}.")
    return Section(
        f"CHECKLIST: {progress(standing)}",
        sentences=[*said, *first_things(standing), *checklist.notes],
    )


def short(checklist: Checklist, paths: Sequence[str], lists: Sequence[str]) -> Document:
    """What was written, and what to do next. ``lists``: the files to work with, not views."""
    said = list(checklist.notes)
    said += [
        f"Next: review and commit it; govern checklist show {path} --open reads it back, "
        f"govern checklist tick {path} STEP --by NAME marks what was done."
        for path in lists
    ]
    if not lists:
        said.append(VIEW)
    names = ", ".join(paths)

    def told(figures: Figures) -> list[Section]:
        standing = as_made(checklist, figures)
        return [Section(f"{names}: {progress(standing)}", [*first_things(standing), *said])]

    return brief(told)


def brief(told: Callable[[Figures], list[Section]]) -> Document:
    """A document of a heading with sentences, for whoever sees where the result went."""
    return Document({}, lambda: told(EXACT), Exit("clean", "written"), screen=told)


def progress(standing: Standing) -> str:
    """``119 steps, 100 open; 127.6 CNY a day at stake``."""
    steps = standing.checklist.steps
    told = f"{counted(len(steps))}, {len(standing.open)} open"
    cost = money(standing.at_stake(steps), standing.figures)
    return told + (f"; {cost} a day at stake" if cost else "")


def first_things(standing: Standing) -> Iterable[str]:
    """What is overdue, the first deadline and of what, and how many steps are for whom."""
    late = standing.overdue
    if late:
        yield f"Overdue: {some([step.id for step in late], _SHOWN)}."
    first = standing.first_deadline
    if first:
        cost = f" ({at_stake(first.at_stake, standing.figures)})" if first.at_stake else ""
        yield f"First deadline: {due(first, standing)}: {title(first)}{cost}."
    known = owners(standing.open)
    if any(owner for owner, _ in known):
        told = ", ".join(f"{owner or 'nobody named'} {count}" for owner, count in known)
        yield f"Open steps are for: {told}."
    elif known:
        yield "No owner is named: an inventory names them (govern inventory init)."


def wishes_of(checklist: Checklist) -> list[str]:
    """What was asked for, in words."""
    return [wished(wish_of(text)) for text in checklist.wishes]


def _regions(regions: Sequence[Region]) -> Section:
    said = {"full": "looked at", "partial": "looked at in part", "none": "NOT LOOKED AT"}
    return Section(
        "Regions",
        columns=("region", "inventory", "the bill"),
        rows=[
            [one.region_id, said[one.looked_at], "has charges" if one.charges else "has none"]
            for one in regions
        ],
    )
