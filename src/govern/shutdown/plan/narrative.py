"""A checklist as formats see it: YAML to work with, and views of it to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govern.model.checklist import Checklist, Comment, Region, Saving, Step, with_offset
from govern.model.clock import BILL_CLOCK, Moment, wall_text
from govern.model.document import Document, Section
from govern.model.exits import Exit
from govern.model.money import plain
from govern.shutdown.plan.order import OVER, is_overdue
from govern.shutdown.plan.scene import wished
from govern.shutdown.plan.title import title
from govern.shutdown.plan.wish import wish_of

VIEW = "A view of the checklist: tick and edit the YAML (-o checklist.yaml), not this."

#: What proves a step, in a word.
_PROOFS = {"bill": "a bill", "inventory": "inventory", "person": "your word"}

#: What stands on top of a new checklist.
HEADER = Comment(
    above=(
        "# A stop-billing checklist. Review it, commit it, and tick what was done:",
        "#   govern checklist tick FILE STEP --by NAME",
        "# Made again from a newer bill it keeps states, people, notes and comments.",
        "# govern verify FILE BILL proves it.",
    )
)


#: How many of the steps that come before one are named.
_SHOWN = 3


def document(
    checklist: Checklist, exit: Exit, comments: Mapping[tuple[str, ...], Comment] | None = None
) -> Document:
    """``comments`` are those of the file it was made again from; a new one gets a header."""
    payload = checklist.document()
    return Document(
        payload,
        lambda: sections(checklist),
        exit,
        records=[{"view": VIEW, **_record(step)} for step in checklist.steps],
        comments={("schema",): HEADER} if comments is None else comments,
    )


def _record(step: Step) -> dict[str, Any]:
    document = step.document()
    document["saves_per_day"] = money(step.saves_per_day)
    return document


def money(savings: Sequence[Saving]) -> str:
    return ", ".join(f"{plain(saving.amount)} {saving.currency}" for saving in savings)


def sections(checklist: Checklist) -> list[Section]:
    return [_head(checklist), _steps(checklist), _regions(checklist.regions)]


def _head(checklist: Checklist) -> Section:
    open_steps = [step for step in checklist.steps if step.state not in OVER]
    saves = money(checklist.saves_per_day)
    heading = f"CHECKLIST: {len(checklist.steps)} steps, {len(open_steps)} open"
    if saves:
        heading += f"; doing them saves {saves} a day"
    said = [VIEW, *(f"{wish}." for wish in _wishes(checklist))]
    if checklist.steps and not checklist.wishes:
        said.append("Made from what your policies find.")
    if checklist.account_ids:
        said.append(f"Paid by account {', '.join(checklist.account_ids)}.")
    said.append(f"Made as of {_minute(checklist.as_of)}.")
    late = [step.id for step in checklist.steps if _late(step, checklist)]
    if late:
        said.append(f"Overdue: {', '.join(late)}.")
    return Section(heading, sentences=[*said, *checklist.notes])


def _wishes(checklist: Checklist) -> list[str]:
    return [wished(wish_of(text)) for text in checklist.wishes]


def _steps(checklist: Checklist) -> Section:
    steps = checklist.steps
    hows = _hows(steps)
    return Section(
        "Steps",
        columns=("state", "step", "region", "saves a day", "proof"),
        rows=[
            [
                step.state,
                title(step),
                step.region_id or "",
                money(step.saves_per_day),
                _PROOFS.get(step.proof, step.proof),
            ]
            for step in steps
        ],
        details=[
            list(_details(step, _why(step, _wishes(checklist)), how, _late(step, checklist)))
            for step, how in zip(steps, hows, strict=True)
        ],
        right=frozenset({3}),
        # What is kept on purpose isn't done: its box stays empty.
        ticks=[step.state in OVER and step.state != "kept" for step in steps],
    )


def _why(step: Step, wishes: Sequence[str]) -> str:
    """Without what the head of the checklist says for all of them."""
    for wish in wishes:
        if step.why.startswith(f"{wish}."):
            return step.why[len(wish) + 1 :].strip()
    return step.why


def _hows(steps: Sequence[Step]) -> list[str]:
    """How each is done; in full only once where nothing but the ids of the subject differ."""
    first: dict[tuple[str, str], str] = {}
    found = []
    for step in steps:
        words = step.how
        for id in (step.subject.id, step.subject.workspace_id):
            words = words.replace(id, "…") if id else words
        known = first.setdefault((step.kind, words), step.id)
        found.append(step.how if known == step.id else f"as for {known}")
    return found


def _late(step: Step, checklist: Checklist) -> bool:
    clock = checklist.as_of.zone or BILL_CLOCK
    return is_overdue(step, step.state, checklist.as_of.wall, clock)


def _details(step: Step, why: str, how: str, late: bool) -> Iterable[str]:
    yield f"id: {step.id}"
    if why:
        yield f"why: {why}"
    yield f"how: {how}"
    if step.command:
        yield f"command: {step.command}"
    if step.due:
        yield f"due: {_minute(step.due)}" + (" (overdue)" if late else "")
    if step.needs:
        shown = ", ".join(step.needs[:_SHOWN])
        more = f" and {len(step.needs) - _SHOWN} more" if len(step.needs) > _SHOWN else ""
        yield f"after: {shown}{more}"
    if step.by:
        yield f"{step.state} by {step.by}" + (f" at {_minute(step.at)}" if step.at else "")
    for name in ("reason", "note"):
        if getattr(step, name):
            yield f"{name}: {getattr(step, name)}"
    if step.until:
        yield f"until: {_minute(step.until)}"
    if step.approved_by:
        yield f"approved by {step.approved_by}"


def _minute(moment: Moment) -> str:
    """``2026-10-05 12:00``, with the offset where it isn't that of the bill clock."""
    offset = (with_offset(moment) or "")[19:]
    return wall_text(moment.wall) + (f" ({offset})" if offset != "+08:00" else "")


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
