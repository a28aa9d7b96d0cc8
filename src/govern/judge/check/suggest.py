"""``govern policy suggest``: limits per subject from what each cost in the months at hand.

A subject's limit is its dearest month and a quarter, rounded up to two digits; that of whoever
isn't listed is the one that no more than a quarter of them is above.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_CEILING, Context, Decimal

from govern.judge.bill.matching import Values as Known
from govern.judge.bill.payers import horizons
from govern.judge.check.asked import Asked
from govern.judge.check.unknown import charges_text
from govern.ledger import query
from govern.ledger.ledger import Ledger
from govern.ledger.naming import name
from govern.model.directory import Directory
from govern.model.measure import BILLED_COST
from govern.model.money import EXACT, plain
from govern.model.policy import Condition, Pattern, Policy
from govern.model.suggestion import ENOUGH, General, Suggested, Suggestion

Values = tuple[str | None, ...]

#: What each subject cost in each month, per currency.
Costs = Mapping[str, Mapping[Values, Mapping[str, Decimal]]]

_HEADROOM = Decimal("1.25")
_TWO_DIGITS = Context(prec=2, rounding=ROUND_CEILING)


def suggest(
    ledger: Ledger, kind: str, columns: tuple[str, ...], as_of: datetime, directory: Directory
) -> Suggestion:
    """Limits on billed cost a month, of usage. ``kind`` and ``columns``: per what."""
    name(ledger, directory)
    usage = Condition("charge_category", (Pattern("usage"),))
    policy = Policy("", "", kind, columns, BILLED_COST, (), "", 0, where=(usage,))
    asked = Asked(ledger, policy, Known(ledger, directory.words if directory else None))
    rows = query.ask(ledger, asked.keys, [query.total("billed_cost")], asked.certain)
    costs: dict[str, dict[Values, dict[str, Decimal]]] = {}
    for *row, cost in rows:
        values, month, currency = asked.key(row)
        costs.setdefault(currency, {}).setdefault(values, {})[month] = cost
    months = tuple(month for (month,) in query.ask(ledger, ["month"], (), asked.certain))
    subjects = [
        suggested
        for currency, by_subject in sorted(costs.items())
        for suggested in _subjects(asked, currency, by_subject, months)
    ]
    return Suggestion(
        columns if kind == "columns" else kind,
        months,
        tuple(_general(subjects, costs, months)),
        tuple(subjects),
        tuple(_remarks(ledger, asked, months, as_of)),
    )


def _subjects(
    asked: Asked,
    currency: str,
    by_subject: Mapping[Values, Mapping[str, Decimal]],
    months: Sequence[str],
) -> list[Suggested]:
    """The dearest first. Subjects of the same id share a limit, as policies have it."""
    by_id: dict[str | None, list[Mapping[str, Decimal]]] = {}
    for values, by_month in by_subject.items():
        by_id.setdefault(asked.subject(values).id, []).append(by_month)
    suggested = []
    for subject, alike in by_id.items():
        dearest, month = max((cost, month) for costs in alike for month, cost in costs.items())
        if dearest <= 0 or _is_pattern(subject):
            continue
        limit = _rounded(dearest)
        seen = {month for costs in alike for month in costs}
        findings = _findings(limit, alike, months)
        suggested.append(Suggested(subject, currency, limit, dearest, month, len(seen), findings))
    return sorted(suggested, key=lambda limit: (-limit.dearest, limit.subject or ""))


def _is_pattern(subject: str | None) -> bool:
    """An id that ``limit_for`` would read as a pattern."""
    return subject is not None and Pattern(subject).wild


def _general(
    subjects: Iterable[Suggested], costs: Costs, months: Sequence[str]
) -> Iterable[General]:
    for currency in sorted(costs):
        limits = sorted(known.limit for known in subjects if known.currency == currency)
        if limits:
            usual = limits[len(limits) * 3 // 4]
            yield General(currency, usual, _findings(usual, costs[currency].values(), months))


def _findings(
    limit: Decimal, subjects: Iterable[Mapping[str, Decimal]], months: Sequence[str]
) -> tuple[int, ...]:
    every = list(subjects)
    return tuple(sum(1 for costs in every if costs.get(month, 0) > limit) for month in months)


def _rounded(dearest: Decimal) -> Decimal:
    return _TWO_DIGITS.plus(EXACT.multiply(dearest, _HEADROOM))


def _remarks(ledger: Ledger, asked: Asked, months: Sequence[str], as_of: datetime) -> Iterable[str]:
    """Where the history is too short, or not known to be whole."""
    if len(months) < ENOUGH:
        yield f"Too short a history: {len(months)} of at least {ENOUGH} months."
    for payer, horizon in horizons(ledger, as_of).items():
        for month in horizon.months:
            if month.name in months and month.shown < month.end:
                until = f"{month.shown:%Y-%m-%d %H:%M}"
                whose = f" of account {payer}" if len(horizons(ledger, as_of)) > 1 else ""
                yield f"{month.name}{whose} isn't known to be whole: it is shown up to {until}."
        for start, end in horizon.gaps:
            yield f"The bill misses {start:%Y-%m-%d} to {end:%Y-%m-%d}."
    for currency, charges, cost in query.sums(ledger, asked.of_any_subject):
        amount = f"{charges_text(charges)} of {plain(cost)} {currency}"
        yield f"{amount} could be anybody's and are in no limit."
    if not query.count(ledger, asked.certain):
        yield "No charge is usage."
