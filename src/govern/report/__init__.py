"""One file per format; a format knows what a document offers and never which document it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from govern.model.document import Document
from govern.report import (
    csv_format,
    github_format,
    gitlab_format,
    json_format,
    junit_format,
    markdown_format,
    ndjson_format,
    sarif_format,
    table,
    yaml_format,
)
from govern.report.page import Page


@dataclass(frozen=True)
class Format:
    """How a document is written. ``fits`` tells whether it offers what the format shows."""

    render: Callable[[Document, Page], str]
    fits: Callable[[Document], bool]


def _any(document: Document) -> bool:
    return True


def _judged(document: Document) -> bool:
    return document.findings is not None


def _edited(document: Document) -> bool:
    return document.comments is not None


def _listed(document: Document) -> bool:
    return document.findings is not None or document.records is not None


#: Each format by its name. A suffix names the format of a file where it is clear.
FORMATS: dict[str, Format] = {
    "table": Format(table.render, _any),
    "json": Format(json_format.render, _any),
    "ndjson": Format(ndjson_format.render, _listed),
    "csv": Format(csv_format.render, _listed),
    "markdown": Format(markdown_format.render, _any),
    "sarif": Format(sarif_format.render, _judged),
    "junit": Format(junit_format.render, _judged),
    "github": Format(github_format.render, _judged),
    "yaml": Format(yaml_format.render, _edited),
    "gitlab": Format(gitlab_format.render, _judged),
}

SUFFIXES = {
    ".txt": "table",
    ".json": "json",
    ".ndjson": "ndjson",
    ".csv": "csv",
    ".md": "markdown",
    ".sarif": "sarif",
    ".xml": "junit",
    ".yaml": "yaml",
    ".yml": "yaml",
}


def fitting(document: Document) -> list[str]:
    """The formats that make sense for this document."""
    return [name for name, one in FORMATS.items() if one.fits(document)]
