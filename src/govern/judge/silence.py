"""The law of the audit: what a bill lets one say about a key or workspace, and no more.

Pure: nothing here knows a ledger. A bill shows what had arrived when it was exported; a charge
may arrive up to ``settle`` after the use. So silence is proved only up to ``settle`` before the
bill's reach, only inside months that the bill holds, and only where no month is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from govern.model.clock import next_month

#: Services whose charges go on until the job ends, whatever happens to the key.
JOBS = ("batch", "training", "deployment")


@dataclass(frozen=True)
class Use:
    """Usage charges that lie together: from ``first`` to ``last``, and over before ``end``.

    ``coarse``: known to the day or the month only. ``unparsed``: perhaps another's.
    """

    first: datetime
    last: datetime
    end: datetime
    coarse: bool = False
    service: str = "inference"
    currency: str = "CNY"
    billed_cost: Decimal = Decimal(0)
    charges: int = 1
    unparsed: bool = False


@dataclass(frozen=True)
class Stop:
    """When use should have ended. ``after``: last seen alive, where it is known as an interval."""

    at: datetime
    source: str
    after: datetime | None = None


@dataclass(frozen=True)
class Horizon:
    """What a bill can show of one account.

    ``start``: where its first month begins. ``end``: where its last month ends. ``reach``: as in
    the report. ``gaps``: what is missing in between. ``final``: the starts of its final months.
    ``exported``: starts of months → when they were last exported, where that is known.
    """

    start: datetime
    end: datetime
    reach: datetime
    gaps: Sequence[tuple[datetime, datetime]] = ()
    final: frozenset[datetime] = frozenset()
    exported: Mapping[datetime, datetime] = field(default_factory=dict)

    @property
    def covered(self) -> datetime:
        """Up to where it can show charges at all."""
        return min(self.reach, self.end)

    def lacking(self, since: datetime) -> str | None:
        """Why silence since ``since`` can't be proved by this bill, however late it is read."""
        if since < self.start:
            return f"the bill begins on {self.start:%Y-%m-%d}, after that: add the earlier months"
        for start, end in self.gaps:
            if end > since and start < self.covered:
                return f"the bill misses {start:%Y-%m-%d} to {end:%Y-%m-%d}: add it"
        if since >= self.end and self.reach >= self.end:
            return f"the bill holds nothing since {self.end:%Y-%m-%d}: add {since:%Y-%m}"
        return None

    def proved(self, since: datetime, settle: timedelta) -> datetime:
        """Until when silence since ``since`` is proved; before ``since`` if it isn't at all."""
        until = min(self.reach - settle, self.end)
        month = _month(since)
        while month < self.end:
            exported = self.exported.get(month)
            early = exported is not None and exported - settle < next_month(month)
            if exported and early and month not in self.final:
                until = min(until, exported - settle)
                break
            month = next_month(month)
        month = _month(since)
        while month in self.final and month < self.end:
            month = next_month(month)
            until = max(until, month)
        return until

    def early(self, since: datetime, settle: timedelta) -> str | None:
        """Which month was exported before it was complete, though later ones are there."""
        month = _month(since)
        while month < self.end and self.covered >= next_month(month):
            exported = self.exported.get(month)
            if exported and exported - settle < next_month(month) and month not in self.final:
                return (
                    f"{month:%Y-%m} was exported on {exported:%Y-%m-%d %H:%M}, before it was "
                    "complete: export it again"
                )
            month = next_month(month)
        return None


def _month(instant: datetime) -> datetime:
    return instant.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Terms:
    """How long a charge may take to arrive, and how long after a stop one is residual."""

    settle: timedelta = timedelta(hours=48)
    grace: timedelta = timedelta(minutes=15)
    window: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class State:
    """What may be said. ``leaks`` and ``residual`` are the uses after the stop, if there are any.

    ``silent_from``: where the silence begins that is proved, or is to be proved.
    """

    word: str
    reason: str
    leaks: tuple[Use, ...] = ()
    residual: tuple[Use, ...] = ()
    silent_from: datetime | None = None
    proved_until: datetime | None = None
    look_again_at: datetime | None = None


def without_stop(latest: Use | None, horizon: Horizon, terms: Terms) -> State:
    """``charging`` or ``quiet``: nobody said when it stopped, so nothing is proved."""
    threshold = horizon.covered - terms.window
    if latest is None:
        return State("quiet", "no usage: only purchases, refunds or corrections")
    if latest.last >= threshold or (latest.coarse and latest.end > threshold):
        return State("charging", f"used within {_hours(terms.window)} before the end of the bill")
    return State("quiet", f"silent since {latest.last:%Y-%m-%d %H:%M}; no proof: no stop is known")


