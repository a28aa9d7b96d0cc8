"""The embedded engine, shut in: no extensions, no network, no file but the ones it was given."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def connect(
    folder: str, paths: Iterable[str], *, ordered: bool = False
) -> duckdb.DuckDBPyConnection:
    """An in-memory database that may read ``paths`` and ``folder``, and spills into ``folder``.

    ``ordered``: rows keep the order of their file, which sums don't need.
    """
    import duckdb

    connection = duckdb.connect(":memory:")
    connection.execute(
        f"""
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
    return connection


def quoted(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
