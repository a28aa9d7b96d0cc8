"""Why a verdict is what it is, in sentences that a person can check line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo

from govern.judge.check.standings import Judged
from govern.model.explanation import Reckoning, Standing
from govern.model.money import EXACT, add, plain
from govern.model.policy import quantity
from govern.model.waiver import Waiver


def because(judged: Judged, reckoning: Reckoning) -> Iterator[str]:
    """How much counts, against which limit, what isn't known, and what follows from that."""
    yield from _counted(reckoning)
    yield from _limit(reckoning)
    yield from _unknown(reckoning)
    if reckoning.mark:
        since = reckoning.mark.text(reckoning.standing.observed, reckoning.standing.unit)
        yield f"Against the baseline it is {since}."
    if judged.result.outcome == "error":
        yield f"The policy could not be judged: {judged.result.message}."
    elif judged.result.message:
        yield f"{judged.result.message}."


def _counted(reckoning: Reckoning) -> Iterator[str]:
    left_out = sum(each.charges for each in reckoning.left_out)
    own = sum(each.charges for each in reckoning.doubts if each.own)
    said = [f"{reckoning.counted} count", f"{left_out} do not" if left_out != 1 else "1 does not"]
    if own:
        said.append(f"of {own} it isn't known")
    whole = f"{_charges(reckoning.charges)} of this subject in the bill: {', '.join(said)}."
    yield whole
    standing = reckoning.standing
    if standing.total_unit != "charges" and reckoning.counted:
        yield f"What counts comes to {plain(standing.total)} {standing.total_unit}."
    if standing.told:
        yield f"It {standing.told}."


def _limit(reckoning: Reckoning) -> Iterator[str]:
    standing = reckoning.standing
    if standing.verdict == "unasked":
        yield "The policy doesn't judge it: there is nothing that it could be held against."
        return
    if standing.limit is None or standing.headroom is None:
        yield f"The policy has no limit in {standing.unit}."
        return
    whose = "the policy's limit"
    if standing.exception is not None:
        shown = standing.exception or '""'
        whose = f"the limit that limit_for sets for {shown}"
    limit = f"{whose}, {quantity(standing.limit, standing.unit)}"
    observed = quantity(standing.observed, standing.unit)
    if not reckoning.counted and not standing.told:
        yield f"Nothing of it counts, so it is not above {limit}."
    elif standing.headroom < 0 and not standing.limit:
        yield f"{observed}, where {whose} allows none: a finding."
    elif standing.headroom < 0:
        above = f"{quantity(-standing.headroom, standing.unit)} above {limit}"
        yield f"{observed} is {above}: a finding."
    elif not standing.headroom:
        yield f"{observed} is {limit}, to the last digit: only more than that is a finding."
    else:
        left = f"{quantity(standing.headroom, standing.unit)} below {limit}"
        yield f"{observed} is {left}: no finding by itself."


def _unknown(reckoning: Reckoning) -> Iterator[str]:
    """What could be added, and whether that would cross the limit."""
    standing = reckoning.standing
    if not reckoning.doubts or standing.limit is None:
        return
    if standing.observed > standing.limit:
        yield "Whatever isn't known changes nothing: it is above its limit without it."
        return
    if standing.told:
        # What could be added may stand on both sides of the quotient: the policy says what follows.
        return
    if any(each.amount is None for each in reckoning.doubts):
        yield "Of some charges any amount could count, so that it can't be decided."
        return
    more = add([each.amount for each in reckoning.doubts if each.amount is not None])
    most = EXACT.add(standing.observed, more)
    sentence = (
        f"What isn't known could add {plain(more)} at most: {plain(standing.observed)} + "
        f"{plain(more)} = {plain(most)} {standing.unit}"
    )
    if most > standing.limit:
        yield f"{sentence}, which is above {plain(standing.limit)}: it can't be decided."
    else:
        yield f"{sentence}, which is not above {plain(standing.limit)} either."


def on_waivers(
    waivers: Sequence[Waiver], standing: Standing, as_of: datetime, clock: tzinfo
) -> Iterator[str]:
    """Each waiver that speaks of the policy and the subject, and whether it excuses."""
    subject = "none" if standing.subject.id is None else standing.subject.id
    for waiver in waivers:
        if waiver.policy != standing.policy or not waiver.subject.matches(subject):
            continue
        ends = waiver.expires.on(clock)
        by = f"{waiver.file}:{waiver.line}: granted by {waiver.owner} until {ends:%Y-%m-%d %H:%M}"
        yield f"{by} ({waiver.reason}): {_use(waiver, standing, ends <= as_of)}"


def _use(waiver: Waiver, standing: Standing, over: bool) -> str:
    if over:
        return "it is over, and excuses nothing"
    up_to = waiver.up_to
    if up_to is not None:
        if up_to.unit != standing.unit:
            return f"it speaks of {up_to.unit}, not of {standing.unit}"
        if standing.observed > up_to.amount:
            more = plain(EXACT.subtract(standing.observed, up_to.amount))
            return f"{more} {standing.unit} above its up_to of {plain(up_to.amount)}: not excused"
    if standing.verdict != "waived":
        return "there is nothing to excuse"
    return "the finding is excused" + (f", up to {plain(up_to.amount)}" if up_to else "")


def _charges(count: int) -> str:
    return f"{count} charge{'' if count == 1 else 's'}"
