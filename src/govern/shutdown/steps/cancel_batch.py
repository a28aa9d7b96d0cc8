"""Cancel batches: the part that is completed is billed until the batch is fully cancelled."""

from __future__ import annotations

from govern.shutdown.resources import Wing, kind_of


def _how(place: str) -> str:
    return (
        f"Cancel the batch: {place} (batch inference page of the Model Studio console, or POST "
        "/compatible-mode/v1/batches/BATCH_ID/cancel with a key of its workspace). The completed "
        "part is billed until the batch is fully cancelled."
    )


KIND = kind_of(
    Wing(
        name="cancel_batch",
        service="batch",
        stop="cancel_job",
        listed="batches",
        target="batch",
        thing="batch inference",
        over=frozenset({"FAILED", "COMPLETED", "EXPIRED", "CANCELLED"}),
        how=_how,
        reversible=False,
    )
)
