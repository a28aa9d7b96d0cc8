"""Where each subject of a policy stands: what counts of it in each period, and what it may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from govern.judge.check.asked import Asked, Key
from govern.judge.check.figure import Figure
from govern.judge.check.figures import figures_of
from govern.judge.check.findings import named
from govern.judge.check.sight import Sight
from govern.ledger import query
from govern.ledger.clauses import CHARGES
from govern.model.clock import period_bounds
from govern.model.explanation import Standing
from govern.model.finding import Finding, Subject
from govern.model.policy import Policy, in_unit
from govern.model.report import PolicyResult


@dataclass(frozen=True)
class Judged:
    """A policy that was applied: what it asks, how it ended, and its findings by fingerprint."""

    asked: Asked
    sight: Sight
    result: PolicyResult
    findings: Mapping[str, Finding]

    @property
    def policy(self) -> Policy:
        return self.asked.policy


def standings(judged: Judged) -> Iterator[tuple[Key, Standing]]:
    """Of every subject that has a charge, whether or not any of them counts."""
    asked = judged.asked
    bounds = _Bounds(asked)
    counted = {
        asked.key(row): (row[-2], row[-1])
        for row in query.ask(
            asked.ledger,
            asked.keys,
            (query.charges(), query.total(asked.measure.column)),
            asked.certain & asked.measurable(),
        )
    }
    sums = {key: Decimal(total or 0) for key, (_, total) in counted.items()}
    figures = figures_of(asked, sums, judged.sight)
    shown = {figure.key: figure for figure in figures.figures} if figures else {}
    subjects = dict(_subjects(judged))
    for key in shown:
        if key not in subjects and len(key[0]) == len(asked.policy.columns):
            # A subject that nothing was charged for.
            subjects[key] = named(asked.subject(key[0]), judged.sight.directory)
    for key, subject in subjects.items():
        charges, total = counted.get(key, (0, None))
        start, end = bounds.of(key[1])
        bare = Standing(
            policy=judged.policy.id,
            subject=subject,
            every=judged.policy.every,
            start=start,
            end=end,
            charges=charges,
            total=Decimal(total or 0),
            total_unit="charges" if asked.measure.counted else key[2],
            observed=Decimal(total or 0),
            unit=key[2],
            limit=None,
            verdict="unasked",
        )
        if figures is None:
            yield key, _held(judged, bare)
        elif key in shown:
            yield key, _held(judged, _figured(judged, bare, shown[key]))
        else:
            yield key, bare


def _figured(judged: Judged, bare: Standing, figure: Figure) -> Standing:
    """What is limited is what the sum comes to."""
    unit = judged.policy.limits[0].unit if judged.policy.measure.against else bare.unit
    return replace(bare, observed=figure.shown, unit=unit, told=figure.wording)


def _held(judged: Judged, bare: Standing) -> Standing:
    """Held against its limit. The verdict is that of the run: it is not found here again."""
    unit = bare.total_unit if judged.policy.measure.against else bare.unit
    limit = judged.policy.limit_of(bare.subject.id, unit)
    finding = judged.findings.get(bare.fingerprint)
    verdict = "within"
    if finding:
        verdict = "waived" if finding.waiver else "above"
    elif judged.result.outcome == "error" or limit is None:
        verdict = "undecided"
    return replace(
        bare,
        limit=limit.amount if limit else None,
        verdict=verdict,
        exception=_exception(judged.policy, bare.subject.id, bare.unit),
    )


def _exception(policy: Policy, subject_id: str | None, unit: str) -> str | None:
    """The pattern of ``limit_for`` that sets the subject's limit; None where none does."""
    for pattern, limits in policy.limit_for:
        wanted = "none" if subject_id is None and pattern.text == "none" else subject_id
        if pattern.matches(wanted) and in_unit(limits, unit):
            return pattern.text or ""
    return None


def _subjects(judged: Judged) -> Iterator[tuple[Key, Subject]]:
    asked = judged.asked
    shared = [query.shared(column) for column in ("workspace_id", "region_id", "sub_account_id")]
    seen = set()
    for row in query.ask(asked.ledger, asked.keys, shared, CHARGES & ~asked.of_any_subject):
        values, period, unit = asked.key(row)
        if asked.measure.of_one_unit:
            unit = asked.policy.limits[0].unit
        key = values, period, unit
        if key not in seen:
            seen.add(key)
            subject = asked.subject(values, tuple(row[len(asked.keys) :]))
            yield key, named(subject, judged.sight.directory)


class _Bounds:
    """Start and end of periods; the whole bill's are those of its charges."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._whole: tuple[datetime, datetime] | None = None

    def of(self, period: str) -> tuple[datetime, datetime]:
        if self._asked.policy.every != "total":
            return period_bounds(self._asked.policy.every, period)
        if self._whole is None:
            terms = query.least("first"), query.greatest("last")
            first, last = query.ask_all(self._asked.ledger, terms)
            day_after = last.date() + timedelta(days=1)
            self._whole = (
                datetime.combine(first.date(), time()),
                datetime.combine(day_after, time()),
            )
        return self._whole


def nearness(standing: Standing) -> tuple[int, Fraction, Decimal, str, str]:
    """Sorts those nearest to their limit first, the ones farthest above it before all."""
    if standing.limit is None:
        rank = 3, Fraction(0)
    elif not standing.limit:
        # Of nothing allowed there is no part: who has most is farthest above.
        rank = 0 if standing.observed > 0 else 2, Fraction(0)
    else:
        rank = 1, -Fraction(standing.observed) / Fraction(standing.limit)
    return (*rank, -standing.observed, standing.subject.text, standing.period)
