"""A finding: one subject in one period that breaks one policy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from govern.model.baseline import Mark
from govern.model.bill import Evidence
from govern.model.clock import instant, iso
from govern.model.meaning import channel_label
from govern.model.money import plain
from govern.model.text import printable
from govern.model.words import SEVERITIES


@dataclass(frozen=True)
class Subject:
    """What a verdict is about. ``values`` are the values it is grouped by, in order.

    ``workspace_id``, ``region_id`` and ``sub_account_id`` are None where the group has several.
    ``shared``: another account has a subject of the same words, so they name the account too.
    """

    kind: str
    values: tuple[tuple[str, str | None], ...]
    workspace_id: str | None = None
    region_id: str | None = None
    sub_account_id: str | None = None
    name: str | None = None
    shared: bool = False

    @property
    def id(self) -> str | None:
        if self.kind == "bill":
            return "bill"
        if self.kind == "columns":
            return ";".join("none" if value is None else value for _, value in self.values)
        return self.values[-1][1]

    @property
    def text(self) -> str:
        """The subject in words: ``API key 12345 in llm-a``."""
        return self._words + (f" of account {self.sub_account_id}" if self.shared else "")

    @property
    def _words(self) -> str:
        if self.kind == "bill":
            return "the bill"
        if self.kind == "columns":
            return ", ".join(
                f"{column} {'none' if value is None else value or '(empty)'}"
                for column, value in self.values
            )
        if self.kind == "api_key":
            where = f" in {self.workspace_id}" if self.workspace_id else ""
            key = f"API key {self.id}{self._named}" if self.id else "use without an API key"
            return key + where
        if self.kind == "channel":
            return f"channel {channel_label(self.id)}"
        return f"{self.kind} {self.id}{self._named}" if self.id else f"charges without {self.kind}"

    @property
    def _named(self) -> str:
        return f" ({self.name})" if self.name else ""

    def document(self) -> dict[str, Any]:
        if self.kind == "bill":
            return {"kind": "bill", "id": "bill"}
        shown: dict[str, Any] = {"kind": self.kind, "id": self.id, "name": self.name}
        if self.kind == "columns":
            shown["columns"] = dict(self.values)
        return {
            **shown,
            "workspace_id": self.workspace_id,
            "region_id": self.region_id,
            "sub_account_id": self.sub_account_id,
        }


@dataclass(frozen=True)
class Finding:
    """One subject in one period that breaks a policy. ``unit`` belongs to observed and limit.

    ``costs`` is what the matching charges cost, per currency. ``width``: how exactly the times of
    its charges are known. ``mark``: what became of it since a baseline; None without one.
    ``currency``: that of the costs which a figure in percent is made of. ``interval``: between what
    an estimate probably lies. A subject without a charge in the period has no first and last one.
    """

    policy: str
    title: str
    severity: str
    message: str
    subject: Subject
    every: str
    start: datetime
    end: datetime
    measure: str
    observed: Decimal
    limit: Decimal
    unit: str
    charges: int
    first_charge: datetime | None
    last_charge: datetime | None
    costs: tuple[tuple[str, Decimal], ...]
    policy_file: str
    policy_line: int
    stop: str
    evidence: tuple[Evidence, ...] = ()
    other_units: int = 0
    waiver: Mapping[str, Any] | None = None
    width: str = "second"
    mark: Mark | None = None
    currency: str | None = None
    interval: tuple[Decimal, Decimal] | None = None

    @property
    def fingerprint(self) -> str:
        """The same for every run, file name, amount and message; unique in a report."""
        return fingerprint_of(
            self.policy, self.subject, self.currency or self.unit, self.every, self.start
        )

    @property
    def period(self) -> str:
        """The period in words: ``2026-09``, ``2026-09-01``, ``week of 2026-09-07``."""
        return period_text(self.every, self.start, self.end)

    @property
    def cost(self) -> str:
        """What the matching charges cost, per currency: ``512.3 CNY, 4 USD``."""
        return ", ".join(f"{plain(cost)} {currency}" for currency, cost in self.costs)

    @property
    def full_message(self) -> str:
        """The message, with the period, and the cost where the message has no money in it."""
        cost = "" if self.cost in self.message else self.cost
        return f"{self.message} ({self.period}{': ' if cost else ''}{cost})"

    @property
    def since(self) -> str:
        """What became of it since a baseline, in words; nothing without one."""
        return self.mark.text(self.observed, self.unit) if self.mark else ""

    @property
    def order(self) -> tuple[Any, ...]:
        """Severity, policy id, billed cost descending, subject id, period."""
        return (
            -SEVERITIES.index(self.severity),
            self.policy,
            -sum((cost for _, cost in self.costs), Decimal(0)),
            self.subject.id or "",
            [value or "" for _, value in self.subject.values],
            self.start,
            self.unit,
        )

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "title": self.title,
            "severity": self.severity,
            "message": printable(self.message),
            "subject": self.subject.document(),
            "period": {
                "every": self.every,
                "start": iso(self.start, clock),
                "end": iso(self.end, clock),
            },
            "measure": self.measure,
            "observed": plain(self.observed),
            "limit": plain(self.limit),
            "unit": self.unit,
            **({"currency": self.currency} if self.currency else {}),
            **({"interval": _between(*self.interval)} if self.interval else {}),
            "charges": self.charges,
            "costs": [
                {"currency": currency, "billed_cost": plain(cost)} for currency, cost in self.costs
            ],
            "other_units": self.other_units,
            "first_charge": instant(self.first_charge, clock),
            "last_charge": instant(self.last_charge, clock),
            "evidence": [row.document() for row in self.evidence],
            "policy_file": self.policy_file,
            "policy_line": self.policy_line,
            "fingerprint": self.fingerprint,
            "waiver": self.waiver,
            "stop": self.stop,
            **({"baseline": self.mark.document(self.observed)} if self.mark else {}),
        }


def _between(least: Decimal, most: Decimal) -> dict[str, str]:
    return {"least": plain(least), "most": plain(most)}


def fingerprint_of(policy: str, subject: Subject, unit: str, every: str, start: datetime) -> str:
    """Of what was or would be found: who, in which period, by which policy."""
    identity = [
        policy,
        subject.kind,
        [list(pair) for pair in subject.values],
        unit,
        None if every == "total" else start.isoformat(),
    ]
    text = json.dumps(identity, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def period_text(every: str, start: datetime, end: datetime) -> str:
    """A period in words; the whole bill is told by its first day and the day after its last."""
    if every == "month":
        return f"{start:%Y-%m}"
    if every == "day":
        return f"{start:%Y-%m-%d}"
    if every == "week":
        return f"week of {start:%Y-%m-%d}"
    return f"{start:%Y-%m-%d} to {end:%Y-%m-%d}"
