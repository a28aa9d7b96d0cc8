"""The account's lists as they are before the first act: keys and workspaces by region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from govern.cloud.failure import CallFailed
from govern.cloud.modelstudio import UNDOCUMENTED
from govern.cloud.paging import Row
from govern.model.act import GONE, Live, Thing
from govern.model.checklist import Checklist
from govern.model.journal import Journal
from govern.model.meaning import REGIONS
from govern.shutdown.act import states
from govern.shutdown.act.account import Account
from govern.shutdown.plan.wish import wish_of

#: What these lists tell of.
LISTED = ("api_key", "workspace")

#: What lies in a workspace, and is shown by an API key of it.
BY_KEY = ("training_job", "deployment", "batch")


@dataclass
class Seen:
    """``absent``: regions whose host isn't documented and doesn't exist: nothing is there."""

    keys: dict[str, list[Row]] = field(default_factory=dict)
    workspaces: dict[str, list[Row]] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)

    def place(self, thing: Thing) -> Thing:
        """The thing where it is listed; the same where none of these lists has it."""
        if thing.kind not in LISTED:
            return thing
        for region_id in (thing.region_id, *self.keys):
            if region_id and self._row(thing, region_id):
                return replace(thing, region_id=region_id)
        return thing

    def live(self, thing: Thing, ending: Iterable[str] = ()) -> Live:
        """What the lists say of it; ``ending``: keys that are deleted before it is acted on."""
        region_id = thing.region_id or ""
        if thing.kind == "api_key":
            row = self._row(thing, region_id)
            return states.key(thing, row) if row else Live(thing, GONE)
        gone = set(ending)
        keys = [key for key in self.keys.get(region_id, ()) if str(key.get("apiKeyId")) not in gone]
        return states.workspace(thing, self.workspaces.get(region_id, ()), keys)

    def key(self, id: str) -> Row | None:
        """The key of that id, wherever it is listed."""
        rows = (self._row(Thing("api_key", id), region_id) for region_id in self.keys)
        return next((row for row in rows if row), None)

    @property
    def spaces(self) -> dict[str, str]:
        """What each workspace is called."""
        rows = (row for listed in self.workspaces.values() for row in listed)
        return {str(row.get("workspaceId")): str(row.get("workspaceName") or "") for row in rows}

    def enabled(self) -> Iterable[tuple[str, str]]:
        """Workspace and id of every key that can be used."""
        for rows in self.keys.values():
            for row in rows:
                if str(row.get("disabled")) != "1":
                    yield str(row.get("workspaceId")), str(row.get("apiKeyId"))

    def _row(self, thing: Thing, region_id: str) -> Row | None:
        return self._rows.get((thing.kind, region_id, thing.id))

    @cached_property
    def _rows(self) -> dict[tuple[str, str, str], Row]:
        """By kind, region and id; made when all lists are read."""
        lists = (("workspace", self.workspaces, "workspaceId"), ("api_key", self.keys, "apiKeyId"))
        return {
            (kind, region_id, str(row.get(name))): row
            for kind, regions, name in lists
            for region_id, rows in regions.items()
            for row in rows
        }


def regions(
    checklist: Checklist, things: Sequence[Thing], journal: Journal, *, names: bool
) -> list[str]:
    """The regions that must be looked at: those of the things, and every one in which a wish may
    cover a key that no step knows. A workspace has all its keys in its own region (documented).

    ``names``: what the workspaces of jobs and deployments are called is asked for too.
    """
    kinds = (*LISTED, *BY_KEY) if names else LISTED
    known = [thing.region_id for thing in things if thing.kind in kinds]
    known += [intent.region_id for intent in journal.done.values() if intent.act.endswith("ApiKey")]
    spaces = {thing.workspace_id for thing in things if thing.region_id}
    wishes = [wish_of(text) for text in checklist.wishes]
    wide = any(
        wish.kind == "all" or (wish.kind == "workspace" and wish.id not in spaces)
        for wish in wishes
    )
    everywhere = REGIONS if wide or None in known else ()
    return list(dict.fromkeys([region_id for region_id in known if region_id] + list(everywhere)))


def read(account: Account, regions: Sequence[str]) -> Seen:
    """Raises CallFailed where a region that there is can't be seen: what isn't seen can't be held
    against the checklist."""
    seen = Seen()
    unresolved: Mapping[str, CallFailed] = {}
    for region_id in regions:
        try:
            seen.workspaces[region_id] = account.workspaces(region_id)
            seen.keys[region_id] = account.api_keys(region_id)
        except CallFailed as failed:
            if not failed.unresolved or region_id not in UNDOCUMENTED:
                raise
            unresolved = {**unresolved, region_id: failed}
    if unresolved and not seen.keys:
        # Nothing resolves: that tells of the network here, not of the regions there.
        raise next(iter(unresolved.values()))
    seen.absent = list(unresolved)
    return seen
