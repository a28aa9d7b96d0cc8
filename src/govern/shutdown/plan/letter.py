"""What to write to the owners of keys, before anything of theirs is switched off."""

from __future__ import annotations

from govern.model.checklist import Checklist, Step
from govern.model.money import plain
from govern.shutdown.plan.steps import disable_key, tell_owners


def letter(step: Step, checklist: Checklist) -> list[str]:
    """The lines of it; none for a step that tells nobody anything."""
    if step.kind != tell_owners.NAME:
        return []
    keys = keys_told(step, checklist)
    names = list(dict.fromkeys(key.owner for key in keys if key.owner))
    if not names and step.owner:
        names = [step.owner]
    place = step.subject.workspace_id or "no known workspace"
    called = f" ({step.subject.name})" if step.subject.name else ""
    return [
        f"To: {', '.join(names) if names else 'whoever uses these keys'}",
        f"Subject: API keys of Model Studio workspace {place}{called} will be disabled",
        "These API keys will be disabled, and calls with them will fail: "
        + "; ".join(map(_key, keys))
        + ".",
        step.why,
        "Please take the calls out of your code and answer when it is done; or answer which key "
        "must stay, why, and until when.",
    ]


def keys_told(step: Step, checklist: Checklist) -> list[Step]:
    """The keys that are disabled after their owners were told by this step."""
    return [
        other
        for other in checklist.steps
        if other.kind == disable_key.NAME and step.id in other.needs
    ]


def _key(key: Step) -> str:
    name = f" ({key.subject.name})" if key.subject.name else ""
    region = f", {key.region_id}" if key.region_id else ""
    days = [stake for stake in key.at_stake if stake.per == "day"]
    cost = "".join(f", {plain(one.amount)} {one.currency} a day" for one in days)
    owner = f", owner {key.owner}" if key.owner else ""
    return f"{key.subject.id}{name}{region}{cost}{owner}"
