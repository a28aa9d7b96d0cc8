"""Plans that renew by themselves, as far as an inventory or a bill tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from govern.model.checklist import Stake, Step, Target
from govern.model.clock import Moment
from govern.model.console import page
from govern.model.inventory import Plan
from govern.shutdown.plan.fees import NextFee, next_fee
from govern.shutdown.plan.scene import Scene, reason, wished
from govern.shutdown.plan.spend import last_of

#: Each kind of plan in words. An inventory may name others.
NAMES = {
    "coding_plan": "Coding Plan",
    "token_plan": "Token Plan",
    "savings_plan": "savings plan",
    "resource_pack": "resource pack",
}

#: The deduction starts 9 days before expiry (08:00, UTC+8), and a switch takes effect the next
#: day (documented for the Coding Plan).
DAYS_BEFORE = 10

_PAGES = {"coding_plan": "coding_plan", "token_plan": "token_plan"}


def is_plan(step: Step, plan: Plan) -> bool:
    """Whether the step is about this plan."""
    return (plan.kind, plan.id) == (step.subject.name, step.subject.id)


@dataclass(frozen=True)
class PlanFacts:
    """One plan. ``id`` is None where only a bill tells of it: bills don't name plans.

    ``estimated``: ``expires_at`` was worked out from the last fee. ``stakes``: what its next
    renewal would cost, by the last fee.
    """

    kind: str
    id: str | None
    region_id: str | None
    sub_account_id: str | None
    expires_at: Moment | None
    auto_renewal: str
    why: str
    stakes: tuple[Stake, ...] = ()
    estimated: bool = False

    @property
    def target(self) -> Target:
        return Target("plan", self.id, self.kind, None, self.sub_account_id)

    @property
    def page(self) -> str:
        return page(_PAGES.get(self.kind, "renewals"))


def plans_of(scene: Scene) -> Sequence[PlanFacts]:
    """The plans that are to end: of the inventory, and those that only the bill shows."""
    why = _why(scene)
    if not why:
        return ()
    found = [
        PlanFacts(
            plan.kind,
            plan.id,
            plan.region_id,
            inventory.account_id,
            plan.expires_at,
            plan.auto_renewal,
            why,
        )
        for inventory in scene.directory.inventories
        for plan in inventory.plans
        if plan.kind in NAMES
    ]
    listed = [plan.kind for plan in found]
    found = [_with_fees(scene, plan, listed.count(plan.kind) == 1) for plan in found]
    known = {plan.kind for plan in found}
    for kind in NAMES:
        paid = [one for one in scene.spends if one.service == kind and one.charges]
        if paid and kind not in known:
            told = f"{why}. The bill has charges for a {NAMES[kind]}, the last {last_of(paid)}"
            plan = PlanFacts(
                kind, None, paid[0].region_id, paid[0].sub_account_id, None, "unknown", told
            )
            found.append(_with_fees(scene, plan, alone=True))
    return found


def _with_fees(scene: Scene, plan: PlanFacts, alone: bool) -> PlanFacts:
    """With what its next renewal would cost, and, where nothing tells when that is, an estimate.

    ``alone``: no other plan of its kind is known, so that every fee for one was for it.
    """
    paid = [fee for fee in scene.fees if fee.service == plan.kind and (alone or fee.id == plan.id)]
    if not paid:
        return plan
    following = next_fee(paid, plan.kind, scene.as_of)
    if following is None:
        return replace(plan, why=f"{plan.why}. What was paid for it was paid back")
    plan = replace(plan, stakes=following.stakes)
    if plan.expires_at or plan.auto_renewal == "ends":
        return plan
    at = Moment(following.at, scene.clock) if following.at else None
    return replace(
        plan, expires_at=at, estimated=bool(at), why=f"{plan.why}{_estimated(following)}"
    )


def _estimated(following: NextFee) -> str:
    if following.ended:
        return ". No fee followed in a month's time, so it may have ended"
    if following.at is None:
        return ""
    return (
        f". Estimated from its last fee, of {following.last:%Y-%m-%d}: if that pays for a month, "
        f"it renews about {following.at:%Y-%m-%d}"
    )


def _why(scene: Scene) -> str:
    whys = [wished(wish) for wish in scene.wishes if wish.kind == "all"]
    whys += [reason(finding) for finding in scene.asked_of(["turn_off_renewal"])]
    return "; ".join(dict.fromkeys(whys))
