"""What may be called for a step: by its kind, and by what the user set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from govern.model.act import Act, Thing
from govern.model.checklist import Step
from govern.model.console import call_host
from govern.model.policy import Pattern
from govern.shutdown.plan.steps import KINDS, OWN


@dataclass(frozen=True)
class Rules:
    """What the user set. ``chosen``: whether a step is one of ``--step``. ``account_id``: whose
    credentials these are; None in a dry run."""

    chosen: Callable[[str], bool] = lambda id: True
    protect: Sequence[Pattern] = ()
    renewal_by_api: bool = False
    account_id: str | None = None


def act_of(step: Step, rules: Rules) -> Act | None:
    """The call that carries the step out; None where it is done by hand."""
    act = KINDS.get(step.kind, OWN).act
    if act is None or step.subject.kind != act.about or not step.subject.id:
        return None
    if act.inferred and not rules.renewal_by_api:
        return None
    if act.by_key and (call_host(step.region_id) is None or not step.subject.workspace_id):
        # No host is documented for such calls elsewhere, and no key without its workspace.
        return None
    return act


def thing_of(step: Step) -> Thing:
    subject = step.subject
    kind = KINDS.get(step.kind, OWN).act
    about = kind.about if kind else subject.kind
    return Thing(about, str(subject.id), step.region_id, subject.workspace_id)
