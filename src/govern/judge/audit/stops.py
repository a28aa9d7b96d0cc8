"""Known stops: by ``--stopped-at``, by a journal, or by the inventory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo

from govern.judge.audit.use import Stop
from govern.model.clock import Moment
from govern.model.directory import Directory
from govern.model.errors import GovernError
from govern.model.inventory import ApiKey
from govern.model.journal import Journal
from govern.model.text import nearest, shorten

#: A key is (workspace, id); a workspace is (workspace, None).
Place = tuple[str | None, str | None]


def stops_of(
    given: Sequence[tuple[str, Moment]],
    journal: Journal | None,
    directory: Directory,
    keys: Iterable[tuple[str | None, str]],
    workspaces: Iterable[str],
    clock: tzinfo,
) -> dict[Place, Stop]:
    """Every known stop; one that was given is believed before the journal's, and that before the
    inventory's.

    ``keys`` and ``workspaces`` are those of the bill. Raises wrong usage for what occurs neither
    there nor in the inventory, and for a bare id that is in two workspaces.
    """
    in_bill = set(keys)
    known = _with_inventory(in_bill, directory)
    stops: dict[Place, Stop] = {}
    for (workspace_id, key_id), (key, _) in directory.keys.items():
        stop = _of_inventory(key, clock)
        for place in in_bill | {(workspace_id, key_id)} if stop else ():
            if place[1] == key_id and directory.key(*place) is key:
                assert stop is not None
                stops[place] = stop
    for own, done in _of_journal(journal, clock):
        # A key whose workspace it doesn't name is the one of that id, wherever the bill has it.
        elsewhere = in_bill if own[0] is None else ()
        stops |= dict.fromkeys((own, *(place for place in elsewhere if place[1] == own[1])), done)
    faults: list[str] = []
    named: dict[Place, str] = {}
    for word, moment in given:
        place_or_fault = _place(word, known, {*workspaces, *directory.workspaces})
        if isinstance(place_or_fault, str):
            faults.append(f"--stopped-at {shorten(word, 100)}: {place_or_fault}")
        elif place_or_fault in named:
            faults.append(f"--stopped-at {shorten(word, 100)}: given twice")
        else:
            named[place_or_fault] = word
            stops[place_or_fault] = Stop(moment.on(clock), "--stopped-at")
    if faults:
        raise GovernError("usage", faults)
    return stops


def _with_inventory(
    keys: set[tuple[str | None, str]], directory: Directory
) -> Mapping[str, set[str | None]]:
    """The workspaces of each key id; one the inventory doesn't place is where the bill has it."""
    known: dict[str, set[str | None]] = {}
    for workspace_id, key_id in keys:
        known.setdefault(key_id, set()).add(workspace_id)
    for workspace_id, key_id in directory.keys:
        if workspace_id is not None or key_id not in known:
            known.setdefault(key_id, set()).add(workspace_id)
    return known


def _of_inventory(key: ApiKey, clock: tzinfo) -> Stop | None:
    """The first instant from which the key couldn't be used; of an interval, its end."""
    ends: list[tuple[datetime, Moment | None]] = []
    if key.disabled_at and key.disabled is not False:
        ends.append((key.disabled_at.on(clock), key.disabled_after))
    if key.gone_at:
        ends.append((key.gone_at.on(clock), key.gone_after))
    if not ends:
        return None
    at, after = min(ends, key=lambda end: end[0])
    return Stop(at, "inventory", after.on(clock) if after else None)


#: The acts that stop a key, and those that stop a workspace.
_OF_KEY = ("DisableApiKey", "DeleteApiKey")
_OF_WORKSPACE = ("DeleteWorkspace",)


def _of_journal(journal: Journal | None, clock: tzinfo) -> Iterable[tuple[Place, Stop]]:
    """Of a key that was disabled and then deleted, the first counts."""
    known: dict[Place, Stop] = {}
    for stopped in journal.stops if journal else ():
        if stopped.act in _OF_KEY:
            place: Place = stopped.workspace_id, stopped.target
        elif stopped.act in _OF_WORKSPACE:
            place = stopped.target, None
        else:
            continue
        stop = Stop(stopped.at.on(clock), "journal", stopped.after.on(clock))
        if place not in known or stop.at < known[place].at:
            known[place] = stop
    return known.items()


def _place(
    word: str, known: Mapping[str, set[str | None]], workspaces: Iterable[str]
) -> Place | str:
    """What ``KEY``, ``WORKSPACE/KEY`` or ``WORKSPACE/`` names, or what is wrong with it."""
    workspace_id, slash, key_id = word.rpartition("/")
    if slash and not key_id:
        if workspace_id in workspaces:
            return workspace_id, None
        return f"no such workspace in the bill or inventory{_near(workspace_id, workspaces)}"
    places = known.get(key_id, set())
    if slash:
        if workspace_id in places:
            return workspace_id, key_id
        words = [
            f"{workspace_id}/{id}"
            for id, ones in known.items()
            for workspace_id in ones
            if workspace_id
        ]
        return f"no such key in the bill or inventory{_near(word, words)}"
    if not places:
        return f"no such key in the bill or inventory{_near(key_id, known)}"
    if len(places) > 1:
        ways = " or ".join(sorted(f"{place or ''}/{key_id}" for place in places))
        return f"this key id occurs in {len(places)} workspaces; write {ways}"
    return next(iter(places)), key_id


def _near(word: str, words: Iterable[str]) -> str:
    near = nearest(word, words) if 0 < len(word) < 64 else None
    return f"; did you mean {near}?" if near else ""
