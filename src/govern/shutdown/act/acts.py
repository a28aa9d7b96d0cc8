"""Every act by its name, as the kinds of steps declare them, and as a journal names them."""

from __future__ import annotations

from collections.abc import Mapping

from govern.model.act import Act
from govern.model.errors import GovernError
from govern.model.journal import Intent
from govern.shutdown.plan.steps import KINDS

ACTS: Mapping[str, Act] = {kind.act.name: kind.act for kind in KINDS.values() if kind.act}
UNDOS: Mapping[str, Act] = {act.undo.name: act.undo for act in ACTS.values() if act.undo}

#: The kind of step that each act carries out.
KIND_OF: Mapping[str, str] = {kind.act.name: kind.name for kind in KINDS.values() if kind.act}


def act_of(intent: Intent) -> Act:
    """What the intent was going to call. Raises ``journal`` for what this govern doesn't know."""
    known = UNDOS if intent.undoes is not None else ACTS
    if intent.act not in known:
        raise GovernError("journal", f"line {intent.seq}: an act that isn't known: {intent.act}")
    return known[intent.act]
