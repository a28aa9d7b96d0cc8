"""Find out whether a plan renews: no documented API tells, and a bill tells it too late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from govern.model.checklist import Step, Target
from govern.model.console import page
from govern.model.directory import Directory
from govern.shutdown.plan.kind import Kind, Seen, seen, step_id
from govern.shutdown.plan.renewals import NAMES, PlanFacts, is_plan, plans_of
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.scope import Scope, purchases_of

NAME = "look_at_plan"


def _plan(scene: Scene) -> Iterable[Step]:
    for one in plans_of(scene):
        if one.auto_renewal == "unknown":
            yield _step(one)
    if scene.everything and not any(one.kind == "coding_plan" for one in plans_of(scene)):
        yield Step(
            id=step_id(NAME, "any"),
            kind=NAME,
            region_id=None,
            subject=Target("plan", None),
            why="Neither the bill nor an inventory shows a Coding Plan. That proves nothing: "
            "it makes no pay-as-you-go bills.",
            how=(
                "Look whether there is a Coding Plan, a Token Plan, a savings plan or a resource "
                "pack that renews by itself; if so, turn its auto-renewal off. Coding Plan: "
                f"{page('coding_plan')}. Token Plan: {page('token_plan')}. All renewals: "
                f"{page('renewals')}."
            ),
            reversible=True,
            proof="person",
        )


#: What isn't known of a plan, by whether its end is among it.
_UNKNOWN = {
    True: "Whether it renews by itself, and when it ends, isn't known here.",
    False: "Whether it renews by itself isn't known here.",
}


def _step(one: PlanFacts) -> Step:
    return Step(
        id=step_id(NAME, one.kind, *([one.id] if one.id else [])),
        kind=NAME,
        region_id=one.region_id,
        subject=one.target,
        why=f"{one.why}. {_UNKNOWN[one.estimated or not one.expires_at]}",
        how=(
            f"Look whether the {NAMES[one.kind]} renews by itself, and when it expires: "
            f"{one.page}. Write both into the inventory (plans: kind, expires_at, auto_renewal), "
            "or into the note of this step."
        ),
        at_stake=one.stakes,
        reversible=True,
        proof="person",
    )


def _seen(step: Step, directory: Directory, clock: tzinfo) -> Seen | None:
    plan, inventory = directory.latest("plans", lambda one: is_plan(step, one))
    if plan is None or inventory is None:
        return None
    at = seen(plan, inventory, clock)
    known = plan.auto_renewal != "unknown"
    return Seen(known, f"the inventory {inventory.path} knows it", at, at)


def _scope(step: Step) -> Scope | None:
    """Where nobody knew of any plan, a purchase tells of one; else its renewal is looked at."""
    return purchases_of(step, list(NAMES)) if step.subject.name is None else None


KIND = Kind(
    NAME,
    _plan,
    "Find out whether {} renews",
    scope=_scope,
    seen=_seen,
    stops=False,
    buys=True,
    phase="look",
)
