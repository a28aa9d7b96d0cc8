"""Which golden file holds which rendering of the hand-built report."""

from __future__ import annotations

from pathlib import Path

from rich import rich

from govern.model.redact import redact
from govern.report import FORMATS
from govern.report.page import Page

FOLDER = Path(__file__).with_name("golden")

NAMES = {
    "table": "check.txt",
    "json": "check.json",
    "ndjson": "check.ndjson",
    "csv": "check.csv",
    "markdown": "check.md",
    "sarif": "check.sarif",
    "junit": "check.junit.xml",
    "github": "check.github.log",
    "gitlab": "check.gitlab.json",
}

#: Any salt will do here; a real one comes from the bill.
SALT = b"a salt for golden files"


def rendered() -> dict[str, str]:
    """Golden file → what it should hold."""
    document = rich()
    redacted = redact(document, SALT)
    page = Page(width=160)
    texts = {name: FORMATS[format].render(document, page) for format, name in NAMES.items()}
    for format in ("table", "json", "sarif", "junit"):
        name = NAMES[format].replace("check", "redacted")
        texts[name] = FORMATS[format].render(redacted, page)
    texts["narrow.txt"] = FORMATS["table"].render(document, Page(width=60))
    return texts
