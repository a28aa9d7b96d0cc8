"""What counts of one verdict by model, meter and day: rows that come to its sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from govern.judge.check.asked import Asked
from govern.ledger import query
from govern.ledger.clauses import Clause
from govern.model.errors import GovernError
from govern.model.explanation import Costs, Part, Reckoning
from govern.model.money import EXACT, add, plain

_BY = ("model", "meter", query.KNOWN_PERIODS["day"], "billing_currency")


def parts_of(asked: Asked, counted: Clause) -> Iterator[Part]:
    """In the order of models, meters and days; a charge known to its month only has no day."""
    terms = (
        query.charges(),
        query.total(asked.measure.column),
        query.total("billed_cost"),
        query.total("list_cost"),
    )
    is_of_list = asked.measure.against == "list"
    parts: dict[tuple[str | None, str | None, str | None], Part] = {}
    rows = query.ask(asked.ledger, _BY, terms, counted)
    for model, meter, day, currency, charges, amount, cost, listed in rows:
        listed = listed if is_of_list else None
        part = Part(model, meter, day, charges, amount, ((currency, cost),), listed)
        before = parts.get((model, meter, day))
        parts[model, meter, day] = _plus(before, part) if before else part
    yield from parts.values()


def _plus(part: Part, other: Part) -> Part:
    """With what was paid for the same in another currency."""
    amounts = [each.amount for each in (part, other) if each.amount is not None]
    return replace(
        part,
        charges=part.charges + other.charges,
        amount=add(amounts) if amounts else None,
        costs=(*part.costs, *other.costs),
    )


def together(costs: Iterable[Costs]) -> Costs:
    """The sums per currency."""
    sums: dict[str, Decimal] = {}
    for currency, cost in (pair for pairs in costs for pair in pairs):
        sums[currency] = EXACT.add(sums.get(currency, Decimal(0)), cost)
    return tuple(sorted(sums.items()))


def check_nothing_lost(reckoning: Reckoning) -> None:
    """Raises ``bug`` if a charge of the subject, or a cent of its sum, is in none of the tables."""
    charges = reckoning.counted + sum(each.charges for each in reckoning.left_out)
    charges += sum(doubt.charges for doubt in reckoning.doubts if doubt.own)
    if charges != reckoning.charges:
        raise _bug(f"{charges} of {reckoning.charges} charges are explained")
    total = add([part.amount for part in reckoning.parts if part.amount is not None])
    if total != reckoning.standing.total:
        raise _bug(f"the parts come to {plain(total)} of {plain(reckoning.standing.total)}")


def _bug(lost: str) -> GovernError:
    return GovernError("bug", f"{lost}: please report this as a bug")
