"""Tell the people whose code still calls, before anything of theirs is switched off."""

from __future__ import annotations

from collections.abc import Iterable

from govern.model.audit import Audited
from govern.model.checklist import Step, Target
from govern.model.meaning import channel_label
from govern.model.text import shorten, some
from govern.shutdown.plan.kind import Kind, step_id
from govern.shutdown.plan.scene import Aim, Scene
from govern.shutdown.plan.spend import shares

NAME = "tell_owners"

_STILL = ("charging", "leaking")
_SHOWN = 20


def _plan(scene: Scene) -> Iterable[Step]:
    """One step for each workspace with a key that is to stop and is still used."""
    places: dict[str | None, list[Aim]] = {}
    for aim in scene.aims():
        switched_off = aim.stop in ("disable_key", "delete_key") and aim.subject.api_key_id
        if switched_off and aim.subject.state in _STILL:
            places.setdefault(aim.subject.workspace_id, []).append(aim)
    searching = {spend.workspace_id for spend in scene.spends if spend.service == "web_search"}
    for workspace_id, aims in places.items():
        one = aims[0].subject
        callers = [_caller(aim.subject) for aim in aims]
        more = len(callers) - _SHOWN
        told = "; ".join(callers[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
        keys, them = ("API key", "it") if len(aims) == 1 else ("API keys", "them")
        search = ""
        if {workspace_id, None} & searching:
            search = " Calls with enable_search must go too: web search is billed by the call."
        yield Step(
            id=step_id(NAME, workspace_id),
            kind=NAME,
            region_id=None,
            subject=Target(
                "workspace", workspace_id, one.workspace_name, workspace_id, one.sub_account_id
            ),
            why=f"{keys} still in use: {told}. Whoever uses {them} will get errors.",
            how=(
                "Tell the owners what will be switched off and when, so that they take the calls "
                f"out of their code.{search} Which code uses a key, no bill tells: search your "
                "configuration for it, and see on the API key page who made it."
            ),
            reversible=True,
            proof="person",
            owner=scene.directory.owner(workspace_id, None),
            shares=shares(spend for aim in aims for spend in scene.spends_of(aim.subject)),
        )


def _caller(one: Audited) -> str:
    models = some([shorten(model, 60) for model in one.models], 3, "more models")
    channels = ", ".join(channel_label(channel) for channel in one.channels if channel)
    owner = f", owner {one.owner}" if one.owner else ""
    name = f" ({one.api_key_name})" if one.api_key_name else ""
    used = f" for {models} by {channels or 'no named channel'}" if models else ""
    return f"{one.api_key_id}{name}{used}{owner}"


KIND = Kind(NAME, _plan, "Tell the key owners of {}", stops=False, phase="ask")
