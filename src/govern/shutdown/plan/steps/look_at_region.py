"""Look at a region that nobody has looked at: what isn't known there can't be stopped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from govern.model.checklist import Step, Target
from govern.model.console import page
from govern.model.directory import Directory
from govern.shutdown.plan.kind import Kind, Seen, collected, step_id
from govern.shutdown.plan.scene import Scene
from govern.shutdown.plan.spend import shares

NAME = "look_at_region"


def _plan(scene: Scene) -> Iterable[Step]:
    """Every region with charges; all of them where everything is to stop."""
    for region in scene.regions:
        if region.looked_at == "full" or not (region.charges or scene.everything):
            continue
        seen = "only a part of it" if region.looked_at == "partial" else "nobody"
        charged = (
            "The bill has Model Studio charges there."
            if region.charges
            else "The bill has no charge there, which proves little: preview models aren't billed."
        )
        looked = (
            "An inventory saw only a part of it."
            if seen != "nobody"
            else "No inventory says what is there."
        )
        yield Step(
            id=step_id(NAME, region.region_id),
            kind=NAME,
            region_id=region.region_id,
            subject=Target("region", region.region_id),
            why=f"{looked} {charged}",
            how=(
                f"Choose {region.region_id} at the top right of the console, and look in every "
                "workspace for API keys, training jobs, batches, deployments, knowledge bases and "
                "plans that aren't on this list. Write them into an inventory file and make this "
                "checklist again with it (--inventory). Use the main account: a RAM user may see "
                f"only a part. Console: {page('console')}."
            ),
            reversible=True,
            proof="person",
            shares=shares(spend for spend in scene.spends if spend.region_id == region.region_id),
        )


def _seen(step: Step, directory: Directory, clock: tzinfo) -> Seen | None:
    for inventory in reversed(directory.inventories):
        for region in inventory.regions:
            if region.region_id == step.region_id:
                at = collected(inventory, clock)
                full = region.looked_at == "full" and inventory.complete
                told = (
                    f"the inventory {inventory.path} looked at all of it"
                    if full
                    else f"the inventory {inventory.path} saw only a part of it"
                )
                return Seen(full, told, at, at)
    return None


KIND = Kind(NAME, _plan, "Look at all of {}", seen=_seen, stops=False, phase="look")
