"""A step in one line: what to do with what."""

from __future__ import annotations

from govern.model.checklist import Step, Target
from govern.shutdown.plan.renewals import NAMES
from govern.shutdown.plan.steps import ask_owner

#: What to do with the subject, by the kind of step.
_TITLES = {
    "look_at_region": "Look at all of {}",
    "look_at_plan": "Find out whether {} renews",
    "ask_owner": "Get a decision on {}",
    "tell_owners": "Tell the key owners of {}",
    "take_offline": "Take {} offline",
    "cancel_training": "Cancel {}",
    "cancel_batch": "Cancel {}",
    "disable_key": "Disable {}",
    "stop_playground": "Stop Playground use in {}",
    "stop_web_search": "Stop {}",
    "delete_knowledge_base": "Delete {} (final)",
    "turn_off_renewal": "Turn off auto-renewal of {}",
    "unsubscribe": "Unsubscribe {}",
    "delete_key": "Delete {} (final)",
    "retire_workspace": "Delete {} (final)",
    "safety_net": "Set up a safety net",
    "closing_proof": "Prove by a bill that {} is over",
    "final_bill": "Check the month's final bill",
}


def title(step: Step) -> str:
    """The step in one line: what to do with what."""
    words = _TITLES.get(step.kind)
    if step.kind == ask_owner.NAME and ask_owner.without_key(step):
        words = "Find out who calls without a key in {}"
    return words.format(named(step.subject)) if words else f"{step.kind}: {named(step.subject)}"


def named(target: Target) -> str:
    """The subject of a step in words."""
    place = ""
    if target.workspace_id and target.workspace_id != target.id:
        place = f" in {target.workspace_id}"
    if target.kind == "service":
        return _SERVICES.get(str(target.id), f"all {target.id}") + place
    if target.kind == "wish":
        known = {"all": "all of Model Studio", "findings": "everything that was found"}
        wish = str(target.id).replace("api_key=", "API key ").replace("=", " ")
        return known.get(str(target.id), wish)
    if target.kind == "plan":
        kind = NAMES.get(target.name or "", str(target.name).replace("_", " "))
        return f"the {kind} {target.id or ''}".strip() if target.name else "any plan"
    if target.kind == "bill":
        return "the bill"
    if target.kind == "api_key" and not target.id:
        return "use without an API key" + place
    kind = _KINDS.get(target.kind, target.kind)
    name = f" ({target.name})" if target.name else ""
    return f"{kind} {target.id or ''}".strip() + name + place


_KINDS = {
    "api_key": "API key",
    "training_job": "training job",
    "knowledge_base": "knowledge base",
    "columns": "the group",
}

_SERVICES = {
    "training": "all training jobs",
    "batch": "all batches",
    "deployment": "all deployments",
    "knowledge_base": "all knowledge bases",
    "web_search": "web search",
}
