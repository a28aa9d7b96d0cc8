"""Halt training jobs. No charge arises where no training job runs."""

from __future__ import annotations

from govern.shutdown.resources import Wing, kind_of


def _how(place: str) -> str:
    return (
        f"Cancel the training job: {place} (model training page of the Model Studio console, or "
        "POST /api/v1/fine-tunes/JOB_ID/cancel with a key of its workspace). What already ran is "
        "billed. Where no training job runs, nothing more is charged."
    )


KIND = kind_of(
    Wing(
        name="cancel_training",
        service="training",
        stop="cancel_job",
        listed="training_jobs",
        target="training_job",
        thing="model training",
        over=frozenset({"SUCCEEDED", "FAILED", "CANCELED"}),
        how=_how,
        reversible=False,
    )
)
