"""YAML for a document that people edit and review, with their comments where they were."""

from __future__ import annotations

from govern.model.document import Document
from govern.model.yaml_text import settled, text
from govern.report.page import Page


def render(document: Document, page: Page) -> str:
    del page
    return text(document.payload, settled(document.payload, document.comments or {}))
