"""``govern bill inspect`` as a function: how a file is read, before anything is judged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from govern import __version__
from govern.judge.bill.summary import summarise
from govern.judge.bill.trust import distrust
from govern.ledger.ledger import Ledger
from govern.model.bill import BillSummary
from govern.model.exits import Exit, worst
from govern.model.inspection import Inspection
from govern.model.money import plain
from govern.model.text import shorten

_KINDS = "kind IN ('charge', 'other')"


def inspect(ledger: Ledger, as_of: datetime, max_rejects: int) -> Inspection:
    """How each file was recognised, and what its charges are made of."""
    bill = summarise(ledger, as_of)
    facts = {
        "columns": _columns(ledger),
        "services": _sums(ledger, "service"),
        "charge_categories": _sums(ledger, "charge_category"),
        "products": _sums(ledger, "product", f"{_KINDS}"),
        "layouts": _sums(ledger, "layout"),
        "units": _sums(ledger, "unit"),
        "unknown": {
            "instance_ids": _examples(ledger, "instance_id", "unparsed"),
            **{name: list(words) for name, words in bill.unknown.items()},
        },
        "overlaps": ledger.clashes,
        "before_ids": _count(ledger, "unparsed AND first < TIMESTAMP '2024-09-07'"),
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
    told = []
    for file in ledger.files:
        if file.staged is None:
            told.append({"path": file.name, "fields": dict.fromkeys(sorted(file.fields))})
            continue
        columns = file.staged.columns
        fields = {field: columns.header[at] for field, at in sorted(columns.positions.items())}
        times = [columns.header[at] for at in columns.times]
        times += [] if columns.end is None else [columns.header[columns.end]]
        told.append({"path": file.name, "fields": fields, "times": times})
    return told


def _sums(ledger: Ledger, column: str, where: str = "kind = 'charge'") -> list[dict[str, Any]]:
    rows = ledger.query(
        f"SELECT {column}, billing_currency, sum(charges)::BIGINT, sum(billed_cost) FROM ledger "
        f"WHERE {where} GROUP BY 1, 2 ORDER BY 4 DESC NULLS LAST, 1 NULLS LAST, 2 NULLS LAST"
    )
    return [
        {column: value, "currency": currency, "charges": charges, "billed_cost": plain(cost)}
        for value, currency, charges, cost in rows
    ]


def _examples(ledger: Ledger, column: str, where: str) -> list[dict[str, Any]]:
    rows = ledger.query(
        f"SELECT {column}, service, sum(charges)::BIGINT FROM ledger "
        f"WHERE kind = 'charge' AND {where} GROUP BY 1, 2 "
        "ORDER BY 3 DESC, 1 NULLS LAST, 2 NULLS LAST LIMIT 20"
    )
    return [
        {column: shorten(value or "", 200), "service": service, "charges": charges}
        for value, service, charges in rows
    ]


def _count(ledger: Ledger, where: str) -> int:
    rows = ledger.query(
        f"SELECT coalesce(sum(charges), 0)::BIGINT FROM ledger WHERE kind = 'charge' AND {where}"
    )
    return int(rows[0][0])


def _exit(ledger: Ledger, bill: BillSummary, max_rejects: int) -> Exit:
    exits = [Exit("clean", "read exactly")]
    if ledger.clashes:
        exits.append(Exit("overlap", "; ".join(ledger.clashes)))
    exits += distrust(ledger, bill, max_rejects)
    if not bill.count("charges"):
        exits.append(Exit("nothing", "the bill has no Model Studio charge"))
    return worst(exits)
