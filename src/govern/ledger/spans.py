"""A span of time for each payer, while it lasts: what lies in it, and what may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from govern.ledger.clauses import Clause
from govern.ledger.ledger import Ledger
from govern.ledger.table import made_table

#: What stands beside each charge: the span of the account that pays it, if it has one.
WITH_SPANS = "ledger LEFT JOIN spans ON payer IS NOT DISTINCT FROM billing_account_id"

#: Charges within the span of their payer, and those of which it can't be told.
IN_SPAN = Clause("first >= since AND last < until AND width <> 'month'")
PERHAPS_IN_SPAN = Clause(
    "since IS NULL OR (first < since AND last >= since AND width <> 'month')"
    " OR (first < until AND last >= until AND width <> 'month')"
)


@contextmanager
def spans(ledger: Ledger, of: Iterable[tuple[str | None, datetime, datetime]]) -> Iterator[None]:
    """While it lasts, ``WITH_SPANS`` can be asked. ``of``: payer, from when, to before when."""
    columns = (("payer", "VARCHAR"), ("since", "TIMESTAMP"), ("until", "TIMESTAMP"))
    with made_table(ledger.connection, "spans", columns, of):
        yield
