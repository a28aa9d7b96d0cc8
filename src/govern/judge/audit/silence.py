"""The law of the audit: what a bill lets one say about a key or workspace, and no more.

Pure: nothing here knows a ledger. What a bill can show at all is its ``Horizon``; here it is held
against the uses after a stop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from govern.judge.audit.delays import Delays
from govern.judge.audit.use import JOBS, Stop, Use, residual_text
from govern.judge.bill.horizon import Horizon
from govern.model.clock import known, known_at

#: The states, the least reassuring first.
_CAUTION = ("leaking", "settling", "charging", "quiet", "stopped")


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


def without_stop(latest: Sequence[Use], horizon: Horizon, delays: Delays) -> State:
    """``charging`` or ``quiet``: nobody said when it stopped, so nothing is proved.

    ``latest``: the last uses, one of each width that its times have.
    """
    if not latest:
        return State("quiet", "no usage: only purchases, refunds or corrections")
    threshold = horizon.covered - delays.window
    late = [use for use in latest if use.last >= threshold or (use.coarse and use.end > threshold)]
    exact = [use for use in late if not use.coarse]
    if exact:
        return State("charging", f"used within {_hours(delays.window)} before the end of the bill")
    if late:
        last = max(late, key=lambda use: use.last)
        no = "day" if last.width == "month" else "time of the day"
        reason = f"last used {known_at(last.last, last.width)}, and the bill tells no {no}"
        return State("charging", reason)
    last = max(latest, key=lambda use: (use.end, use.last))
    since = f"no use after {known_at(last.last, last.width).split(' ', 1)[1]}"
    if not last.coarse:
        since = f"silent since {last.last:%Y-%m-%d %H:%M}"
    return State("quiet", f"{since}; no proof: no stop is known")


def after_stop(
    uses: Sequence[Use],
    stop: Stop,
    horizon: Horizon,
    delays: Delays,
    jobs_until: Mapping[str, datetime] | None = None,
) -> State:
    """``leaking``, ``settling`` or ``stopped``.

    ``uses``: at least all that end after the stop. ``jobs_until``: by service, until when charges
    of jobs may still come; of a service that isn't there nobody knows when its jobs end.
    """
    leak_from = stop.at + delays.grace
    by_kind: dict[str, list[Use]] = {"leak": [], "residual": [], "unsure": [], "before": []}
    for use in sorted(uses, key=lambda use: (use.first, use.group)):
        if use.end > stop.at:
            by_kind[_kind(use, stop.at, leak_from, jobs_until or {})].append(use)
    silent_from = max([leak_from, *(use.end for use in by_kind["residual"])])
    decided_at = silent_from + delays.settle
    settling = State(
        "settling",
        "",
        leaks=tuple(by_kind["leak"]),
        residual=tuple(by_kind["residual"]),
        silent_from=silent_from,
        look_again_at=decided_at,
    )
    if settling.leaks:
        reason = _leak(settling.leaks, stop)
        return replace(settling, word="leaking", reason=reason, look_again_at=None)
    decides = f"a bill that reaches {decided_at:%Y-%m-%d %H:%M} decides"
    doubt = _doubt(by_kind["unsure"]) or horizon.lacking(leak_from) or horizon.lacking(silent_from)
    if doubt:
        # More of the same bill can't decide it: what is missing must come first.
        return replace(settling, reason=f"{doubt}; {decides.replace('a bill', 'then a bill')}")
    # Residual charges put the silence off; what lies before them must be shown all the same.
    until = horizon.proved(leak_from, delays.settle)
    if until < silent_from:
        reason = horizon.early(leak_from, delays.settle) or horizon.reach
        if silent_from > leak_from:
            reason += f", and a job was charged until {silent_from:%Y-%m-%d %H:%M}"
        return replace(settling, reason=f"{reason}; {decides}")
    return replace(
        settling,
        word="stopped",
        reason=f"no use from {silent_from:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"
        + residual_text(settling.residual)
        + _between(stop),
        proved_until=until,
        look_again_at=None,
    )


def _kind(use: Use, stop: datetime, leak_from: datetime, jobs_until: Mapping[str, datetime]) -> str:
    """Where one use lies: before the stop, residual after it, a leak, or nobody can tell."""
    if use.perhaps:
        return "unsure" if use.end > leak_from else "before"
    job = use.service in JOBS
    if job and use.service not in jobs_until:
        # Its job may still have been running; the silence after it is what counts.
        return "residual" if use.end > leak_from or use.first >= stop else "before"
    leak_from = max(leak_from, jobs_until[use.service]) if job else leak_from
    if use.first >= leak_from:
        return "leak"
    if use.end > leak_from or (use.coarse and use.first <= stop and not job):
        return "unsure"
    return "residual" if use.first >= stop or job else "before"


def distrusted(why: str) -> str:
    """That nothing is proved by a bill; ``why`` says what is wrong with it."""
    return f"no proof, since the bill can't be trusted: {why}"


def believed(state: State, why: str | None, delays: Delays) -> State:
    """``stopped`` only by a bill that can be trusted; ``why`` says what is wrong with it."""
    if why is None or state.word != "stopped" or state.silent_from is None:
        return state
    decided_at = state.silent_from + delays.settle
    return replace(
        state,
        word="settling",
        reason=f"{distrusted(why)}; then a bill that reaches {decided_at:%Y-%m-%d %H:%M} decides",
        proved_until=None,
        look_again_at=decided_at,
    )


def most_cautious(states: Sequence[State]) -> State:
    """What may be said where several bills are looked at: no more than the least of them shows."""
    worst = min(states, key=lambda state: _CAUTION.index(state.word))
    alike = [state for state in states if state.word == worst.word]
    return min(alike, key=lambda state: state.proved_until or datetime.max)


def _doubt(unsure: Sequence[Use]) -> str | None:
    """Why charges after the stop are neither a leak nor none."""
    own = [use for use in unsure if not use.perhaps]
    if own:
        first = own[0]
        if not first.coarse and first.last > first.first:
            # Where rows can be looked up, no such sum is left.
            return (
                f"a ledger keeps the charges of {first.first:%Y-%m-%d} as one sum, on both sides "
                "of the stop: the bill itself is needed"
            )
        charge = f"a charge of {known(first.first, first.width)} is known"
        how = f"to the {first.width} only"
        return f"{charge} {how} and may lie before or after the stop: a finer bill is needed"
    return _whose(unsure) if unsure else None


def _whose(unsure: Sequence[Use]) -> str:
    """How many charges could be its own, and what isn't told of them."""
    count = sum(use.charges for use in unsure)
    unparsed = sum(use.charges for use in unsure if use.unparsed)
    no_service = sum(use.charges for use in unsure if use.service == "other")
    untold = []
    if unparsed:
        untold.append(
            f"of {unparsed} the Instance ID has no known layout "
            "(instance_ids: in govern.yaml can teach it)"
        )
    if no_service:
        untold.append(f"of {no_service} neither commodity nor Instance ID tells the service")
    many = "charge" if count == 1 else "charges"
    why = f": {' and '.join(untold)}" if untold else ""
    return f"{count} later {many} of its account could be its own{why}"


def _leak(leaks: Sequence[Use], stop: Stop) -> str:
    count = sum(use.charges for use in leaks)
    many = "charge" if count == 1 else "charges"
    return (
        f"{count} {many} after it was stopped at {stop.at:%Y-%m-%d %H:%M}, first {leaks[0].began}"
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
