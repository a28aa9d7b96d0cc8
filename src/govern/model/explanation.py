"""How verdicts came about, so that a person can add them up: ``govern.explanation/v1``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from govern.model.baseline import Mark
from govern.model.bill import BillSummary
from govern.model.clock import iso, known
from govern.model.exits import Exit
from govern.model.finding import Subject, fingerprint_of, period_text
from govern.model.measure import PERCENT
from govern.model.money import EXACT, number, plain
from govern.model.policy import Condition
from govern.model.text import printable, shorten

#: What was paid, per currency.
Costs = tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Line:
    """One bill line. ``start`` is naive and known to ``width``; ``amount`` is in the measure."""

    path: str
    line: int
    start: datetime
    width: str
    instance_id: str
    amount: Decimal | None
    billed_cost: Decimal | None

    def document(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "line": self.line,
            "time": known(self.start, self.width),
            "instance_id": shorten(self.instance_id, 300),
            "amount": number(self.amount),
            "billed_cost": number(self.billed_cost),
        }


@dataclass(frozen=True)
class Part:
    """What counts of one model, meter and day. ``amount`` is None where no row carries one.

    ``list_cost``: what it would cost at list price, where the amount is held against that.
    """

    model: str | None
    meter: str | None
    day: str | None
    charges: int
    amount: Decimal | None
    costs: Costs
    list_cost: Decimal | None = None

    def document(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "meter": self.meter,
            "day": self.day,
            "charges": self.charges,
            "amount": number(self.amount),
            "list_cost": number(self.list_cost),
            "costs": costs_document(self.costs),
        }


@dataclass(frozen=True)
class LeftOut:
    """Charges of the subject that don't count, and why. ``code`` is a word for the kind of reason.

    ``column`` and ``value``: those of the ``where`` that they don't fulfil.
    """

    code: str
    reason: str
    charges: int
    costs: Costs
    column: str | None = None
    value: str | None = None
    lines: tuple[Line, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "column": self.column,
            "value": self.value,
            "reason": printable(self.reason),
            "charges": self.charges,
            "costs": costs_document(self.costs),
            "lines": [line.document() for line in self.lines],
        }


@dataclass(frozen=True)
class Doubt:
    """Charges of which something isn't known. ``amount`` is what they could add at most.

    None: any amount. ``own``: they are the subject's for certain; others could be anybody's.
    """

    code: str
    reason: str
    charges: int
    amount: Decimal | None
    own: bool
    costs: Costs
    lines: tuple[Line, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "reason": printable(self.reason),
            "charges": self.charges,
            "amount": number(self.amount),
            "own": self.own,
            "costs": costs_document(self.costs),
            "lines": [line.document() for line in self.lines],
        }


@dataclass(frozen=True)
class Standing:
    """Where one subject stands in one period, held against its limit.

    ``verdict`` is ``above``, ``waived``, ``within``, ``undecided`` (its policy couldn't be judged)
    or ``unasked`` (nothing that it could be held against). ``total`` is the sum of what counts, in
    ``total_unit``; ``observed`` is that too, unless the policy limits what it comes to in percent:
    then ``told`` says how. ``limit`` is None for a currency that has none; ``exception``: the
    pattern of ``limit_for`` that set it.
    """

    policy: str
    subject: Subject
    every: str
    start: datetime
    end: datetime
    charges: int
    total: Decimal
    total_unit: str
    observed: Decimal
    unit: str
    limit: Decimal | None
    verdict: str
    exception: str | None = None
    told: str = ""

    @property
    def fingerprint(self) -> str:
        """That of the finding which it is, or would be."""
        unit = self.total_unit if self.unit == PERCENT else self.unit
        return fingerprint_of(self.policy, self.subject, unit, self.every, self.start)

    @property
    def headroom(self) -> Decimal | None:
        """How much more would be allowed; below 0 it is above its limit."""
        return None if self.limit is None else EXACT.subtract(self.limit, self.observed)

    @property
    def period(self) -> str:
        return period_text(self.every, self.start, self.end)

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "subject": self.subject.document(),
            "period": {
                "every": self.every,
                "start": iso(self.start, clock),
                "end": iso(self.end, clock),
            },
            "charges": self.charges,
            "total": plain(self.total),
            "total_unit": self.total_unit,
            "observed": plain(self.observed),
            "unit": self.unit,
            "told": self.told or None,
            "limit": number(self.limit),
            "limit_for": self.exception,
            "headroom": number(self.headroom),
            "verdict": self.verdict,
            "fingerprint": self.fingerprint,
        }


@dataclass(frozen=True)
class Reckoning:
    """One verdict, added up: what counts, what doesn't, what isn't known, and what follows.

    ``parts`` sum to what was observed, and their charges with those of ``left_out`` and of the
    subject's own ``doubts`` to all ``charges`` that the subject has in the bill. ``waivers`` are
    sentences on those that speak of it; ``lines`` the earliest of what counts. ``mark``: what
    became of it since a baseline.
    """

    standing: Standing
    measure: str
    charges: int
    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]
    doubts: tuple[Doubt, ...]
    lines: tuple[Line, ...]
    waiver: Mapping[str, Any] | None = None
    waivers: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    mark: Mark | None = None

    @property
    def counted(self) -> int:
        return sum(part.charges for part in self.parts)

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            **self.standing.document(clock),
            "measure": self.measure,
            "because": [printable(each) for each in self.because],
            "subject_charges": self.charges,
            "counted": self.counted,
            "parts": [part.document() for part in self.parts],
            "left_out": [each.document() for each in self.left_out],
            "doubts": [each.document() for each in self.doubts],
            "waiver": self.waiver,
            **({"baseline": self.mark.document(self.standing.observed)} if self.mark else {}),
            "waivers": [printable(each) for each in self.waivers],
            "lines": [line.document() for line in self.lines],
            "lines_omitted": max(0, self.counted - len(self.lines)),
        }


@dataclass(frozen=True)
class Explained:
    """A policy in one sentence, how it ended, and where subjects stand, nearest to a limit first.

    ``outcome`` is None where no bill was asked; ``omitted`` standings are counted and not shown.
    ``doubts``: what it can't be sure of in the whole bill, where it could not be judged.
    """

    id: str
    title: str
    sentence: str
    where: tuple[Condition, ...]
    file: str
    line: int
    outcome: str | None = None
    message: str | None = None
    matched: int = 0
    standings: tuple[Standing, ...] = ()
    omitted: int = 0
    doubts: tuple[Doubt, ...] = ()

    def document(self, clock: tzinfo) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "sentence": printable(self.sentence),
            "where": [
                {
                    "column": condition.column,
                    "values": [pattern.text for pattern in condition.patterns],
                    "excludes": condition.excludes,
                }
                for condition in self.where
            ],
            "file": self.file,
            "line": self.line,
            "outcome": self.outcome,
            "message": self.message,
            "matched": self.matched,
            "standings": [each.document(clock) for each in self.standings],
            "standings_omitted": self.omitted,
            "doubts": [each.document() for each in self.doubts],
        }


@dataclass(frozen=True)
class InstancePart:
    """One part of an Instance ID: as it is written, what it is, and what that means."""

    written: str
    name: str
    means: str

    def document(self) -> dict[str, Any]:
        return {"written": shorten(self.written, 300), "name": self.name, "means": self.means}


@dataclass(frozen=True)
class InstanceWords:
    """An Instance ID taken apart. ``layout`` is ``unknown`` where it fits none."""

    text: str
    layout: str
    parts: tuple[InstancePart, ...]
    sentences: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        return {
            "instance_id": shorten(self.text, 300),
            "layout": self.layout,
            "parts": [part.document() for part in self.parts],
            "sentences": [printable(each) for each in self.sentences],
        }


@dataclass(frozen=True)
class Explanation:
    """The document. ``asked`` is what somebody wants to have explained. ``as_of`` is naive.

    ``bill`` is None where none was read; then ``clock`` is the bill clock all the same.
    """

    version: str
    as_of: datetime
    clock: tzinfo
    asked: str
    exit: Exit
    bill: BillSummary | None = None
    policies: Sequence[Explained] = ()
    verdicts: Sequence[Reckoning] = ()
    instance_ids: Sequence[InstanceWords] = ()
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        return {
            "schema": "govern.explanation/v1",
            "govern": self.version,
            "as_of": iso(self.as_of, self.clock),
            "asked": shorten(self.asked, 300),
            "bill": self.bill.document() if self.bill else None,
            "policies": [each.document(self.clock) for each in self.policies],
            "verdicts": [each.document(self.clock) for each in self.verdicts],
            "instance_ids": [each.document() for each in self.instance_ids],
            "notes": list(self.notes),
            "exit": {"code": self.exit.code, "cause": self.exit.cause, "reason": self.exit.reason},
        }


def costs_document(costs: Costs) -> list[dict[str, Any]]:
    return [{"currency": currency, "billed_cost": plain(cost)} for currency, cost in costs]


def costs_text(costs: Costs) -> str:
    """What was paid: ``12.3 CNY, 4 USD``."""
    return ", ".join(f"{plain(cost)} {currency}" for currency, cost in costs)
