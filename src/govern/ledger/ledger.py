"""The ledger and the files it was made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from govern.bill.staging import Reject, Staged
from govern.ledger import interpret
from govern.model.errors import GovernError

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


#: What is made of each day's sums, when it is first asked for.
_BY_DAY = re.compile(r"\b(ledger|divided|reduced)\b")

_WHOLE = "FROM reduced"


@dataclass
class Ledger:
    """The bill as exact sums, and the files behind it.

    Two tables of ``connection`` are what is judged: ``ledger``, by day, and ``months``, the same
    without days. Both are views, with the names of an inventory beside, of what stays as it was
    made: ``divided`` (``reduced``, its groups divided where a judging needs it), and ``monthly``.
    ``folder`` is the working folder, the only one that the engine may write to.

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
    is_divided: bool = False
    _named: str = "FROM {}"
    _months: bool = False
    _told: dict[tuple[str, str], list[tuple[Any, ...]]] = field(default_factory=dict)
    _by_day: bool = False

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        if not self._by_day and _BY_DAY.search(sql):
            self.by_day()
        return self.connection.execute(sql, list(parameters)).fetchall()

    def once(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """As :meth:`query`; the same question is asked once, as long as the tables are the same."""
        key = sql, repr(parameters)
        if key not in self._told:
            self._told[key] = self.query(sql, parameters)
        return self._told[key]

    def make(self) -> None:
        """Make its tables of the sums, which may have changed."""
        self._by_day = False
        self._months = interpret.by_month(self.connection)
        if not self._months:
            self.by_day()
        self._show("months", "monthly" if self._months else "reduced")

    def by_day(self) -> None:
        """Make what is asked by day, if it wasn't made. Raises ``bug`` if a row or cent is lost."""
        if self._by_day:
            return
        interpret.by_day(self.connection)
        self._by_day = True
        self.divided()
        summed = "SELECT sum(charges), sum(billed_cost) FROM {} WHERE odd_numbers IS NULL"
        (sums,), (days,) = (self.query(summed.format(table)) for table in ("sums", "reduced"))
        if sums != days:
            raise GovernError("bug", f"the days sum to {days}, not {sums}: please report this")

    def divided(self, query: str = _WHOLE) -> None:
        """Show by day what ``query`` makes of ``reduced``."""
        self.is_divided = query != _WHOLE
        self.connection.execute(f"CREATE OR REPLACE VIEW divided AS {query}")
        self._show("ledger", "divided")

    def named(self, query: str | None) -> None:
        """Show both with columns of an inventory, as ``query`` puts them beside ``{}``."""
        self._named = query or "FROM {}"
        self._show("months", "monthly" if self._months else "reduced")
        if self._by_day:
            self._show("ledger", "divided")

    def _show(self, view: str, table: str) -> None:
        self._told.clear()
        self.connection.execute(f"CREATE OR REPLACE VIEW {view} AS {self._named.format(table)}")
