"""A closing proof of nothing but the steps before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from govern.model.verification import StepResult


def all_of(bare: StepResult, needed: Sequence[StepResult]) -> StepResult:
    """Proved when every step that it needs is; else what the worst of them says."""
    for state, told in (
        ("failed", "not stopped"),
        ("waiting", "still waiting"),
        ("todo", "still open"),
        ("blocked", "still open"),
    ):
        found = [one.id for one in needed if one.state == state]
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            open_now = state in ("todo", "blocked")
            dates = [one.look_again_at for one in needed if one.look_again_at]
            return replace(
                bare,
                state="blocked" if open_now else state,
                basis=None if open_now else "bill",
                reason=f"{told}: {found[0]}{more}",
                look_again_at=max(dates, default=None) if state == "waiting" else None,
            )
    untils = [one.proved_until for one in needed if one.proved_until]
    return replace(
        bare,
        state="proved",
        basis="bill" if untils else "person",
        reason="every step before it is proved",
        proved_until=min(untils, default=None),
    )
