"""A test of policies: charges that are made up, and what the policies must say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from govern.model.clock import Moment, parse_moment
from govern.model.inventory import Inventory
from govern.model.policy import Policy
from govern.model.waiver import Waiver

#: The instant of a test that names none: some days after the usual charge.
USUAL_AS_OF = parse_moment("2026-10-05")

#: What a charge of a test has where the test says nothing else.
USUAL: Mapping[str, str] = {
    "billing_account_id": "100",
    "region_id": "cn-beijing",
    "service": "inference",
    "charge_category": "usage",
    "api_key_id": "7",
    "workspace_id": "llm-a",
    "model": "qwen-max",
    "meter": "output_token",
    "channel": "app",
    "free_quota_stop": "0",
    "time": "2026-09-15 12:00",
    "billed_cost": "1 CNY",
    "usage": "1 千tokens",
}

#: The parts of the Instance ID of a call, in order.
PARTS = ("api_key_id", "workspace_id", "model", "meter", "channel", "free_quota_stop")

#: What the usual Instance ID of a service carries; nothing for those that aren't here, since no
#: layout is documented for them.
CARRIED: Mapping[str, tuple[str, ...]] = {
    "inference": (*PARTS, "tier"),
    "batch": (*PARTS, "tier"),
    "training": ("workspace_id",),
}

#: Fields as they were written; those of :data:`USUAL` may be missing.
Charge = Mapping[str, str]

#: The subjects of findings, each as often as it has one; None: whoever, but at least one.
Subjects = tuple[str | None, ...] | None


@dataclass(frozen=True)
class Expected:
    """What is expected of policies, by id. A policy that is named nowhere has no finding.

    ``waived`` are findings that a waiver excuses, ``undecided`` policies that can't be decided.
    """

    fires: Mapping[str, Subjects] = field(default_factory=dict)
    waived: Mapping[str, Subjects] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()

    @property
    def named(self) -> frozenset[str]:
        return frozenset([*self.fires, *self.waived, *self.silent, *self.undecided])


@dataclass(frozen=True)
class Trial:
    """One test, with the place where it is written.

    ``exported_at``: when its bill is taken to have been exported; None for ``as_of``.
    """

    name: str
    charges: tuple[Charge, ...]
    expected: Expected
    file: str
    line: int
    as_of: Moment = USUAL_AS_OF
    exported_at: Moment | None = None
    inventory: Inventory | None = None


@dataclass(frozen=True)
class TrialFile:
    """The tests of one file, and the policies and waivers that they are about."""

    path: str
    trials: tuple[Trial, ...]
    policies: tuple[Policy, ...]
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class Suite:
    """Everything that one run tests. ``policies``: all that were asked for, tested or not."""

    files: tuple[TrialFile, ...]
    policies: tuple[Policy, ...]
