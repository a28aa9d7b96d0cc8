"""Files without the payable amount: what stands in for it is said, and has to hold amounts."""

from __future__ import annotations

from govern.ledger.ledger import BillFile, Ledger
from govern.ledger.wordings import NO_AMOUNT
from govern.model.errors import GovernError
from govern.model.text import some


def tell_stand_ins(ledger: Ledger) -> None:
    """Note the files that have no payable amount, and the column that is judged instead.

    Raises wrong usage where that holds no amount in any row: at fault is the column that is
    missing, not the rows.
    """
    without = [file for file in ledger.files if file.staged and not file.payable]
    if not without:
        return
    filled = ledger.query(
        "SELECT DISTINCT file FROM ledger WHERE reject_reason IS DISTINCT FROM ?", [NO_AMOUNT]
    )
    empty = [
        file for file in without if file.rows and not file.rejects and (file.number,) not in filled
    ]
    if empty:
        told = "{}, and {}, which would stand in for it, holds no amount: export the bill again"
        raise GovernError(
            "usage",
            [
                f"{file.name}: " + told.format(_missing(file), file.billed_cost_column)
                for file in empty
            ],
        )
    for column in dict.fromkeys(map(_missing, without)):
        files = [file for file in without if _missing(file) == column]
        names = some([file.name for file in files], 1)
        ledger.notes.append(f"{names}: {column}; judged by {files[0].billed_cost_column} instead")


def _missing(file: BillFile) -> str:
    assert file.staged is not None
    return f"column {file.staged.columns.shape.columns['billed_cost'][0]} is missing"
