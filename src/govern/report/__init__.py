"""One file per format; a format knows what a document offers and never which document it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govern.model.document import Document
    from govern.report.page import Page

#: What a format can need of a document, by the name of its field: rows, judgements, what people
#: wrote between lines, tests.
ROWS, FINDINGS, COMMENTS, CASES = "records", "findings", "comments", "cases"


@dataclass(frozen=True)
class Format:
    """How a document is written: by ``render`` of a module, loaded only when it is used.

    ``suffixes`` name the format of a file. ``needs``: the field of a document without which the
    format would show nothing; "" where it can show any. ``or_needs``: another that will do.
    """

    name: str
    module: str
    suffixes: tuple[str, ...] = ()
    needs: str = ""
    or_needs: str = ""

    def render(self, document: Document, page: Page) -> str:
        write: Callable[[Document, Page], str] = import_module(self.module).render
        return write(document, page)

    def fits(self, offers: Collection[str]) -> bool:
        """Whether it makes sense for a document that has these fields."""
        return not self.needs or self.needs in offers or self.or_needs in offers


#: In the order in which they are told.
_ALL = (
    Format("table", "govern.report.table", (".txt",)),
    Format("json", "govern.report.json_format", (".json",)),
    Format("ndjson", "govern.report.ndjson_format", (".ndjson",), ROWS),
    Format("csv", "govern.report.csv_format", (".csv",), ROWS),
    Format("markdown", "govern.report.markdown_format", (".md",)),
    Format("sarif", "govern.report.sarif_format", (".sarif",), FINDINGS),
    Format("junit", "govern.report.junit_format", (".xml",), FINDINGS, CASES),
    Format("github", "govern.report.github_format", (), FINDINGS, CASES),
    Format("yaml", "govern.report.yaml_format", (".yaml", ".yml"), COMMENTS),
    Format("gitlab", "govern.report.gitlab_format", (), FINDINGS),
)
FORMATS: dict[str, Format] = {one.name: one for one in _ALL}


def offers(document: Document) -> list[str]:
    """What a document has of what formats can need."""
    return [
        name for name in (ROWS, FINDINGS, COMMENTS, CASES) if getattr(document, name) is not None
    ]


def fitting(offered: Collection[str]) -> list[str]:
    """The formats that make sense for a document with these fields."""
    return [name for name, one in FORMATS.items() if one.fits(offered)]


def by_suffix(suffix: str) -> str | None:
    """The format of a file whose name ends so."""
    return next((name for name, one in FORMATS.items() if suffix in one.suffixes), None)


def suffixes(offered: Collection[str]) -> list[str]:
    """The first suffix of each fitting format that has one."""
    return [one.suffixes[0] for one in FORMATS.values() if one.suffixes and one.fits(offered)]
