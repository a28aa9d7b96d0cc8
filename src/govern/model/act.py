"""Acts: the calls that carry a step out, and what the account says where one is made or proved.

States are the account's own words; those that it has none for are made up here: ``enabled`` and
``disabled`` of a key, ``empty`` and ``in use`` of a workspace, ``gone`` of what isn't listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GONE = "gone"

#: Nobody can tell here: no API key of its workspace is at hand.
UNSEEN = "unseen"


@dataclass(frozen=True)
class Act:
    """One call. ``about``: the kind of thing it is about, as a checklist says it.

    ``made_in``: the states in which it is made; without any, in every one that isn't named here.
    ``under_way``: it is on its way to ``proved_in``. ``neither``: it would change nothing.
    ``ends``: its thing is over with it, so that one which isn't listed any more proves it, once it
    was intended. ``by_key``: made with a Model Studio API key of the workspace. ``inferred``: that
    the call does this is documented nowhere, so it is made only where that is asked for.
    """

    name: str
    about: str
    proved_in: frozenset[str]
    made_in: frozenset[str] = frozenset()
    under_way: frozenset[str] = frozenset()
    neither: frozenset[str] = frozenset()
    ends: bool = False
    by_key: bool = False
    inferred: bool = False
    undo: Act | None = None

    def judged(self, state: str) -> str:
        """``proved``, ``made`` (it is to be made), ``under_way``, ``neither`` or ``unseen``."""
        if state == UNSEEN:
            return UNSEEN
        folded = state.casefold()

        def among(words: frozenset[str]) -> bool:
            return folded in {word.casefold() for word in words}

        if among(self.proved_in):
            return "proved"
        if among(self.under_way):
            return "under_way"
        known = among(self.made_in) if self.made_in else state != GONE and not among(self.neither)
        return "made" if known else "neither"


@dataclass(frozen=True)
class Thing:
    """What an act is about: one key, job, deployment, plan or workspace, and where it is."""

    kind: str
    id: str
    region_id: str | None = None
    workspace_id: str | None = None


@dataclass(frozen=True)
class Live:
    """A thing as the account shows it now. ``names``: what it and its workspace are called there.

    ``before``: what taking an act back needs. ``reason``: why it isn't there, where that is known.
    """

    thing: Thing
    state: str
    names: tuple[str, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
