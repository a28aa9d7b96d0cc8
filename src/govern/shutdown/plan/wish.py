"""What somebody wants to be over: one API key, one workspace, or all of Model Studio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govern.model.errors import GovernError
from govern.model.text import nearest, shorten

KINDS = ("api_key", "workspace", "all")


@dataclass(frozen=True)
class Wish:
    """``api_key=12345``, ``api_key=llm-a/12345``, ``workspace=llm-a`` or ``all``."""

    kind: str
    id: str | None = None
    workspace_id: str | None = None

    @property
    def text(self) -> str:
        if self.kind == "all":
            return "all"
        within = f"{self.workspace_id}/" if self.workspace_id else ""
        return f"{self.kind}={within}{self.id}"

    def covers(self, workspace_id: str | None, api_key_id: str | None) -> bool:
        """Whether the key, or use without a key, of this workspace is to be over."""
        if self.kind == "all":
            return True
        if self.kind == "workspace":
            return workspace_id == self.id
        return api_key_id == self.id and self.workspace_id in (None, workspace_id)


def wishes(
    words: Sequence[str], keys: Iterable[tuple[str | None, str]], workspaces: Iterable[str]
) -> tuple[Wish, ...]:
    """The wishes of ``--retire``. ``keys`` and ``workspaces``: those of the bill and inventory.

    Raises wrong usage, with every fault, for what isn't known there: a typo would retire nothing.
    """
    known = set(keys)
    places_of: dict[str, list[str | None]] = {}
    for place, key in known:
        places_of.setdefault(key, []).append(place)
    places = set(workspaces)
    faults: list[str] = []
    found: list[Wish] = []
    for word in words:
        kind, separator, id = word.partition("=")
        told = f"--retire {shorten(word, 100)}"
        if word == "all":
            found.append(Wish("all"))
        elif kind not in KINDS[:2] or not separator or not id:
            near = nearest(kind, KINDS) if len(kind) < 40 else None
            hint = f" (did you mean {near}?)" if near and near != kind else ""
            faults.append(f"{told}: write all, workspace=ID or api_key=ID{hint}")
        elif kind == "workspace":
            if id not in places:
                faults.append(
                    f"{told}: no such workspace in the bill or inventory{_near(id, places)}"
                )
            found.append(Wish("workspace", id))
        else:
            workspace_id, _, key_id = id.rpartition("/")
            if not any(workspace_id in ("", place) for place in places_of.get(key_id, ())):
                ids = {key for _, key in known}
                faults.append(f"{told}: no such key in the bill or inventory{_near(key_id, ids)}")
            found.append(Wish("api_key", key_id, workspace_id or None))
    if faults:
        raise GovernError("usage", faults)
    return tuple(dict.fromkeys(found))


def wish_of(text: str) -> Wish:
    """A wish as a checklist holds it; it was valid when it was made."""
    kind, _, id = text.partition("=")
    workspace_id, _, own = id.rpartition("/")
    if kind == "api_key":
        return Wish("api_key", own, workspace_id or None)
    return Wish("workspace", id) if kind == "workspace" else Wish("all")


def _near(word: str, words: Iterable[str]) -> str:
    near = nearest(word, words) if 0 < len(word) < 64 else None
    return f"; did you mean {near}?" if near else ""
