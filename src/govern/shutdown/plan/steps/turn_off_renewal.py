"""Turn off the auto-renewal of plans. A Coding Plan then ends by itself; nothing else is needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta, tzinfo

from govern.model.act import Act
from govern.model.checklist import Step
from govern.model.clock import Moment
from govern.model.console import page
from govern.model.directory import Directory
from govern.shutdown.plan.kind import Kind, Seen, seen, step_id
from govern.shutdown.plan.renewals import DAYS_BEFORE, NAMES, PlanFacts, is_plan, plans_of
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.scope import Scope, purchases_of

NAME = "turn_off_renewal"

_HOW = {
    "coding_plan": (
        "Then it ends by itself: nothing else is to be cancelled, nothing is refunded. An empty "
        "balance is no way to cancel: the deduction is tried again every day. Its own key "
        "(sk-sp-…) is none of those on the bill; a usual key in its place is billed by use."
    ),
    "token_plan": (
        "Revoke the seats that nobody needs: a member's key stops at once. Seats of which nothing "
        "was used can be given back there (older help pages say: no refund)."
    ),
    "savings_plan": (
        "It runs to its end; one that has paid for nothing yet can be given back: "
        f"{page('refunds')}. It never covers training, deployment or web search."
    ),
    "resource_pack": (
        f"It runs to its end or until it is used up; the unused part can be given back: "
        f"{page('refunds')}."
    ),
}


#: Whether the dates are documented for this very kind of plan.
_WHEN = {
    True: (
        "The deduction starts 9 days before, at 08:00 (UTC+8), and a switch takes effect the next "
        "day."
    ),
    False: (
        "For the Coding Plan it is documented that the deduction starts 9 days before and a switch "
        "takes effect the next day; for this plan nothing is."
    ),
}


def _plan(scene: Scene) -> Iterable[Step]:
    for one in plans_of(scene):
        if one.auto_renewal != "ends":
            yield _step(one)


def _step(one: PlanFacts) -> Step:
    due: Moment | None = None
    ends = ""
    if one.expires_at:
        due = replace(one.expires_at, wall=one.expires_at.wall - timedelta(days=DAYS_BEFORE))
    if one.expires_at and not one.estimated:
        ends = f" It expires at {one.expires_at.wall:%Y-%m-%d %H:%M}."
    elif not one.expires_at:
        ends = " When it expires isn't known here: do it now."
    known = "It renews by itself." if one.auto_renewal == "renews" else "It may renew by itself."
    return Step(
        id=step_id(NAME, one.kind, *([one.id] if one.id else [])),
        kind=NAME,
        region_id=one.region_id,
        subject=one.target,
        why=f"{one.why}. {known}{ends}",
        how=(
            f"Turn off auto-renewal of the {NAMES[one.kind]}, at least {DAYS_BEFORE} days before "
            f"it expires: {one.page}. {_WHEN[one.kind == 'coding_plan']} {_HOW[one.kind]}"
        ),
        due=due,
        due_estimated=one.estimated,
        at_stake=one.stakes,
        reversible=True,
        proof="person",
    )


def _scope(step: Step) -> Scope:
    """A purchase after the checklist was made is a renewal, whoever ticked the step, and when."""
    return purchases_of(step, [str(step.subject.name)])


def _seen(step: Step, directory: Directory, clock: tzinfo) -> Seen | None:
    plan, inventory = directory.latest("plans", lambda one: is_plan(step, one))
    if plan is None or inventory is None or plan.auto_renewal == "unknown":
        return None
    at = seen(plan, inventory, clock)
    word = "ends by itself" if plan.auto_renewal == "ends" else "renews"
    told = f"the inventory {inventory.path} says it {word}"
    return Seen(plan.auto_renewal == "ends", told, at, at)


#: That SetRenewal governs Model Studio's plans is inferred: it is made only with --renewal-by-api.
ACT = Act(
    "SetRenewal",
    "plan",
    made_in=frozenset({"AutoRenewal"}),
    proved_in=frozenset({"NotRenewal", "ManualRenewal"}),
    inferred=True,
    undo=Act(
        "SetRenewal",
        "plan",
        made_in=frozenset({"NotRenewal"}),
        proved_in=frozenset({"AutoRenewal"}),
        inferred=True,
    ),
)

KIND = Kind(
    NAME,
    _plan,
    "Turn off auto-renewal of {}",
    scope=_scope,
    seen=_seen,
    buys=True,
    deadline=True,
    act=ACT,
    phase="renewals",
)
