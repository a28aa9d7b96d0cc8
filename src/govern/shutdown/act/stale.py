"""Whether a checklist still fits: files that changed since, and an account that did."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from govern.bill.original import sha256_of
from govern.model.checklist import Checklist, Step
from govern.model.journal import Journal
from govern.model.text import some
from govern.shutdown.plan.steps import disable_key
from govern.shutdown.plan.wish import wish_of

if TYPE_CHECKING:
    from govern.shutdown.act.seen import Seen

#: How many of a kind are named.
_SHOWN = 3


def inputs(checklist: Checklist) -> tuple[list[str], list[str]]:
    """Files that it was made from: those that hold something else now, and those that aren't here.

    A member of a zip goes by the digest of its zip.
    """
    changed, absent = [], []
    for file in checklist.inputs:
        if file.sha256 is None:
            continue
        path = next((path for path in _paths(file.path) if os.path.isfile(path)), None)
        if path is None:
            absent.append(file.path)
        elif _digest(path) != file.sha256:
            changed.append(f"{file.path} isn't what the checklist was made from")
    return changed, absent


def _paths(path: str) -> Iterable[str]:
    yield path
    head, _, _ = path.partition(".zip/")
    if head != path:
        yield f"{head}.zip"


def _digest(path: str) -> str | None:
    try:
        return sha256_of(path)
    except OSError:
        return None


def account(checklist: Checklist, journal: Journal, seen: Seen) -> list[str]:
    """What of the account isn't any more as the checklist and the journal have it."""
    return [*_moved(checklist, seen), *_again(checklist, journal, seen), *_unknown(checklist, seen)]


def _moved(checklist: Checklist, seen: Seen) -> Iterable[str]:
    for step in checklist.steps:
        if not _is_of_key(step) or step.state not in ("todo", "blocked"):
            continue
        row = seen.key(str(step.subject.id))
        place = str(row.get("workspaceId")) if row else None
        if place and step.subject.workspace_id and place != step.subject.workspace_id:
            yield (
                f"key {step.subject.id} is in workspace {place}, and {step.id} says "
                f"{step.subject.workspace_id}"
            )


def _again(checklist: Checklist, journal: Journal, seen: Seen) -> Iterable[str]:
    """Somebody needed it: whoever did decides whether it is kept."""
    kept = {step.id for step in checklist.steps if step.state == "kept"}
    for intent in journal.done.values():
        if intent.act != disable_key.ACT.name or intent.step in kept:
            continue
        row = seen.key(intent.target)
        if row and str(row.get("disabled")) == "0":
            yield (
                f"key {intent.target} was disabled by the journal (line {intent.seq}) and is "
                f"enabled again: keep it (tick {intent.step} --keep-until), or take the act back "
                "(--undo)"
            )


def _unknown(checklist: Checklist, seen: Seen) -> Iterable[str]:
    known = {
        (step.subject.workspace_id, step.subject.id) for step in checklist.steps if _is_of_key(step)
    }
    wishes = [wish_of(text) for text in checklist.wishes]
    unknown = [
        f"{workspace_id}/{key_id}"
        for workspace_id, key_id in seen.enabled()
        if not {(workspace_id, key_id), (None, key_id)} & known
        and any(wish.covers(workspace_id, key_id) for wish in wishes)
    ]
    if unknown:
        yield (
            f"enabled and on no step, though asked for: {some(unknown, _SHOWN)}: make the "
            "checklist again"
        )


def _is_of_key(step: Step) -> bool:
    return step.subject.kind == "api_key" and bool(step.subject.id)
