"""Plans that renew by themselves, as far as an inventory or a bill tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from govern.model.checklist import Step, Target
from govern.model.clock import Moment
from govern.model.console import page
from govern.model.inventory import Plan
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
    """One plan. ``id`` is None where only a bill tells of it: bills don't name plans."""

    kind: str
    id: str | None
    region_id: str | None
    sub_account_id: str | None
    expires_at: Moment | None
    auto_renewal: str
    why: str

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
    known = {plan.kind for plan in found}
    for kind in NAMES:
        paid = [one for one in scene.spends if one.service == kind and one.charges]
        if paid and kind not in known:
            told = f"{why}. The bill has charges for a {NAMES[kind]}, the last {last_of(paid)}"
            found.append(
                PlanFacts(
                    kind, None, paid[0].region_id, paid[0].sub_account_id, None, "unknown", told
                )
            )
    return found


def _why(scene: Scene) -> str:
    whys = [wished(wish) for wish in scene.wishes if wish.kind == "all"]
    whys += [reason(finding) for finding in scene.asked_of(["turn_off_renewal"])]
    return "; ".join(dict.fromkeys(whys))
