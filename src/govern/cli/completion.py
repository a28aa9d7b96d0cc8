"""What the shell completes: steps and people of the checklist that was typed before, formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from govern.model.errors import GovernError

if TYPE_CHECKING:
    from govern.model.checklist import Step

#: The parameters in which commands take a checklist.
_FILES = ("file", "checklist")


def step_ids(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids of steps."""
    return _beginning(incomplete, (step.id for step in _steps(ctx)))


def people(ctx: typer.Context, incomplete: str) -> list[str]:
    """Who owns, ticked or approved anything."""
    return _beginning(
        incomplete,
        (name for step in _steps(ctx) for name in (step.owner, step.by, step.approved_by) if name),
    )


def owners(ctx: typer.Context, incomplete: str) -> list[str]:
    return _beginning(incomplete, (step.owner for step in _steps(ctx) if step.owner))


def regions(ctx: typer.Context, incomplete: str) -> list[str]:
    return _beginning(incomplete, (step.region_id for step in _steps(ctx) if step.region_id))


def kinds(ctx: typer.Context, incomplete: str) -> list[str]:
    return _beginning(incomplete, (step.kind for step in _steps(ctx)))


def one_of(words: Sequence[str]) -> Callable[[str], list[str]]:
    """Completes to these words."""
    return lambda incomplete: _beginning(incomplete, words)


def _beginning(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word.startswith(incomplete)]


def _steps(ctx: typer.Context) -> Sequence[Step]:
    """Of the checklist that was typed; none where there is none that can be read."""
    from govern.policy.checklist import load_checklist

    # An option that still waits for its value leaves what was typed before it unparsed.
    named = next((ctx.params[name] for name in _FILES if ctx.params.get(name)), None)
    try:
        return load_checklist(named or next(iter(ctx.args), "")).checklist.steps
    except GovernError:
        return ()
