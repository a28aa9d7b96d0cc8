"""A waiver: a granted exception with an owner and an end."""

from __future__ import annotations

from dataclasses import dataclass

from govern.model.clock import Moment
from govern.model.policy import Limit, Pattern


@dataclass(frozen=True)
class Waiver:
    """Findings of ``policy`` about a matching subject are excused before ``expires``.

    ``up_to``: only while the observed figure isn't above it, in the policy's own unit.
    """

    policy: str
    subject: Pattern
    reason: str
    owner: str
    expires: Moment
    file: str
    line: int
    up_to: Limit | None = None
