"""Which functions of the engine a text of SQL uses."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from govern.ledger import contract

#: What makes rows: they are reconciled with a count made without the engine (a row that is lost or
#: doubled ends the run), and their cells are held by the goldens and the oracle.
READERS = {"read_csv", "read_parquet", "parquet_kv_metadata", "unnest"}

_TEXT = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
# A letter behind a backslash is a regular expression's.
_CALL = re.compile(r"(?<!\\)\b([a-z_][a-z_0-9]*)\(")


@cache
def functions(sql: str) -> frozenset[str]:
    """The functions that it calls; SQL of this house writes them small, with no blank behind."""
    return frozenset(_CALL.findall(_TEXT.sub("''", sql)))


#: Functions that the contract says something of.
RELIED_ON = frozenset(name for one, _ in contract.RELIANCES for name in functions(one))


class Watched:
    """A connection that fails where SQL uses a function of which the contract says nothing."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, sql: str, *words: Any, **named: Any) -> Any:
        unknown = functions(sql) - RELIED_ON - READERS
        assert not unknown, (
            f"the SQL uses {', '.join(sorted(unknown))}: say in ledger/contract.py what it "
            f"relies on, and twist it in tests/engine/test_another_engine.py; {sql.strip()[:300]}"
        )
        return self._connection.execute(sql, *words, **named)

    def cursor(self) -> Watched:
        return Watched(self._connection.cursor())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
