"""Ids that a spreadsheet spoiled: what says ``1.23457E+15`` has lost its digits.

No total by account or key is right then, and different rows have the same primary key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from govern.ledger.groups import EXPONENT, LOST_KEY
from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Row, Search
from govern.model.errors import GovernError
from govern.model.text import shorten

#: No account has a fraction: it went through a column of floating-point numbers.
_ACCOUNT = rf"{EXPONENT}|[0-9]+\.[0-9]+"

#: Each id that is read of a row, and how the ledger tells that it is spoiled. An owner that isn't
#: told is the payer; Instance IDs of other products may look like anything.
_SPOILED = {
    "billing_account_id": f"regexp_full_match(coalesce(billing_account_id, ''), '{_ACCOUNT}')",
    "sub_account_id": f"regexp_full_match(coalesce(sub_account_id, ''), '{_ACCOUNT}') "
    "AND sub_account_id IS DISTINCT FROM billing_account_id",
    "instance_id": f"kind = 'charge' AND (regexp_full_match(instance_id, '{EXPONENT}') "
    f"OR regexp_full_match(coalesce(api_key_id, ''), '{EXPONENT}'))",
    "primary_key": f"(negative & {LOST_KEY}) <> 0",
}

_SAID = "this file went through a spreadsheet, ids have lost their digits: export again"


def refuse_spoiled(ledger: Ledger) -> None:
    """Raise ``rejected`` naming the first spoiled cell of each id column of each file."""
    any_spoiled = " OR ".join(f"({spoiled})" for spoiled in _SPOILED.values())
    if not ledger.query(f"SELECT 1 FROM months WHERE {any_spoiled} LIMIT 1"):
        return
    rows = ledger.query(
        " UNION ALL ".join(
            f"SELECT file, '{field}', id FROM ledger WHERE {spoiled}"
            for field, spoiled in _SPOILED.items()
        )
    )
    wanted: dict[int, dict[str, set[int]]] = {}
    for file, field, group in rows:
        wanted.setdefault(file, {}).setdefault(field, set()).add(group)
    first = _first_cells(ledger, wanted)
    told = [
        f"{first.get((file, field)) or ledger.files[file].name}: {_SAID}"
        for file in sorted(wanted)
        for field in _SPOILED
        if field in wanted[file]
    ]
    raise GovernError("rejected", list(dict.fromkeys(told)))


def _first_cells(
    ledger: Ledger, wanted: dict[int, dict[str, set[int]]]
) -> dict[tuple[int, str], str]:
    """Place and cell of the first row of each file and field; none where only a ledger is here."""
    groups = {
        group: file
        for file, fields in wanted.items()
        for its in fields.values()
        for group in its
        if ledger.files[file].staged
    }
    found: dict[tuple[int, str], str] = {}
    search = Search(ledger, groups)
    for row in search.rows():
        file = groups[row.group]
        for field in _spoiled_fields(row):
            found.setdefault((file, field), _place(row, field))
        if all((file, field) in found for field in wanted[file]):
            for group in set().union(*wanted[file].values()):
                search.drop(group)
    return found


def _spoiled_fields(row: Row) -> Iterable[str]:
    for field in _SPOILED:
        cell = row.cell(field) or ""
        pattern = _ACCOUNT if field.endswith("account_id") else EXPONENT
        if re.fullmatch(pattern, cell.split(";")[0], re.ASCII):
            yield field


def _place(row: Row, field: str) -> str:
    columns = row.staged.columns
    header = columns.header[columns.positions[field]]
    return f"{row.path}:{row.line}: {header} {shorten((row.cell(field) or '').split(';')[0])}"
