"""The ledger and the files it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from govern.bill.staging import Reject, Staged

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class BillFile:
    """One file of the bill as it was read.

    ``export`` names the export it is a part of, ``exported_at`` is naive on the bill clock.
    ``fields`` are those its header has. ``rows`` counts every record after the header,
    ``duplicates`` those that another file holds too, ``duplicate_costs`` what they sum to, as
    (currency, amount). ``rejects`` have no readable structure; ``fatal`` if the rest of the file is
    unknown. ``sha256`` is that of the given file, a zip or a ledger as a whole; None where nobody
    asked. ``staged`` is None for the file of a kept
    ledger: its rows can't be looked up.
    """

    number: int
    name: str
    shape: str
    export: str
    billed_cost_column: str
    payable: bool
    fields: frozenset[str]
    rows: int
    exported_at: datetime | None = None
    duplicates: int = 0
    duplicate_costs: tuple[tuple[str, str], ...] = ()
    rejects: tuple[Reject, ...] = ()
    fatal: bool = False
    sha256: str | None = None
    staged: Staged | None = None


@dataclass(frozen=True)
class Kept:
    """A ledger that was written before. ``told`` is what it says of the files behind it."""

    given: str
    path: str
    told: dict[str, Any]


@dataclass
class Ledger:
    """The bill as exact sums, and the files behind it.

    ``ledger`` of ``connection`` is what is judged: a view of the table ``reduced``, which stays as
    it was made. ``folder`` is the working folder, the only one that the engine may write to.

    ``empty`` names files without a byte, which were ignored; ``clashes`` are overlaps that can't
    be decided: while there are any, nothing may be judged. ``notes`` say what a later export won.
    """

    connection: duckdb.DuckDBPyConnection
    folder: str
    clock: tzinfo
    files: list[BillFile]
    empty: list[str] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, list(parameters)).fetchall()
