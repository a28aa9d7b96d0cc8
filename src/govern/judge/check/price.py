"""``price``: what a unit costs, in percent of its list price.

Per unit or not, the quotient is billed cost by list cost, since both are of the same usage; where
charges have several units, there is no unit that it could be the price of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from govern.judge.check.asked import Asked, Key
from govern.judge.check.figure import Excess, Figure, Figures, above, hundredfold, percent
from govern.judge.check.sight import Sight
from govern.judge.check.unknown import Slack, because, charges_text, slack
from govern.ledger import query
from govern.ledger.clauses import known
from govern.model.cost import UsageSum
from govern.model.money import add, plain

#: Billed cost and list cost of charges that belong together.
Pair = tuple[Decimal, Decimal]


def prices(asked: Asked, observed: Mapping[Key, Decimal], sight: Sight) -> Figures:
    """A figure for each group that has charges in one unit and a list cost."""
    loose = slack(asked, asked.of_any_subject, by_subject=False)
    own = slack(asked, asked.of_its_subject, by_subject=True)
    floating = _pairs(asked)
    wanted = (
        query.total("list_cost"),
        query.total("usage"),
        query.texts(query.UNIT),
        query.charges(~known("list_cost")),
    )
    figures, reasons = [], []
    rows = query.ask(asked.ledger, asked.keys, wanted, asked.certain & asked.measurable())
    for *values, listed, used, units, unpriced in rows:
        key = asked.key(values)
        who = f"{asked.subject(key[0]).text} in {asked.named(key[1])}"
        billed, whole = observed[key], listed or Decimal(0)
        if len(units) > 1 or not units[0]:
            named = ", ".join(unit or "none" for unit in sorted(units))
            reasons.append(
                f"{who} has charges of several units or none ({named}), which have no common price"
                " (pick one by meter in where, or name meter in per)"
            )
        elif unpriced:
            reasons.append(f"{who} has {charges_text(unpriced)} without a list cost")
        elif whole > 0:
            mine = own.get(key, Slack())
            anybody = loose.get(((), *key[1:]), Slack())
            figures.append(
                Figure(
                    key,
                    percent(billed, whole),
                    _told(billed, whole, used, units[0], key[2]),
                    _excess(billed, whole, mine.amount, floating.get(key[1:], ())),
                    because(anybody, mine),
                )
            )
        elif billed > 0:
            reasons.append(f"{who} has no list cost above 0 that its cost could be held against")
    figures += _of_nobody_yet(asked, observed, floating, loose)
    return Figures(tuple(figures), tuple(dict.fromkeys(reasons)))


def _of_nobody_yet(
    asked: Asked,
    observed: Mapping[Key, Decimal],
    floating: Mapping[tuple[str, str], list[Pair]],
    loose: Mapping[Key, Slack],
) -> Iterable[Figure]:
    for (period, unit), pairs in sorted(floating.items()):
        if not asked.policy.columns and ((), period, unit) in observed:
            continue
        nothing = Decimal(0)
        excess = _excess(nothing, nothing, nothing, pairs)
        unknown = because(loose.get(((), period, unit), Slack()), Slack())
        yield Figure(((), period, unit), nothing, "", excess, unknown)


def _pairs(asked: Asked) -> dict[tuple[str, str], list[Pair]]:
    """What could be any subject's: charges of one Instance ID belong together."""
    pairs: dict[tuple[str, str], list[Pair]] = {}
    for period, unit, _, billed, listed in query.ask(
        asked.ledger,
        (asked.period, asked.unit, "id"),
        (query.total("billed_cost"), query.total("list_cost")),
        asked.of_any_subject & asked.measurable(),
    ):
        pairs.setdefault((period, unit), []).append((billed, listed or Decimal(0)))
    return pairs


def _excess(billed: Decimal, listed: Decimal, own: Decimal, floating: Iterable[Pair]) -> Excess:
    """``own``: what may be billed besides, at whatever list cost."""
    pairs = list(floating)

    def of(limit: Decimal) -> tuple[Decimal | None, Decimal]:
        sure = above(hundredfold(billed), limit, listed)
        each = [above(hundredfold(cost), limit, at_list) for cost, at_list in pairs]
        least = add([sure, *(excess for excess in each if excess < 0)])
        most = add([sure, hundredfold(own), *(excess for excess in each if excess > 0)])
        return None if own else least, most

    return of


def _told(billed: Decimal, listed: Decimal, used: Decimal | None, unit: str, currency: str) -> str:
    paid, at_list = (UsageSum(unit, used or Decimal(0), cost) for cost in (billed, listed))
    share = f"{plain(percent(billed, listed))}% of the list price"
    if paid.price is None or at_list.price is None:
        return f"paid {plain(billed)} {currency}, {share}"
    per = f"{'' if paid.per == 1 else plain(paid.per) + ' '}{unit}"
    return f"paid {plain(paid.price)} {currency} per {per}, {share} of {plain(at_list.price)}"
