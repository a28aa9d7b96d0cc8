"""The one evaluator of waivers: which finding is excused, and which waiver excuses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from govern.model.clock import iso
from govern.model.finding import Finding
from govern.model.waiver import Waiver


@dataclass(frozen=True)
class WaiverUse:
    """What became of one waiver: ``used``, ``unused``, ``expired`` or ``unknown_policy``.

    ``findings`` counts what it excused. ``expires`` is naive, on the bill's clock.
    """

    waiver: Waiver
    state: str
    findings: int
    expires: datetime

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "policy": self.waiver.policy,
            "subject": self.waiver.subject.text,
            "state": self.state,
            "findings": self.findings,
            "expires": iso(self.expires, clock),
            "owner": self.waiver.owner,
            "file": self.waiver.file,
            "line": self.waiver.line,
        }


def apply(
    waivers: Sequence[Waiver],
    findings: Iterable[Finding],
    policies: Iterable[str],
    as_of: datetime,
    clock: tzinfo,
) -> tuple[list[Finding], list[WaiverUse]]:
    """Findings with the waiver that excuses them, and the use of each waiver."""
    known = set(policies)
    used = dict.fromkeys(range(len(waivers)), 0)
    judged = []
    by_exactness = sorted(range(len(waivers)), key=lambda at: waivers[at].subject.exactness)
    for finding in findings:
        excuse = next(
            (
                at
                for at in by_exactness
                if waivers[at].expires.on(clock) > as_of and covers(waivers[at], finding)
            ),
            None,
        )
        if excuse is None:
            judged.append(finding)
            continue
        used[excuse] += 1
        judged.append(replace(finding, waiver=_document(waivers[excuse], clock)))
    uses = []
    for at, waiver in enumerate(waivers):
        expires = waiver.expires.on(clock)
        state = "used" if used[at] else "unused"
        if waiver.policy not in known:
            state = "unknown_policy"
        elif expires <= as_of:
            state = "expired"
        uses.append(WaiverUse(waiver, state, used[at], expires))
    return judged, uses


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Whether the waiver speaks of this finding, expiry aside."""
    subject = "none" if finding.subject.id is None else finding.subject.id
    if waiver.policy != finding.policy or not waiver.subject.matches(subject):
        return False
    if waiver.up_to is None:
        return True
    return waiver.up_to.unit == finding.unit and finding.observed <= waiver.up_to.amount


def _document(waiver: Waiver, clock: tzinfo) -> dict[str, Any]:
    return {
        "subject": waiver.subject.text,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": iso(waiver.expires.on(clock), clock),
        "file": waiver.file,
        "line": waiver.line,
    }
