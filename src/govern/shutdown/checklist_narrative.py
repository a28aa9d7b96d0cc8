"""A checklist as formats see it: YAML to work with, and views of it to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govern.model.checklist import Checklist, Comment, Region, Saving, Step, told
from govern.model.document import Document, Section
from govern.model.exits import Exit
from govern.model.money import plain
from govern.shutdown.plan import OVER
from govern.shutdown.tick import named

VIEW = "A view of govern.checklist/v1: tick and edit the YAML, not this."

_TITLES = {
    "look_at_region": "Look at",
    "look_at_plan": "Find out whether it renews:",
    "ask_owner": "Ask the owner of",
    "tell_owners": "Tell the owners of calls in",
    "take_offline": "Take offline",
    "cancel_training": "Halt",
    "cancel_batch": "Cancel",
    "disable_key": "Disable",
    "stop_playground": "Stop Playground use in",
    "stop_web_search": "Stop",
    "delete_knowledge_base": "Delete",
    "turn_off_renewal": "Turn off auto-renewal:",
    "unsubscribe": "Unsubscribe",
    "delete_key": "Delete (final)",
    "retire_workspace": "Delete (final)",
    "safety_net": "Set a safety net for the",
    "closing_proof": "Prove by a later bill:",
    "final_bill": "Check the final bill of the",
}

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
        records=[{"view": VIEW, **_record(step)} for step in checklist.steps],
        comments={("schema",): HEADER} if comments is None else comments,
    )


def _record(step: Step) -> dict[str, Any]:
    document = step.document()
    document["saves_per_day"] = money(step.saves_per_day)
    return document


def title(step: Step) -> str:
    """The step in one line: what to do with what."""
    return f"{_TITLES.get(step.kind, step.kind)} {named(step.subject)}"


def money(savings: Sequence[Saving]) -> str:
    return ", ".join(f"{plain(saving.amount)} {saving.currency}" for saving in savings)


def sections(checklist: Checklist) -> list[Section]:
    return [_head(checklist), _steps(checklist.steps), _regions(checklist.regions)]


def _head(checklist: Checklist) -> Section:
    open_steps = [step for step in checklist.steps if step.state not in OVER]
    saves = money(checklist.saves_per_day)
    heading = f"CHECKLIST: {len(checklist.steps)} steps, {len(open_steps)} open"
    if saves:
        heading += f"; doing them saves {saves} a day"
    wishes = ", ".join(checklist.wishes)
    said = [VIEW]
    if wishes:
        said.append(f"To retire: {wishes}.")
    if checklist.account_ids:
        said.append(f"Paid by account {', '.join(checklist.account_ids)}.")
    said.append(f"Made as of {told(checklist.as_of)}.")
    return Section(heading, sentences=[*said, *checklist.notes])


def _steps(steps: Sequence[Step]) -> Section:
    return Section(
        "Steps",
        columns=("state", "step", "region", "saves a day", "due", "proved by"),
        rows=[
            [
                step.state,
                title(step),
                step.region_id or "",
                money(step.saves_per_day),
                (told(step.due) or "")[:16].replace("T", " "),
                {"bill": "a later bill", "inventory": "an inventory"}.get(step.proof, "your word"),
            ]
            for step in steps
        ],
        details=[list(_details(step)) for step in steps],
        right=frozenset({3}),
        ticks=[step.state in OVER for step in steps],
    )


def _details(step: Step) -> Iterable[str]:
    yield f"id: {step.id}"
    yield f"why: {step.why}"
    yield f"how: {step.how}"
    if step.command:
        yield f"command: {step.command}"
    if step.needs:
        shown = ", ".join(step.needs[:6])
        more = f" and {len(step.needs) - 6} more" if len(step.needs) > 6 else ""
        yield f"after: {shown}{more}"
    if step.by:
        yield f"{step.state} by {step.by}" + (f" at {told(step.at)}" if step.at else "")
    for name in ("reason", "note"):
        if getattr(step, name):
            yield f"{name}: {getattr(step, name)}"
    if step.until:
        yield f"until: {told(step.until)}"
    if step.approved_by:
        yield f"approved by {step.approved_by}"


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
