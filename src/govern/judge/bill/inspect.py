"""``govern bill inspect`` as a function: how a file is read, before anything is judged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from govern import __version__
from govern.judge.bill.summary import summarise
from govern.judge.bill.trust import distrust
from govern.ledger import query
from govern.ledger.clauses import CHARGES, OF_ANY_PRODUCT, UNPARSED, Clause, begins_before
from govern.ledger.ledger import Ledger
from govern.model.bill import BillSummary
from govern.model.exits import Exit, worst
from govern.model.inspection import Inspection
from govern.model.money import plain
from govern.model.text import shorten

#: Before that day an Instance ID had five parts.
_FIVE_PARTS_UNTIL = datetime(2024, 9, 7)


def inspect(ledger: Ledger, as_of: datetime, max_rejects: int) -> Inspection:
    """How each file was recognised, and what its charges are made of."""
    bill = summarise(ledger, as_of)
    facts = {
        "columns": _columns(ledger),
        "services": _sums(ledger, "service"),
        "charge_categories": _sums(ledger, "charge_category"),
        "products": _sums(ledger, "product", OF_ANY_PRODUCT),
        "layouts": _sums(ledger, "layout"),
        "units": _sums(ledger, "unit"),
        "unknown": {
            "instance_ids": _strange_ids(ledger),
            **{name: list(words) for name, words in bill.unknown.items()},
        },
        "overlaps": ledger.clashes,
        "before_ids": query.count(ledger, CHARGES & UNPARSED & begins_before(_FIVE_PARTS_UNTIL)),
    }
    return Inspection(
        version=__version__,
        as_of=as_of,
        bill=bill,
        facts=facts,
        exit=_exit(ledger, bill, max_rejects),
        notes=tuple(ledger.notes),
    )


def _columns(ledger: Ledger) -> list[dict[str, Any]]:
    """Which column of each file gives which of govern's fields."""
    columns_of = []
    for file in ledger.files:
        if file.staged is None:
            columns_of.append({"path": file.name, "fields": dict.fromkeys(sorted(file.fields))})
            continue
        staged = file.staged.columns
        fields = {field: staged.header[at] for field, at in sorted(staged.positions.items())}
        times = [staged.header[at] for at in staged.times]
        times += [] if staged.end is None else [staged.header[staged.end]]
        columns_of.append({"path": file.name, "fields": fields, "times": times})
    return columns_of


def _sums(ledger: Ledger, column: str, where: Clause = CHARGES) -> list[dict[str, Any]]:
    """The dearest first."""
    by, wanted = (column, "billing_currency"), (query.charges(), query.total("billed_cost"))
    return [
        {column: value, "currency": currency, "charges": charges, "billed_cost": plain(cost)}
        for value, currency, charges, cost in query.ask(ledger, by, wanted, where, largest=1)
    ]


def _strange_ids(ledger: Ledger) -> list[dict[str, Any]]:
    """Instance IDs of no known layout, the most frequent first."""
    by, where = ("instance_id", "service"), CHARGES & UNPARSED
    return [
        {"instance_id": shorten(value or "", 200), "service": service, "charges": charges}
        for value, service, charges in query.ask(
            ledger, by, [query.charges()], where, largest=0, most=20
        )
    ]


def _exit(ledger: Ledger, bill: BillSummary, max_rejects: int) -> Exit:
    exits = [Exit("clean", "read exactly")]
    if ledger.clashes:
        exits.append(Exit("overlap", "; ".join(ledger.clashes)))
    exits += distrust(ledger, bill, max_rejects)
    if not bill.count("charges"):
        exits.append(Exit("nothing", "the bill has no Model Studio charge"))
    return worst(exits)
