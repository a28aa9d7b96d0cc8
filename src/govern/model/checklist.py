"""The stop-billing checklist, ``govern.checklist/v1``: ordered steps that people carry out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from govern.model.clock import BILL_CLOCK, Moment, iso, wall_text
from govern.model.money import plain
from govern.model.seal import of_plan, of_step, plan_ids

SCHEMA = "govern.checklist/v1"

#: ``kept`` is on purpose not done, with by, reason and until.
STATES = ("todo", "blocked", "done", "waiting", "proved", "failed", "kept")

#: What proves a step. Only a step of ``person`` is proved by a word.
PROOFS = ("bill", "inventory", "person")

#: What a step is about.
TARGETS = (
    "api_key",
    "workspace",
    "region",
    "service",
    "training_job",
    "batch",
    "deployment",
    "knowledge_base",
    "plan",
    "model",
    "channel",
    "columns",
    "bill",
    "wish",
    "account",
    "owner",
)


@dataclass(frozen=True)
class Target:
    """What a step is about. ``id`` is None for use without an API key.

    ``sub_account_id`` owns it; None where that isn't known or there are several.
    """

    kind: str
    id: str | None
    name: str | None = None
    workspace_id: str | None = None
    sub_account_id: str | None = None

    def document(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name,
            "workspace_id": self.workspace_id,
            "sub_account_id": self.sub_account_id,
        }


@dataclass(frozen=True)
class Saving:
    """What a day costs now, in one currency."""

    currency: str
    amount: Decimal

    def document(self) -> dict[str, str]:
        return {"currency": self.currency, "amount": plain(self.amount)}


#: Of what money at stake is a sum: of a day of use, or of the next renewal of a plan.
PER = ("day", "renewal")


@dataclass(frozen=True)
class Stake:
    """What goes on costing as long as a step is open, in one currency."""

    currency: str
    amount: Decimal
    per: str = "day"

    def document(self) -> dict[str, str]:
        return {"currency": self.currency, "amount": plain(self.amount), "per": self.per}


@dataclass(frozen=True)
class Share:
    """A piece of what a day costs; the steps that have the same ``number`` are about one cost."""

    number: int
    currency: str
    amount: Decimal


@dataclass(frozen=True)
class Step:
    """One thing to do. ``needs`` are ids of steps that come before it.

    People own ``state``, ``approved_by``, ``by``, ``at``, ``note``, ``reason`` and ``until``;
    the rest is made by govern. ``proof`` is what proves it: a later bill, an inventory, or a
    person's word. ``at`` is when it was carried out. ``command`` does it where a command exists.
    ``due_estimated``: nothing tells when it is due, it was worked out from the last fee. ``owner``:
    who owns its subject, by the inventory.

    ``at_stake`` is all that its subject costs, decided or not; several steps may have the same
    cost. ``saves_per_day`` is the part that is counted at this step and at no other one, so that
    it can be added up. Both are made of ``shares``, which aren't written.
    """

    id: str
    kind: str
    region_id: str | None
    subject: Target
    why: str
    how: str
    reversible: bool
    proof: str
    needs: tuple[str, ...] = ()
    due: Moment | None = None
    command: str | None = None
    saves_per_day: tuple[Saving, ...] = ()
    at_stake: tuple[Stake, ...] = ()
    owner: str | None = None
    due_estimated: bool = False
    state: str = "todo"
    approved_by: str | None = None
    by: str | None = None
    at: Moment | None = None
    note: str | None = None
    reason: str | None = None
    until: Moment | None = None
    shares: tuple[Share, ...] = field(default=(), compare=False, repr=False)

    def due_text(self, clock: tzinfo) -> str:
        """When it is due, for people; that it is an estimate, where it is one."""
        told = wall_text(self.due.on(clock)) if self.due else ""
        return told + (", estimated" if self.due_estimated else "")

    def document(self) -> dict[str, Any]:
        """What few steps have is left out where there is none."""
        fields: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "region_id": self.region_id,
            "subject": self.subject.document(),
            "why": self.why,
            "needs": list(self.needs),
            "due": with_offset(self.due),
            "due_estimated": self.due_estimated or None,
            "how": self.how,
            "command": self.command,
            "reversible": self.reversible,
            "saves_per_day": [saving.document() for saving in self.saves_per_day],
            "at_stake": [stake.document() for stake in self.at_stake],
            "owner": self.owner,
            "proof": self.proof,
            "state": self.state,
            "approved_by": self.approved_by,
            "by": self.by,
            "at": with_offset(self.at),
            "note": self.note,
            "reason": self.reason,
            "until": with_offset(self.until),
        }
        rare = ("due_estimated", "command", "reason", "until")
        absent = [name for name in rare if fields[name] is None]
        return {name: value for name, value in fields.items() if name not in absent}


@dataclass(frozen=True)
class Region:
    """One region of Model Studio: how far the inventory looked at it, and what it costs.

    ``charges``: whether the bill has Model Studio charges there.
    """

    region_id: str
    looked_at: str
    charges: bool = False

    def document(self) -> dict[str, Any]:
        return {
            "region_id": self.region_id,
            "looked_at": self.looked_at,
            "charges": self.charges,
        }


@dataclass(frozen=True)
class Input:
    """A file that a document rests on."""

    path: str
    sha256: str | None = None

    def document(self) -> dict[str, Any]:
        return {"path": self.path, "sha256": self.sha256}


@dataclass(frozen=True)
class Reach:
    """Up to where the bills of one payer showed charges when the checklist was made."""

    reaches: Moment
    account_id: str | None = None

    def document(self) -> dict[str, Any]:
        return {"account_id": self.account_id, "reaches": with_offset(self.reaches)}


@dataclass(frozen=True)
class Checklist:
    """The document ``govern.checklist/v1``. ``account_ids`` are those that pay the bills.

    ``reaches`` says of each how far the inputs showed it: a key used later is on no list.

    ``wishes`` are what was asked for (``workspace=llm-a``, ``all``); none where it was made from
    findings. ``steps`` are in the order in which to do them.
    """

    as_of: Moment
    account_ids: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    inputs: tuple[Input, ...] = ()
    reaches: tuple[Reach, ...] = ()
    wishes: tuple[str, ...] = ()
    saves_per_day: tuple[Saving, ...] = ()
    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """With the digests of what is govern's, of the whole and of each step."""
        fields = self._fields()
        planned = plan_ids(fields)
        steps = [
            _sealed(step, of_step(step, planned)) if step["id"] in planned else step
            for step in fields["steps"]
        ]
        return {**fields, "plan_sha256": of_plan(fields), "steps": steps}

    def _fields(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "plan_sha256": None,
            "as_of": with_offset(self.as_of),
            "account_ids": list(self.account_ids),
            "wishes": list(self.wishes),
            "regions": [region.document() for region in self.regions],
            "inputs": [file.document() for file in self.inputs],
            "reaches": [reach.document() for reach in self.reaches],
            "saves_per_day": [saving.document() for saving in self.saves_per_day],
            "notes": list(self.notes),
            "steps": [step.document() for step in self.steps],
        }

    def with_steps(self, steps: Iterable[Step]) -> Checklist:
        return replace(self, steps=tuple(steps))

    def step(self, id: str) -> Step | None:
        return next((step for step in self.steps if step.id == id), None)


def _sealed(step: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """The digest stands between what is govern's and what is people's."""
    names = list(step)
    at = names.index("state")
    ours = {name: step[name] for name in names[:at]}
    return {**ours, "plan_sha256": digest, **{name: step[name] for name in names[at:]}}


def with_offset(moment: Moment | None) -> str | None:
    """With its offset; one that was written without means the bill clock."""
    return None if moment is None else iso(moment.wall, moment.zone or BILL_CLOCK)


@dataclass(frozen=True)
class Written:
    """A checklist as a file: ``comments`` are what people wrote between its lines.

    ``sha256`` is the digest of the bytes that were read.
    """

    checklist: Checklist
    path: str
    sha256: str
    comments: Mapping[tuple[str, ...], Comment] = field(default_factory=dict)


@dataclass(frozen=True)
class Comment:
    """Comments at one place: the lines above it, and what stands behind it on its line."""

    above: tuple[str, ...] = ()
    behind: str = ""
