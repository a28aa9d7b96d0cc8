"""Halt training jobs. No charge arises where no training job runs."""

from __future__ import annotations

from govern.model.act import Act
from govern.shutdown.plan.resources import Wing, kind_of


def _how(place: str) -> str:
    return (
        f"Cancel {place}: on the model training page of the console, or, while a key of its "
        "workspace works, by POST /api/v1/fine-tunes/JOB_ID/cancel. What already ran is billed. "
        "Nothing running there? Then nothing more is charged: tick this."
    )


#: Call and states are documented. What already ran is billed all the same.
ACT = Act(
    "CancelFineTune",
    "training_job",
    made_in=frozenset({"PENDING", "QUEUING", "RUNNING"}),
    under_way=frozenset({"CANCELING"}),
    proved_in=frozenset({"CANCELED", "FAILED", "SUCCEEDED"}),
    ends=True,
    by_key=True,
)

KIND = kind_of(
    Wing(
        name="cancel_training",
        title="Cancel {}",
        service="training",
        stop="cancel_job",
        listed="training_jobs",
        target="training_job",
        noun="training job",
        thing="model training",
        over=frozenset({"SUCCEEDED", "FAILED", "CANCELED"}),
        how=_how,
        call=("POST", "/api/v1/fine-tunes/{id}/cancel"),
        reversible=False,
        act=ACT,
    )
)