def after_stop(
    uses: Sequence[Use],
    stop: Stop,
    horizon: Horizon,
    terms: Terms,
    ended: Mapping[str, datetime] | None = None,
) -> State:
    """``leaking``, ``settling`` or ``stopped``.

    ``uses``: at least all that end after the stop. ``ended``: when the jobs of a service had all
    ended, where that is known.
    """
    leak_from = stop.at + terms.grace
    found: dict[str, list[Use]] = {"leak": [], "residual": [], "unsure": [], "before": []}
    for use in sorted(uses, key=lambda use: use.first):
        if use.end > stop.at:
            found[_kind(use, stop.at, leak_from, terms.grace, ended or {})].append(use)
    jobs_until = [use.end for use in found["residual"] if use.end > leak_from]
    silent_from = max([leak_from, *jobs_until])
    decided_at = silent_from + terms.settle
    settling = State(
        "settling",
        "",
        leaks=tuple(found["leak"]),
        residual=tuple(found["residual"]),
        silent_from=silent_from,
        look_again_at=decided_at,
    )
    if settling.leaks:
        reason = _leak(settling.leaks, stop)
        return replace(settling, word="leaking", reason=reason, look_again_at=None)
    decides = f"a bill that reaches {decided_at:%Y-%m-%d %H:%M} decides"
    doubt = _doubt(found["unsure"]) or horizon.lacking(leak_from)
    if doubt:
        # More of the same bill can't decide it: what is missing must come first.
        return replace(settling, reason=f"{doubt}; {decides.replace('a bill', 'then a bill')}")
    until = horizon.proved(silent_from, terms.settle)
    if until < silent_from:
        told = horizon.early(silent_from, terms.settle) or (
            f"the bill reaches {horizon.covered:%Y-%m-%d %H:%M}"
        )
        if jobs_until:
            told += f", and a job was charged until {silent_from:%Y-%m-%d %H:%M}"
        return replace(settling, reason=f"{told}; {decides}")
    return replace(
        settling,
        word="stopped",
        reason=f"no use from {silent_from:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"
        + _between(stop),
        proved_until=until,
        look_again_at=None,
    )


def _kind(
    use: Use, stop: datetime, leak_from: datetime, grace: timedelta, ended: Mapping[str, datetime]
) -> str:
    """Where one use lies: before the stop, residual after it, a leak, or nobody can tell."""
    if use.unparsed:
        return "unsure" if use.end > leak_from else "before"
    if use.service in JOBS:
        over = ended.get(use.service)
        if over is None and use.end > leak_from:
            # Its job may still have been running; the silence after it is what counts.
            return "residual"
        leak_from = max(leak_from, over + grace) if over else leak_from
    if use.first >= leak_from:
        return "leak"
    if use.end > leak_from or (use.coarse and use.first <= stop):
        return "unsure"
    return "residual" if use.first >= stop else "before"


def _doubt(unsure: Sequence[Use]) -> str | None:
    """Why charges after the stop are neither a leak nor none."""
    known = [use for use in unsure if not use.unparsed]
    if known:
        first = known[0]
        if first.coarse:
            how = "to the day or month only"
        elif first.end - first.first <= timedelta(minutes=1):
            how = "to the minute only"
        else:
            how = "as one sum with others only"
        return (
            f"a charge of {first.first:%Y-%m-%d} is known {how} and may lie before or after the "
            "stop: a finer bill is needed"
        )
    count = sum(use.charges for use in unsure)
    if not count:
        return None
    many = "charge of its account has" if count == 1 else "charges of its account have"
    return (
        f"{count} later {many} an Instance ID of no known layout and could be its own "
        "(instance_ids: in govern.yaml can teach it)"
    )


def _leak(leaks: Sequence[Use], stop: Stop) -> str:
    count = sum(use.charges for use in leaks)
    many = "charge" if count == 1 else "charges"
    return (
        f"{count} {many} after it was stopped at {stop.at:%Y-%m-%d %H:%M}, "
        f"first at {leaks[0].first:%Y-%m-%d %H:%M}"
    ) + _between(stop)


def _between(stop: Stop) -> str:
    if stop.after is None:
        return ""
    return (
        f"; it stopped between {stop.after:%Y-%m-%d %H:%M} and {stop.at:%Y-%m-%d %H:%M}, and what "
        "was charged in between is undecided"
    )


def _hours(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 3600:g} h"
