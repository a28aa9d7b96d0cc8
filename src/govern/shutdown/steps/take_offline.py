"""Take deployments offline: they bill by the time they run, without any call."""

from __future__ import annotations

from govern.model.console import page
from govern.shutdown.resources import Wing, kind_of


def _how(place: str) -> str:
    return (
        f"Take the deployed model offline: {place}. Page: {page('deployments')}; or DELETE "
        "/api/v1/deployments/DEPLOYED_MODEL with a key of its workspace. It is billed from "
        "RUNNING on, even if nobody calls it. A prepaid one must be unsubscribed as well: "
        f"{page('refunds')}. A prepaid PTU can't be ended early."
    )


KIND = kind_of(
    Wing(
        name="take_offline",
        service="deployment",
        stop="take_offline",
        listed="deployments",
        target="deployment",
        thing="model deployment",
        over=frozenset({"STOPPED", "FAILED"}),
        how=_how,
        reversible=False,
    )
)
