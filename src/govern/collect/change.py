"""What becomes of a record of the file before, by what the account shows now. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from govern.collect.seen import Listed, Seen
from govern.model.clock import BILL_CLOCK, Moment
from govern.model.inventory import ApiKey, Inventory, Plan, Resource, Workspace
from govern.model.meaning import REGIONS

#: Words of the services that mean that nothing runs (documented), in lower case.
OVER: Mapping[str, frozenset[str]] = {
    "training_jobs": frozenset({"succeeded", "failed", "canceled"}),
    "deployments": frozenset({"stopped", "failed"}),
    "batches": frozenset({"completed", "failed", "expired", "cancelled"}),
}


@dataclass(frozen=True)
class Known:
    """A record of the file before, and when it was last seen."""

    record: Any
    last: Moment | None


#: The record after, of what was there before and what the list shows now.
Change = Callable[[Known, Listed], Any]


def last_seen(record: Any, old: Inventory) -> Moment | None:
    """What is gone was last seen when it still was there."""
    if record.seen_at:
        return record.seen_at  # type: ignore[no-any-return]
    return record.gone_after if _gone_at(record) else old.collected_at


def _gone_at(record: Any) -> Moment | None:
    return getattr(record, "gone_at", None)


def unlisted(known: Known, seen: Seen, everything: bool) -> Any:
    """What was there and isn't listed: gone only where its list must have held it."""
    kept = replace(known.record, seen_at=known.last)
    ended = _read_to_its_end(seen, known.record)
    if ended is None or not everything or isinstance(kept, Plan):
        return kept
    if isinstance(kept, Resource):
        return kept if kept.ended_at else replace(kept, ended_at=ended)
    if kept.gone_at:
        return kept
    return replace(kept, gone_at=ended, gone_after=_before(known.last, ended))


def _read_to_its_end(seen: Seen, record: Any) -> Moment | None:
    """When every list that could hold the record had been read to its end; None if not all were.

    One whose region isn't known may be in any.
    """
    region_id = record.region_id
    workspace_id = getattr(record, "workspace_id", None)
    if region_id is None:
        ends = [seen.ended.get((region_id, None)) for region_id in REGIONS]
        known = [end for end in ends if end]
        return max(known, key=_wall) if len(known) == len(ends) else None
    return seen.ended.get((region_id, workspace_id)) or seen.ended.get((region_id, None))


def _before(last: Moment | None, end: Moment) -> Moment | None:
    """The start of an interval; none where the file before is of a later time than its end."""
    return last if last and _wall(last) <= _wall(end) else None


def _wall(at: Moment) -> Any:
    return at.on(BILL_CLOCK)


def as_listed(known: Known, now: Listed) -> Any:
    del known
    return now.record


def workspace(known: Known, now: Listed) -> Workspace:
    workspace: Workspace = now.record
    return replace(workspace, owner=known.record.owner or workspace.owner)


def key(known: Known, now: Listed) -> ApiKey:
    """Its instants are those of the file before, and those that both together tell."""
    before: ApiKey = known.record
    key: ApiKey = now.record
    key = replace(key, owner=before.owner or key.owner, region_id=key.region_id or before.region_id)
    if not key.disabled:
        return key
    if before.disabled:
        return replace(key, disabled_at=before.disabled_at, disabled_after=before.disabled_after)
    if before.disabled is False:
        return replace(key, disabled_at=now.at, disabled_after=_before(known.last, now.at))
    return key


def job(name: str) -> Change:
    def changed(known: Known, now: Listed) -> Resource:
        before: Resource = known.record
        job: Resource = now.record
        if not is_over(name, job.status):
            return job
        if before.status is None or is_over(name, before.status):
            return replace(job, ended_at=before.ended_at)
        # It ran when it was last seen: an end that was said of it before isn't its end.
        return replace(job, ended_at=now.at)

    return changed


def is_over(name: str, status: str | None) -> bool:
    """Whether the service's word means that nothing runs."""
    return (status or "").casefold() in OVER[name]
