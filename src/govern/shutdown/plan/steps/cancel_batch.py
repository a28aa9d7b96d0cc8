"""Cancel batches: the part that is completed is billed until the batch is fully cancelled."""

from __future__ import annotations

from govern.model.act import Act
from govern.shutdown.plan.resources import Wing, kind_of


def _how(place: str) -> str:
    return (
        f"Cancel {place}: on the batch inference page of the console, or, while a key of its "
        "workspace works, by POST /compatible-mode/v1/batches/BATCH_ID/cancel. What is completed "
        "until it is fully cancelled is billed. Nothing running there? Then tick this."
    )


#: Call and states are documented. What is completed until then is billed all the same.
ACT = Act(
    "CancelBatch",
    "batch",
    made_in=frozenset({"validating", "in_progress", "finalizing"}),
    under_way=frozenset({"cancelling"}),
    proved_in=frozenset({"cancelled", "completed", "failed", "expired"}),
    ends=True,
    by_key=True,
)

KIND = kind_of(
    Wing(
        name="cancel_batch",
        title="Cancel {}",
        service="batch",
        stop="cancel_job",
        listed="batches",
        target="batch",
        noun="batch",
        thing="batch inference",
        over=frozenset({"FAILED", "COMPLETED", "EXPIRED", "CANCELLED"}),
        how=_how,
        call=("POST", "/compatible-mode/v1/batches/{id}/cancel"),
        reversible=False,
        act=ACT,
    )
)
