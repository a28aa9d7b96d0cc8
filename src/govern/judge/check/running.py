"""The forecast of each group of a bill's last month: how far each payer's bill shows it, by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from govern.judge.bill.horizon import Horizon
from govern.judge.check.asked import Asked, Key
from govern.judge.check.figure import Excess, Figure, Figures, above
from govern.judge.check.forecast import DAYS, NOTHING, Forecast, forecast_of
from govern.judge.check.sight import Sight
from govern.judge.check.unknown import Slack, because, slack
from govern.ledger import query
from govern.ledger.clauses import Clause
from govern.model.clock import month_start, next_month
from govern.model.money import EXACT, plain


@dataclass(frozen=True)
class _Month:
    """The last month of a bill, as one payer's bills show it: ``done`` of its ``length`` days are
    shown whole. ``lacking``: why it can't be forecast."""

    start: date
    length: int
    done: int = 0
    lacking: str = ""


@dataclass
class _Days:
    """What one subject costs one payer: each day by its number, and ``known``, all of the month."""

    cost: dict[int, Decimal] = field(default_factory=dict)
    known: Decimal = Decimal(0)


def forecasts(asked: Asked, observed: Mapping[Key, Decimal], sight: Sight) -> Figures:
    """A figure for each group with a charge in the bill's last month, or shortly before."""
    del observed
    running = max((horizon.months[-1].name for horizon in sight.horizons.values()), default=None)
    if running is None:
        return Figures((), ("needs a month that runs: the bill shows none",))
    months = {payer: _month(horizon, running, sight) for payer, horizon in sight.horizons.items()}
    sure = _by_payer(asked, asked.certain, months, running)
    own = _by_payer(asked, asked.of_its_subject, months, running, positive=True)
    anybody = _by_payer(asked, asked.of_any_subject, months, running, positive=True, by_key=False)
    whose = {payer for days in (sure, own, anybody) for _, payer in days} or set(months)
    lacking = [months[payer].lacking for payer in sorted(whose, key=str) if months[payer].lacking]
    if lacking:
        return Figures((), tuple(dict.fromkeys(lacking)))
    projected = (_added(days, months) for days in (sure, own, anybody))
    return Figures(tuple(_figures(asked, running, *projected)))


def _figures(
    asked: Asked,
    running: str,
    sure: Mapping[Key, Forecast],
    own: Mapping[Key, Forecast],
    anybody: Mapping[Key, Forecast],
) -> list[Figure]:
    loose = slack(asked, asked.of_any_subject, by_subject=False)
    mine = slack(asked, asked.of_its_subject, by_subject=True)
    figures = []
    for key in sorted({*sure, *own, *anybody}, key=str):
        known = sure.get(key, NOTHING)
        nobody = (), *key[1:]
        most = known.plus(own.get(key, NOTHING)).plus(anybody.get(nobody, NOTHING))
        unknown = because(loose.get(nobody, Slack()), mine.get(key, Slack()))
        span = (known.least, known.most)
        wording = (
            f"will have cost {plain(known.shown)} {key[2]} in {running} (between {plain(span[0])} "
            f"and {plain(span[1])}; {plain(known.known)} so far)"
            if span[1] > known.known
            else f"cost {plain(known.known)} {key[2]} in {running}"
        )
        excess = _excess(known.times_week, most.times_week)
        figures.append(Figure(key, known.shown, wording, excess, unknown, span))
    return figures


def _excess(sure: Decimal, most: Decimal) -> Excess:
    def of(limit: Decimal) -> tuple[Decimal, Decimal]:
        return above(sure, limit, Decimal(DAYS)), above(most, limit, Decimal(DAYS))

    return of


def _month(horizon: Horizon, running: str, sight: Sight) -> _Month:
    month, first = horizon.months[-1], month_start(running)
    length = (next_month(first) - first).days
    if month.name != running:
        lacking = f"a payer's bills end with {month.name}, before {running}: add the later ones"
        return _Month(first.date(), length, lacking=lacking)
    shown = month.complete(sight.settle)
    if shown >= month.end:
        hidden = horizon.hidden(first, month.end)
        return _Month(
            first.date(), length, length, f"needs all of {running}: {hidden}" * bool(hidden)
        )
    done = (shown.date() - first.date()).days
    until = first + timedelta(days=done)
    hidden = horizon.hidden(min(first, until - timedelta(days=DAYS)), until)
    lacking = f"needs {DAYS} whole days before {until:%Y-%m-%d}, and all days of {running} so far"
    return _Month(first.date(), length, done, f"{lacking}: {hidden}" if hidden else "")


def _by_payer(
    asked: Asked,
    clause: Clause,
    months: Mapping[str | None, _Month],
    running: str,
    *,
    positive: bool = False,
    by_key: bool = True,
) -> dict[tuple[Key, str | None], _Days]:
    """The cost of each day; of what is unknown, what is above 0 of it."""
    columns = asked.policy.columns if by_key else ()
    cost = query.positive("billed_cost") if positive else query.total("billed_cost")
    rows = query.ask(
        asked.ledger,
        (*columns, asked.unit, "billing_account_id", "month", query.PERIODS["day"]),
        [cost],
        clause & asked.measurable(),
    )
    by_payer: dict[tuple[Key, str | None], _Days] = {}
    for *values, unit, payer, month, day, cost in rows:
        number = (date.fromisoformat(day) - months[payer].start).days
        if month != running and not months[payer].done - DAYS <= number < months[payer].done:
            continue
        days = by_payer.setdefault(((tuple(values), running, unit), payer), _Days())
        if month == running:
            days.known = EXACT.add(days.known, cost)
        days.cost[number] = EXACT.add(days.cost.get(number, Decimal(0)), cost)
    return by_payer


def _added(
    by_payer: Mapping[tuple[Key, str | None], _Days], months: Mapping[str | None, _Month]
) -> dict[Key, Forecast]:
    forecasts: dict[Key, Forecast] = {}
    for (key, payer), days in by_payer.items():
        month = months[payer]
        mine = forecast_of(days.cost, month.length, month.done, days.known)
        forecasts[key] = forecasts.get(key, NOTHING).plus(mine)
    return forecasts
