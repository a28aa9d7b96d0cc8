"""The embedded engine, shut in: no extensions, no network, no file but the ones it was given.

Every setting that an answer could depend on is set here, whatever the engine's defaults, the
machine or a variable of Python says; only memory and threads are the engine's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

from govern.ledger import contract
from govern.model.errors import GovernError

if TYPE_CHECKING:
    import duckdb

#: What answers could depend on. Replacements would let SQL read variables of Python.
_SETTINGS = """
    SET TimeZone = 'UTC';
    SET Calendar = 'gregorian';
    SET default_collation = '';
    SET default_null_order = 'nulls_last';
    SET default_order = 'ascending';
    SET integer_division = false;
    SET ieee_floating_point_ops = true;
    SET binary_as_string = false;
    SET scalar_subquery_error_on_multiple_rows = true;
    SET python_enable_replacements = false;
"""


_open: WeakSet[duckdb.DuckDBPyConnection] = WeakSet()


def connect(
    folder: str, paths: Iterable[str], *, ordered: bool = False
) -> duckdb.DuckDBPyConnection:
    """An in-memory database that may read ``paths`` and ``folder``, and spills into ``folder``.

    ``ordered``: rows keep the order of their file, which sums don't need. Raises ``engine`` where
    the installed engine can't be set up so, or answers differently (:mod:`govern.ledger.contract`).
    """
    import duckdb

    connection = duckdb.connect(":memory:")
    _open.add(connection)
    try:
        connection.execute(
            f"""
            {_SETTINGS}
            SET autoinstall_known_extensions = false;
            SET autoload_known_extensions = false;
            SET preserve_insertion_order = {str(ordered).lower()};
            SET temp_directory = {quoted(os.path.join(folder, "spill"))};
            SET allowed_directories = [{quoted(folder)}];
            SET allowed_paths = [{", ".join(quoted(path) for path in paths)}];
            SET enable_external_access = false;
            SET lock_configuration = true;
            """
        )
        contract.hold(connection)
    except duckdb.OperationalError:
        connection.close()
        raise
    except duckdb.Error as error:
        connection.close()
        told = str(error).splitlines()[0]
        raise GovernError(
            "engine", f"DuckDB {duckdb.__version__} can't be set up: {told}"
        ) from None
    except GovernError:
        connection.close()
        raise
    return connection


def interrupt() -> None:
    """End what any connection is at, from another thread: its query raises an error."""
    for connection in list(_open):
        # One that is closed by now is at nothing.
        with suppress(Exception):
            connection.interrupt()


def quoted(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
