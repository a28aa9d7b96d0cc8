"""One file per format; a format knows what a document offers and never which document it is."""

from __future__ import annotations

from collections.abc import Callable

from govern.model.document import Document
from govern.report import json_format, table

#: Each format's name and its writer. ``width`` is the number of columns of the terminal.
FORMATS: dict[str, Callable[[Document, int], str]] = {
    "table": table.render,
    "json": json_format.render,
}
