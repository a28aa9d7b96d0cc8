"""A step in one line: what to do with what."""

from __future__ import annotations

from govern.model.checklist import Step, Target
from govern.shutdown.plan.renewals import NAMES
from govern.shutdown.plan.steps import KINDS, OWN


def title(step: Step) -> str:
    words = KINDS.get(step.kind, OWN).title
    told = words if isinstance(words, str) else words(step)
    subject = named(step.subject)
    return told.format(subject) if told else f"{step.kind}: {subject}"


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
