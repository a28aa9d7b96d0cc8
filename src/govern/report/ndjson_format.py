"""NDJSON for pipelines: one record a line, then a last line that says how the run ended."""

from __future__ import annotations

from govern.model.document import Document
from govern.report.json_format import compact
from govern.report.page import Page

_LAST = ("schema", "govern", "as_of", "redacted", "exit")


def render(document: Document, page: Page) -> str:
    del page
    lines = [compact(record) for record in document.records or ()]
    lines.append(compact({key: document.payload[key] for key in _LAST if key in document.payload}))
    return "".join(lines)
