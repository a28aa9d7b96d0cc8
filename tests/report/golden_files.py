"""Which golden file holds which rendering of which rich report."""

from __future__ import annotations

from pathlib import Path

from rich import rich, since
from rich_bill import costs_by_owner, rich_audit, rich_cost, rich_inspection

from govern.model.document import Document
from govern.model.figures import CENTS
from govern.privacy.redact import redact
from govern.report import FORMATS, fitting, offers
from govern.report.page import Page

FOLDER = Path(__file__).with_name("golden")

SUFFIXES = {
    "table": ".txt",
    "json": ".json",
    "ndjson": ".ndjson",
    "csv": ".csv",
    "markdown": ".md",
    "sarif": ".sarif",
    "junit": ".junit.xml",
    "github": ".github.log",
    "gitlab": ".gitlab.json",
}

#: Those that are also kept redacted, since they show the most.
REDACTED = {
    "check": ("table", "json", "sarif", "junit"),
    "check.baseline": ("table", "json"),
    "cost": ("table", "json", "csv"),
    "audit": ("table", "json"),
    "bill": ("table", "json"),
}

#: Any salt will do here; a real one comes from the bill.
SALT = b"a salt for golden files"


NAMES = tuple(REDACTED)


def documents() -> dict[str, Document]:
    return {
        "check": rich(),
        "check.baseline": since(),
        "cost": rich_cost(),
        "audit": rich_audit(),
        "bill": rich_inspection(),
    }


def rendered() -> dict[str, str]:
    """Golden file → what it should hold."""
    page = Page(width=160)
    texts = {}
    for name, document in documents().items():
        for format in fitting(offers(document)):
            texts[name + SUFFIXES[format]] = FORMATS[format].render(document, page)
        screen = Page(width=80, screen=True, figures=CENTS)
        texts[f"{name}.screen.txt"] = FORMATS["table"].render(document, screen)
        texts[f"{name}.narrow.txt"] = FORMATS["table"].render(document, Page(width=60))
        redacted = redact(document, SALT)
        for format in REDACTED[name]:
            file = f"{name}.redacted{SUFFIXES[format]}"
            texts[file] = FORMATS[format].render(redacted, page)
    texts["cost.by-owner.txt"] = FORMATS["table"].render(costs_by_owner(), Page(width=120))
    return texts
