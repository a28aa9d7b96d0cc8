"""The oracle: what a verification may say of a world. From the contract, never from the code.

A proof is false where the world has a use that the proof says there was none of; a failure is
false where nothing was charged after the stop. Both are asked of every step that a bill decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from worlds.exports import Bill
from worlds.world import GRACE, JOBS, PLAN, SETTLE, Use, World


@dataclass(frozen=True)
class Said:
    """What govern said of one step, in plain values."""

    id: str
    kind: str
    subject: str | None
    workspace: str | None
    owner: str | None
    state: str
    basis: str | None
    stopped_at: datetime | None
    proved_until: datetime | None
    after: Mapping[str, Decimal]
    kept: bool = False


#: Kinds whose stop ends jobs: what is charged of them later than stop + settle is a leak.
_ENDS_JOBS = {"take_offline": "deployment", "cancel_training": "training", "cancel_batch": "batch"}


def wrong(
    world: World, bill: Bill, steps: Sequence[Said], code: int, accounts: Sequence[str]
) -> list[str]:
    """Everything that was said and isn't so, in words. ``accounts``: those that pay."""
    found: list[str] = []
    kinds = {step.kind for step in steps}
    kept = [step for step in steps if step.kept]
    for step in steps:
        own = [use for use in world.uses if _is_of(step, use) and not _excused(step, use, kept)]
        if step.state == "proved" and step.basis == "bill":
            found += [f"{step.id}: {told}" for told in _false_proof(step, own, kinds)]
        if step.state == "failed" and step.basis == "bill" and step.kind in _JUDGED:
            found += [f"{step.id}: {told}" for told in _false_leak(step, own, bill)]
        if step.kind == "final_bill" and (step.state, step.basis) == ("proved", "bill"):
            found += [f"final_bill: {told}" for told in _not_final(bill, steps, accounts)]
    if code == 0:
        found += [f"exit 0: {told}" for told in _unfinished(world, bill, steps)]
    return found


_JUDGED = {
    "disable_key", "delete_key", "retire_workspace", "closing_proof", "stop_playground",
    *_ENDS_JOBS,
}  # fmt: skip


def _false_proof(step: Said, own: Iterable[Use], kinds: set[str]) -> Iterable[str]:
    if step.kind in ("final_bill", "turn_off_renewal"):
        return
    if step.stopped_at is None or step.proved_until is None:
        yield "proved by a bill without saying from when to when"
        return
    since = step.stopped_at + GRACE
    for use in own:
        if not since <= use.at < step.proved_until:
            continue
        if use.service in JOBS and _may_run_on(step, use, kinds):
            continue
        yield f"proved until {step.proved_until}, but used at {use.at} ({use.service})"


def _may_run_on(step: Said, use: Use, kinds: set[str]) -> bool:
    """A job may be charged until it ends, or until stop + settle where the step ends jobs."""
    assert step.stopped_at is not None
    ends_it = _ENDS_JOBS.get(step.kind) == use.service or (
        step.kind == "closing_proof"
        and any(kind in kinds for kind, service in _ENDS_JOBS.items() if service == use.service)
    )
    return not ends_it or use.at < step.stopped_at + SETTLE


def _false_leak(step: Said, own: Iterable[Use], bill: Bill) -> Iterable[str]:
    if step.stopped_at is None:
        return
    since = step.stopped_at + GRACE
    later = [use for use in own if bill.shows(use) and bill.start(use) >= since]
    if not later:
        yield "failed, but nothing was charged after the stop"
        return
    if any(use.service in JOBS for use in later):
        return
    sums: dict[str, Decimal] = {}
    for use in later:
        sums[use.currency] = sums.get(use.currency, Decimal(0)) + use.cost
    if sums != step.after:
        yield f"charges after the stop are {sums}, not {step.after}"


def _not_final(bill: Bill, steps: Sequence[Said], accounts: Sequence[str]) -> Iterable[str]:
    stops = [step.stopped_at for step in steps if step.stopped_at]
    for payer in accounts:
        if not bill.is_final(payer, f"{max(stops):%Y-%m}"):
            yield f"the bill of {max(stops):%Y-%m} of {payer} isn't known to be final"


def _unfinished(world: World, bill: Bill, steps: Sequence[Said]) -> Iterable[str]:
    """What a finished retirement can't have: use that nobody listed, or a plan that renewed."""
    listed = {(step.workspace, step.subject) for step in steps if step.kind == "disable_key"}
    wishes = [step for step in steps if step.kind == "closing_proof"]
    for use in world.uses:
        if not bill.shows(use) or not any(_is_of(wish, use) for wish in wishes):
            continue
        if use.key and (use.workspace, use.key) not in listed and use.at >= PLAN:
            yield f"key {use.key} is on no list and was used at {use.at}"
    if any(step.kind == "turn_off_renewal" for step in steps):
        for use in world.uses:
            if use.service == "coding_plan" and use.at >= PLAN and bill.shows(use):
                yield f"the Coding Plan was renewed at {use.at}"
    for step in steps:
        if step.state not in ("proved", "kept"):
            yield f"{step.id} is {step.state}"


def _excused(step: Said, use: Use, kept: Sequence[Said]) -> bool:
    """A kept key excuses its own use from the closing proof; a kept workspace excuses nothing."""
    return step.kind == "closing_proof" and any(
        one.kind in ("disable_key", "delete_key") and _is_of(one, use) for one in kept
    )


def _is_of(step: Said, use: Use) -> bool:
    """Whether a use is of what the step is to stop; plans and other products never are."""
    if not use.is_usage:
        return False
    if step.owner and use.owner != step.owner:
        return False
    if step.kind in ("disable_key", "delete_key"):
        return (use.workspace, use.key) == (step.workspace, step.subject)
    if step.kind == "stop_playground":
        return use.workspace == step.workspace and use.channel == "bmp" and not _hidden(use)
    if step.kind in _ENDS_JOBS:
        return use.service == _ENDS_JOBS[step.kind] and (
            step.workspace is None or (use.workspace == step.workspace and not _hidden(use))
        )
    if step.kind == "retire_workspace":
        return use.workspace == step.workspace and not _hidden(use)
    if step.kind == "closing_proof":
        wish = str(step.subject)
        if wish == "all":
            return True
        kind, _, name = wish.partition("=")
        if kind == "workspace":
            return use.workspace == name and not _hidden(use)
        workspace, _, key = name.rpartition("/")
        return use.key == key and workspace in ("", use.workspace)
    return False


def _hidden(use: Use) -> bool:
    """No Instance ID layout of a deployment is known, so a bill names no workspace for it."""
    return use.service == "deployment"
