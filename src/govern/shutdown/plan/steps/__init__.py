"""Every kind of step, by its name: one file each, and one line here."""

from __future__ import annotations

from govern.shutdown.plan.kind import Kind, nothing_planned
from govern.shutdown.plan.steps import (
    ask_owner,
    cancel_batch,
    cancel_training,
    closing_proof,
    delete_key,
    delete_knowledge_base,
    disable_key,
    final_bill,
    look_at_plan,
    look_at_region,
    retire_workspace,
    safety_net,
    stop_playground,
    stop_web_search,
    take_offline,
    tell_owners,
    turn_off_renewal,
    unsubscribe,
)

#: In the order in which they are done where nothing else decides.
_ALL = (
    look_at_region.KIND,
    look_at_plan.KIND,
    ask_owner.KIND,
    tell_owners.KIND,
    take_offline.KIND,
    cancel_training.KIND,
    cancel_batch.KIND,
    disable_key.KIND,
    stop_playground.KIND,
    stop_web_search.KIND,
    delete_knowledge_base.KIND,
    turn_off_renewal.KIND,
    unsubscribe.KIND,
    delete_key.KIND,
    retire_workspace.KIND,
    safety_net.KIND,
    closing_proof.KIND,
    final_bill.KIND,
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}

#: A step that people wrote themselves: only their word can prove it.
OWN = Kind("own", nothing_planned, "", phase="", stops=False, deadline=True)
