"""The account as ``apply`` sees it: the state of one thing, and one call for each act.

What isn't found is looked for in its list as well before it counts as gone: a wrong path, another
region's host or somebody else's proxy say "not found" too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from govern.cloud import bss, dashscope, modelstudio
from govern.cloud.client import Client, Key, Told
from govern.cloud.credentials import ApiKey
from govern.cloud.failure import CallFailed
from govern.cloud.paging import Row, Rows
from govern.cloud.service import Operation
from govern.model.act import GONE, UNSEEN, Live, Thing

_MISSING = re.compile(r"not_?(found|exists?)|no_?such", re.IGNORECASE)

#: Not found, but none of ours: the operation, the version, the caller.
_NOT_THE_THING = ("InvalidAction", "InvalidVersion", "InvalidApi", "InvalidAccessKey", "HTTP ")

#: Of a plan, what tells it apart and what turning its renewal on again needs.
_RENEWAL = (
    "RenewStatus", "RenewalDuration", "RenewalDurationUnit", "ProductCode", "ProductType",
    "SubscriptionType",
)  # fmt: skip


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

_CALLS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        modelstudio.DISABLE_API_KEY,
        modelstudio.ENABLE_API_KEY,
        modelstudio.DELETE_API_KEY,
        modelstudio.DELETE_WORKSPACE,
        bss.SET_RENEWAL,
        dashscope.CANCEL_FINE_TUNE,
        dashscope.DELETE_DEPLOYMENT,
        dashscope.CANCEL_BATCH,
    )
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

    def look(self, thing: Thing) -> Live:
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
            row = next((one for one in self.api_keys(region_id) if is_key(one, thing.id)), {})
            return key(thing, row) if row else Live(thing, GONE)
        if not is_key(row, thing.id):
            title = modelstudio.GET_API_KEY.title
            raise CallFailed(title, "an answer without its key", code="BrokenAnswer")
        return key(thing, row)

    def _workspace(self, thing: Thing) -> Live:
        region_id = _region(thing)
        return workspace(thing, self.workspaces(region_id), self.api_keys(region_id))

    def _plan(self, thing: Thing) -> Live:
        """That the account lists plans here is inferred: one that it doesn't list isn't over."""
        for row in bss.plans(self._client).rows:
            if str(row.get("InstanceID")) == thing.id:
                before = {name: str(row[name]) for name in _RENEWAL if row.get(name)}
                return Live(thing, str(row.get("RenewStatus") or "unknown"), before=before)
        return Live(thing, GONE)

    def _by_key(self, thing: Thing) -> Live:
        how = _BY_KEY[thing.kind]
        told = self._with_a_key(thing, lambda key: _found(self._client, how, thing, key))
        if told is None:
            why = f"no API key of workspace {thing.workspace_id} is at hand"
            return Live(thing, UNSEEN, reason=why)
        if not told:
            return Live(thing, GONE)
        named = told.get("workspace_id")
        if named and thing.workspace_id and named != thing.workspace_id:
            return Live(thing, UNSEEN, reason=f"it belongs to workspace {named}")
        names = [str(told[name]) for name in ("job_name", "name", "ds_name") if told.get(name)]
        return Live(thing, str(told.get("status") or "unknown"), tuple(names))

    def _with_a_key(self, thing: Thing, ask: Callable[[Key], Row]) -> Row | None:
        """The answer with the first key that isn't refused; None without any. That a refused key is
        one of another workspace is inferred. Raises CallFailed."""
        nothing: Row | None = None
        for key in self._candidates(thing):
            try:
                told = ask(key)
            except CallFailed as failed:
                if failed.status not in (401, 403):
                    raise
                continue
            if told:
                self._shown_by[thing] = key
                return told
            nothing = {}
        return nothing

    def _candidates(self, thing: Thing) -> Iterable[Key]:
        """Keys of its workspace, then those whose workspace isn't known offline."""
        known = [key for key in self._keys if key.region_id in (None, thing.region_id)]
        known = [key for key in known if key.workspace_id in (None, thing.workspace_id)]
        known.sort(key=lambda key: key.workspace_id is None)
        return [Key(key.secret, thing.workspace_id) for key in known]

    # -- what is done -----------------------------------------------------------------------------

    def call(self, act: str, thing: Thing, before: Mapping[str, Any], *, back: bool) -> Told:
        """Make the act once; ``back``: it takes one back, to what was ``before``.

        Raises CallFailed, with ``happened`` where it may have been made all the same.
        """
        operation = _CALLS[act]
        if act == "SetRenewal":
            return self._client.act(operation, _renewal(thing, before, back=back))
        if thing.kind in _BY_KEY:
            # The key that showed the thing: only that one is known to be of its workspace.
            shown = self._shown_by.get(thing)
            if shown is None:
                raise CallFailed(operation.title, "no API key shows it", code="NoApiKey")
            region_id = _region(thing)
            return self._client.act(operation, region_id=region_id, id=thing.id, key=shown)
        told = self._client.act(operation, region_id=_region(thing), id=thing.id)
        if act == "DeleteWorkspace" and told.body.get("isDeleted") is not True:
            # Documented: it answers so for the default workspace, and for one that holds anything.
            raise CallFailed(operation.title, _reasons(told.body), status=200, code="NotDeleted")
        return told


