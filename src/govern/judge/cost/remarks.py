"""What stands beside the sums: names, and what the figures don't say by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from govern.judge.bill.matching import Values
from govern.judge.cost.grouping import TIMES, columns, selected, values_of
from govern.ledger import query
from govern.ledger.clauses import FREE, MONTHLY, UNPARSED, UNTOLD_SERVICE, Clause, unnamed
from govern.ledger.ledger import Ledger
from govern.model.cost import CostRow
from govern.model.money import plain
from govern.model.policy import Condition
from govern.model.text import shorten
from govern.model.words import INVENTORY_COLUMNS, PART_COLUMNS

_UNPARSED = "with an Instance ID of no known layout"
_UNLISTED = "of keys or workspaces that the inventory doesn't list, and it doesn't show everything"

_NAMED = {"api_key_id": "api_key_name", "workspace_id": "workspace_name"}


def named(
    ledger: Ledger, by: Sequence[str], clause: Clause, rows: Iterable[CostRow]
) -> list[CostRow]:
    """Names beside ids, where the ledger has names and they weren't asked for anyway.

    A group whose charges have several names has none.
    """
    wanted = [name for id, name in _NAMED.items() if id in by and name not in by]
    if not wanted:
        return list(rows)
    rows_of = query.ask(ledger, columns(by), [query.shared(name) for name in wanted], clause)
    names = {
        tuple(row[: len(by)]): dict(zip(wanted, row[len(by) :], strict=True)) for row in rows_of
    }
    nobody = dict.fromkeys(wanted)
    return [
        replace(row, names=nobody if row.rest else names[tuple(value for _, value in row.values)])
        for row in rows
    ]


def notes(
    ledger: Ledger, by: Sequence[str], where: Sequence[Condition], values: Values
) -> Iterable[str]:
    """What the figures don't say by themselves."""
    yield from _hidden(
        ledger,
        by,
        where,
        values,
        (*PART_COLUMNS, *INVENTORY_COLUMNS),
        _UNPARSED,
        UNPARSED,
    )
    names = [column for column in INVENTORY_COLUMNS if column in (*by, *(c.column for c in where))]
    if names:
        clause = ~UNPARSED & unnamed(names)
        yield from _hidden(ledger, by, where, values, INVENTORY_COLUMNS, _UNLISTED, clause)
    shown = selected(ledger, where, values)
    free = query.count(ledger, shown & FREE)
    if free:
        yield f"{free} of the charges cost{'s' if free == 1 else ''} nothing."
    yield from _untold_services(ledger, by, where, values)
    yield from _lacking(ledger, by, shown)
    made = ("instance_id", *TIMES)
    unmatched = [
        *values.unmatched(condition for condition in where if condition.column not in made)
    ]
    for condition in where:
        if condition.column in made:
            known = values_of(ledger, condition.column)
            literals = (
                pattern.text for pattern in condition.patterns if pattern.text and not pattern.wild
            )
            unmatched += [text for text in literals if text not in known]
    if unmatched:
        yield f"Not in this bill: {', '.join(map(shorten, unmatched))}."


def _hidden(
    ledger: Ledger,
    by: Sequence[str],
    where: Sequence[Condition],
    values: Values,
    hidden: Sequence[str],
    why: str,
    unknown: Clause,
) -> Iterable[str]:
    """Charges that are left out, or stand under none, since some columns can't be known of them."""
    filtered = any(condition.column in hidden for condition in where)
    groups = [column for column in by if column in hidden]
    known = selected(
        ledger, [condition for condition in where if condition.column not in hidden], values
    )
    count = _count(ledger, known & unknown) if filtered or groups else ""
    if count and filtered:
        yield f"{count} {why}: left out, since nobody knows whether they match."
    elif count:
        isnt = "isn't" if len(groups) == 1 else "aren't"
        yield f"{count} {why}: their {' and '.join(groups)} {isnt} known (none)."


def _untold_services(
    ledger: Ledger, by: Sequence[str], where: Sequence[Condition], values: Values
) -> Iterable[str]:
    """Charges that are ``other`` only because nothing tells their service."""
    conditions = [condition for condition in where if condition.column == "service"]
    if not conditions and "service" not in by:
        return
    rest = selected(
        ledger, [condition for condition in where if condition.column != "service"], values
    )
    count = _count(ledger, rest & UNTOLD_SERVICE)
    if count and not all(condition.matches("other") for condition in conditions):
        yield f"{count} of which nothing tells the service: left out, they could be of any."
    elif count:
        yield f"{count} of which nothing tells the service: they are other."


def _lacking(ledger: Ledger, by: Sequence[str], shown: Clause) -> Iterable[str]:
    """What the bill's files don't say."""
    periods = [column for column in by if column in ("day", "week")]
    count = _count(ledger, shown & MONTHLY) if periods else ""
    if count:
        yield f"{count} known to the month only: no {' and no '.join(periods)} (none)."
    for column, what in (("list_cost", "list cost"), ("usage", "usage")):
        without = [file.name for file in ledger.files if column not in file.fields]
        if without:
            yield f"No {what} in {', '.join(map(shorten, without))}."


def _count(ledger: Ledger, clause: Clause) -> str:
    """``3 charges (1.2 CNY)``, or nothing if there are none."""
    sums = query.sums(ledger, clause)
    if not sums:
        return ""
    count = sum(charges for _, charges, _ in sums)
    costs = ", ".join(f"{plain(cost)} {currency}" for currency, _, cost in sums)
    return f"{count} charge{'s' if count > 1 else ''} ({costs})"
