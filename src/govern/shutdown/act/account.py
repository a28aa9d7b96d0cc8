"""The account as ``apply`` sees it: the state of one thing, and one call for each act.

What isn't found is looked for in its list as well before it counts as gone: a wrong path, another
region's host or somebody else's proxy say "not found" too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govern.cloud import bss, dashscope, modelstudio
from govern.cloud.client import Client, Key, Reply
from govern.cloud.credentials import ApiKey
from govern.cloud.failure import CallFailed
from govern.cloud.paging import Row, Rows
from govern.cloud.service import Operation
from govern.model.act import GONE, UNSEEN, Live, Thing
from govern.shutdown.act import calls, states

_MISSING = re.compile(r"not_?(found|exists?)|no_?such", re.IGNORECASE)

#: Not found, but none of ours: the operation, the version, the caller.
_NOT_THE_THING = ("InvalidAction", "InvalidVersion", "InvalidApi", "InvalidAccessKey", "HTTP ")


@dataclass(frozen=True)
class _ByKey:
    """Things of one workspace, which an API key of it shows: how one is read, all, and ended."""

    get: Operation
    lists: Callable[[Client, str, Key], Rows]
    id: str
    inside: str | None


_BY_KEY: Mapping[str, _ByKey] = {
    "training_job": _ByKey(dashscope.GET_FINE_TUNE, dashscope.fine_tunes, "job_id", "output"),
    "deployment": _ByKey(
        dashscope.GET_DEPLOYMENT, dashscope.deployments, "deployed_model", "output"
    ),
    "batch": _ByKey(dashscope.GET_BATCH, dashscope.batches, "id", None),
}


class Account:
    """``keys``: the Model Studio API keys at hand."""

    def __init__(self, client: Client, keys: Sequence[ApiKey]) -> None:
        self._client = client
        self._keys = keys
        self._shown_by: dict[Thing, Key] = {}

    # -- what there is ----------------------------------------------------------------------------

    def api_keys(self, region_id: str) -> list[Row]:
        """Every key of a region that the caller sees. Raises CallFailed."""
        return list(modelstudio.api_keys(self._client, region_id).rows)

    def workspaces(self, region_id: str) -> list[Row]:
        """Every workspace of a region that the caller sees. Raises CallFailed."""
        return list(modelstudio.workspaces(self._client, region_id).rows)

    def live(self, thing: Thing) -> Live:
        """The thing as it is now. Raises CallFailed where that can't be had."""
        if thing.kind == "api_key":
            return self._key(thing)
        if thing.kind == "workspace":
            return self._workspace(thing)
        if thing.kind == "plan":
            return self._plan(thing)
        return self._by_key(thing)

    def _key(self, thing: Thing) -> Live:
        region_id = _region(thing)
        try:
            row = modelstudio.api_key(self._client, region_id, thing.id)
        except CallFailed as failed:
            if not _is_missing(failed):
                raise
            row = next(
                (row for row in self.api_keys(region_id) if states.is_key(row, thing.id)), {}
            )
            return states.key(thing, row) if row else Live(thing, GONE)
        if not states.is_key(row, thing.id):
            title = modelstudio.GET_API_KEY.title
            raise CallFailed(title, "an answer without its key", code="BrokenAnswer")
        return states.key(thing, row)

    def _workspace(self, thing: Thing) -> Live:
        region_id = _region(thing)
        return states.workspace(thing, self.workspaces(region_id), self.api_keys(region_id))

    def _plan(self, thing: Thing) -> Live:
        return states.plan(thing, bss.plans(self._client).rows)

    def _by_key(self, thing: Thing) -> Live:
        how = _BY_KEY[thing.kind]
        row = self._with_a_key(thing, lambda key: _row(self._client, how, thing, key))
        if row is None:
            why = f"no API key of workspace {thing.workspace_id} is at hand"
            return Live(thing, UNSEEN, reason=why)
        if not row:
            return Live(thing, GONE)
        named = row.get("workspace_id")
        if named and thing.workspace_id and named != thing.workspace_id:
            return Live(thing, UNSEEN, reason=f"it belongs to workspace {named}")
        names = [str(row[name]) for name in ("job_name", "name", "ds_name") if row.get(name)]
        return Live(thing, str(row.get("status") or "unknown"), tuple(names))

    def _with_a_key(self, thing: Thing, ask: Callable[[Key], Row]) -> Row | None:
        """The answer with the first key that isn't refused; None without any. That a refused key is
        one of another workspace is inferred. Raises CallFailed."""
        nothing: Row | None = None
        for key in self._candidates(thing):
            try:
                row = ask(key)
            except CallFailed as failed:
                if failed.status not in (401, 403):
                    raise
                continue
            if row:
                self._shown_by[thing] = key
                return row
            nothing = {}
        return nothing

    def _candidates(self, thing: Thing) -> Iterable[Key]:
        """Keys of its workspace, then those whose workspace isn't known offline."""
        known = [key for key in self._keys if key.region_id in (None, thing.region_id)]
        known = [key for key in known if key.workspace_id in (None, thing.workspace_id)]
        known.sort(key=lambda key: key.workspace_id is None)
        return [Key(key.secret, thing.workspace_id) for key in known]

    # -- what is done -----------------------------------------------------------------------------

    def call(self, act: str, thing: Thing, before: Mapping[str, Any], *, back: bool) -> Reply:
        """Make the act once; ``back``: it takes one back, to what was ``before``.

        Raises CallFailed, with ``happened`` where it may have been made all the same.
        """
        operation = calls.CALLS[act]
        if act == "SetRenewal":
            return self._client.act(operation, calls.renewal(thing, before, back=back))
        if thing.kind in _BY_KEY:
            # The key that showed the thing: only that one is known to be of its workspace.
            shown = self._shown_by.get(thing)
            if shown is None:
                raise CallFailed(operation.title, "no API key shows it", code="NoApiKey")
            region_id = _region(thing)
            return self._client.act(operation, region_id=region_id, id=thing.id, key=shown)
        reply = self._client.act(operation, region_id=_region(thing), id=thing.id)
        if act == "DeleteWorkspace" and reply.body.get("isDeleted") is not True:
            # Documented: it answers so for the default workspace, and for one that holds anything.
            raise CallFailed(
                operation.title, calls.refusal(reply.body), status=200, code="NotDeleted"
            )
        return reply


def _row(client: Client, how: _ByKey, thing: Thing, key: Key) -> Row:
    """The thing's row; an empty one where neither it nor its list shows it. Raises CallFailed."""
    region_id = _region(thing)
    try:
        body = client.read(how.get, region_id=region_id, id=thing.id, key=key).body
    except CallFailed as failed:
        if not _is_missing(failed):
            raise
        listed = how.lists(client, region_id, key).rows
        return next((row for row in listed if str(row.get(how.id)) == thing.id), {})
    row = body.get(how.inside) if how.inside else body
    if not isinstance(row, Mapping) or not row.get("status"):
        raise CallFailed(how.get.title, "an answer without its status", code="BrokenAnswer")
    return row


def _is_missing(failed: CallFailed) -> bool:
    code = failed.code or ""
    if failed.refused_credentials or code.startswith(_NOT_THE_THING):
        return False
    return failed.status == 404 or bool(_MISSING.search(code))


def _region(thing: Thing) -> str:
    if not thing.region_id:
        raise CallFailed("apply", f"the region of {thing.id} isn't known", code="NoRegion")
    return thing.region_id
