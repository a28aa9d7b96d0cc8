"""``govern policy backtest``: the months of a bill replayed, policy by policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from govern import __version__
from govern.judge.bill import summary
from govern.judge.bill.matching import Values as Known
from govern.judge.bill.matching import inventory_columns
from govern.judge.bill.trust import distrust, too_old
from govern.judge.check.asked import Asked
from govern.judge.check.check import Terms
from govern.judge.check.findings import named
from govern.judge.check.growth import Before
from govern.judge.check.replay import Day, Reached, Values, replayed
from govern.judge.check.rule import Rule
from govern.judge.check.sight import Sight
from govern.ledger import query
from govern.ledger.clauses import MONTHLY
from govern.ledger.divide import divide
from govern.ledger.ledger import Ledger
from govern.ledger.naming import name
from govern.model.backtest import Backtest, Costs, Firing, Replayed, total
from govern.model.bill import BillSummary
from govern.model.exits import Exit, worst
from govern.model.policy import Policy


def backtest(ledger: Ledger, policies: Sequence[Policy], terms: Terms) -> Backtest:
    """When each policy would have fired in each month, on whom, and what was still to come."""
    bill = summary.summarise(ledger, terms.as_of)
    bare = Backtest(__version__, terms.as_of, bill, (), (), (), Exit("clean", ""))
    if ledger.clashes:
        return replace(bare, exit=Exit("overlap", "; ".join(ledger.clashes)))
    applied = [policy for policy in policies if policy.enabled and terms.chosen(policy.id)]
    name(ledger, terms.directory)
    cuts = [at.on(ledger.clock) for policy in applied for at in (policy.start, policy.end) if at]
    divide(ledger, cuts)
    words = terms.directory.words if terms.directory else None
    sight = Sight(ledger, terms.as_of, Known(ledger, words), terms.directory, terms.settle)
    replays = [_Replay(ledger, policy, sight) for policy in applied]
    results = tuple(
        Replayed(replay.policy.id, replay.policy.title, replay.lacking()) for replay in replays
    )
    months = tuple(month for (month,) in query.ask(ledger, ["month"], ()))
    firings = tuple(firing for replay in replays for firing in replay.firings())
    ended = _exit(ledger, bill, results, firings, terms)
    return replace(bare, months=months, policies=results, firings=firings, exit=ended)


@dataclass(frozen=True)
class _Cost:
    """What one subject's charges cost on one day of a month."""

    values: Values
    month: str
    day: date
    currency: str
    cost: Decimal


class _Replay:
    """One policy over one ledger."""

    def __init__(self, ledger: Ledger, policy: Policy, sight: Sight) -> None:
        self.policy = policy
        self._ledger = ledger
        self._sight = sight
        self._asked = Asked(ledger, policy, sight.values)

    def lacking(self) -> str | None:
        """What keeps the replay from showing everything."""
        if self.policy.measure.listed:
            return "isn't replayed: what the inventory was on each day isn't known"
        names = inventory_columns(self.policy)
        if names and not self._sight.directory:
            return f"needs an inventory for {', '.join(names)}, and none was given (--inventory)"
        verdict = Rule(self._ledger, self.policy, self._sight).verdict()
        monthly = self._asked.count(self._asked.possible & MONTHLY)
        if monthly and not self._asked.by_day:
            return f"needs charges by day; {monthly} known to the month only"
        return verdict.undecided

    def firings(self) -> Iterable[Firing]:
        """The first of each subject in each month, in the order of the days."""
        if self.policy.measure.listed or (
            inventory_columns(self.policy) and not self._sight.directory
        ):
            return
        costs: list[_Cost] | None = None
        before = Before(self._asked, self._sight) if self._holds_before else None
        fired: set[tuple[Values, str, str]] = set()
        for reached in replayed(self.policy, self._days()):
            values, _, unit = reached.place
            month = self._month(reached)
            subject = self._asked.subject(values)
            limit = self.policy.limit_of(subject.id, unit)
            if (values, month, unit) in fired or not limit or not reached.above(limit):
                continue
            if before and (
                before.is_first(*reached.place[:2]) or before.hidden(*reached.place[:2])
            ):
                continue
            fired.add((values, month, unit))
            costs = self._costs() if costs is None else costs
            yield Firing(
                policy=self.policy.id,
                subject=named(subject, self._sight.directory),
                month=month,
                day=reached.day,
                measure=self.policy.measure.name,
                observed=reached.shown,
                limit=limit,
                saved=_after(costs, values, month, reached.day),
            )

    @property
    def _holds_before(self) -> bool:
        return self.policy.measure.against == "before"

    def _month(self, reached: Reached) -> str:
        """The billing month, where the policy goes by months; else the day's."""
        return reached.place[1] if self.policy.every == "month" else f"{reached.day:%Y-%m}"

    def _days(self) -> list[Day]:
        """What the charges that the policy is about came to, day by day."""
        zero = Decimal(0)
        wanted = [query.total(self.policy.measure.column), query.total("list_cost")]
        by = (*self._asked.keys, query.PERIODS["day"])
        clause = self._asked.certain & self._asked.measurable() & ~MONTHLY
        return [
            Day(self._asked.key(row), date.fromisoformat(day), amount or zero, listed or zero)
            for *row, day, amount, listed in query.ask(self._ledger, by, wanted, clause)
        ]

    def _costs(self) -> list[_Cost]:
        """What they cost, day by day, in the months that the policy goes by."""
        month = "month" if self.policy.every == "month" else query.MONTH_OF_DAY
        by = (*self.policy.columns, month, query.PERIODS["day"], "billing_currency")
        clause = self._asked.certain & ~MONTHLY
        return [
            _Cost(tuple(values), month, date.fromisoformat(day), currency, cost)
            for *values, month, day, currency, cost in query.ask(
                self._ledger, by, [query.total("billed_cost")], clause
            )
        ]


def _after(costs: Iterable[_Cost], values: Values, month: str, day: date) -> Costs:
    """What a subject still cost in a month after a day, per currency."""
    return total(
        [(cost.currency, cost.cost)]
        for cost in costs
        if cost.values == values and cost.month == month and cost.day > day
    )


def _exit(
    ledger: Ledger,
    bill: BillSummary,
    results: Sequence[Replayed],
    firings: Sequence[Firing],
    terms: Terms,
) -> Exit:
    count = len(firings)
    times = "once" if count == 1 else f"{count} times"
    exits = [Exit("clean", f"would have fired {times}" if count else "would never have fired")]
    exits += distrust(ledger, bill, terms.max_rejects)
    exits += too_old(bill, terms.as_of, terms.max_bill_age)
    lacking = [policy.id for policy in results if policy.lacking]
    if lacking:
        exits.append(Exit("undecided", f"could not be replayed wholly: {', '.join(lacking)}"))
    if not results:
        exits.append(Exit("nothing", "no policy was applied"))
    elif not bill.count("charges"):
        exits.append(Exit("nothing", "the bill has no Model Studio charge"))
    return worst(exits)
