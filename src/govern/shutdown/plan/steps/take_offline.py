"""Take deployments offline: they bill by the time they run, without any call."""

from __future__ import annotations

from govern.model.act import GONE, Act
from govern.model.console import page
from govern.shutdown.plan.resources import Wing, kind_of


def _how(place: str) -> str:
    return (
        f"Take {place} offline: {page('deployments')}; or, while a key of its workspace works, by "
        "DELETE /api/v1/deployments/DEPLOYED_MODEL. While RUNNING it is billed, called or not. A "
        f"prepaid one must be unsubscribed as well: {page('refunds')}."
    )


#: Call and states are documented; a deployment that is PENDING or UPDATING is taken offline too.
ACT = Act(
    "DeleteDeployment",
    "deployment",
    under_way=frozenset({"DELETING"}),
    neither=frozenset({"FAILED"}),
    proved_in=frozenset({GONE, "STOPPED"}),
    ends=True,
    by_key=True,
)

KIND = kind_of(
    Wing(
        name="take_offline",
        title="Take {} offline",
        service="deployment",
        stop="take_offline",
        listed="deployments",
        target="deployment",
        noun="deployment",
        thing="model deployment",
        over=frozenset({"STOPPED", "FAILED"}),
        how=_how,
        call=("DELETE", "/api/v1/deployments/{id}"),
        reversible=False,
        act=ACT,
    )
)
