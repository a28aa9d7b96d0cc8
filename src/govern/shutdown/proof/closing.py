"""A closing proof of nothing but the steps before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from govern.model.text import some
from govern.model.verification import StepResult


def all_of(bare: StepResult, needed: Sequence[StepResult]) -> StepResult:
    """Proved when every step that it needs is; else what the worst of them says."""
    for state, heading in (
        ("failed", "not stopped"),
        ("waiting", "still waiting"),
        ("todo", "still open"),
        ("blocked", "still open"),
    ):
        ids = [step.id for step in needed if step.state == state]
        if ids:
            open_now = state in ("todo", "blocked")
            dates = [step.look_again_at for step in needed if step.look_again_at]
            return replace(
                bare,
                state="blocked" if open_now else state,
                basis=None if open_now else "bill",
                reason=f"{heading}: {some(ids, 1)}",
                look_again_at=max(dates, default=None) if state == "waiting" else None,
            )
    untils = [step.proved_until for step in needed if step.proved_until]
    return replace(
        bare,
        state="proved",
        basis="bill" if untils else "person",
        reason="every step before it is proved",
        proved_until=min(untils, default=None),
    )