def key(thing: Thing, row: Row) -> Live:
    """A key's row, as a list or GetApiKey tells it."""
    disabled = {"0": "enabled", "1": "disabled"}.get(str(row.get("disabled")), "unknown")
    named = [row.get(name) for name in ("description", "workspaceName")]
    found = replace(thing, workspace_id=str(row.get("workspaceId") or "") or thing.workspace_id)
    return Live(found, disabled, tuple(str(name) for name in named if name))


def workspace(thing: Thing, workspaces: Sequence[Row], keys: Sequence[Row]) -> Live:
    """A workspace, by the lists of its region: ``in use`` while any key is in it."""
    row = next((one for one in workspaces if str(one.get("workspaceId")) == thing.id), None)
    if row is None:
        return Live(thing, GONE)
    held = sum(1 for one in keys if str(one.get("workspaceId")) == thing.id)
    names = (str(row["workspaceName"]),) if row.get("workspaceName") else ()
    told = "" if not held else f"{held} API key{'s are' if held > 1 else ' is'} still in it"
    return Live(thing, "in use" if held else "empty", names, reason=told)


def is_key(row: Row, id: str) -> bool:
    return str(row.get("apiKeyId")) == id


def _found(client: Client, how: _ByKey, thing: Thing, key: Key) -> Row:
    """The thing's row; an empty one where neither it nor its list shows it. Raises CallFailed."""
    region_id = _region(thing)
    try:
        body = client.read(how.get, region_id=region_id, id=thing.id, key=key).body
    except CallFailed as failed:
        if not _is_missing(failed):
            raise
        rows = how.lists(client, region_id, key).rows
        return next((one for one in rows if str(one.get(how.id)) == thing.id), {})
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


def _renewal(thing: Thing, before: Mapping[str, Any], *, back: bool) -> dict[str, str]:
    """Parameters as the official SDK names them; a period only where renewing is turned on."""
    told = {
        "InstanceIDs": thing.id,
        "ProductCode": str(before.get("ProductCode") or "sfm"),
        "RenewalStatus": str(before.get("RenewStatus")) if back else "NotRenewal",
        "SubscriptionType": str(before.get("SubscriptionType") or "Subscription"),
    }
    if before.get("ProductType"):
        told["ProductType"] = str(before["ProductType"])
    if back and before.get("RenewalDuration") and before.get("RenewalDurationUnit"):
        told["RenewalPeriod"] = str(before["RenewalDuration"])
        told["RenewalPeriodUnit"] = str(before["RenewalDurationUnit"])
    return told


def _reasons(body: Row) -> str:
    found = body.get("failReasons")
    rows = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    told = [f"{one.get('resourceType') or ''} {one.get('reason') or ''}".strip() for one in rows]
    return "it wasn't deleted" + (f": {', '.join(told)}" if told else "")
