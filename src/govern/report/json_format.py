"""JSON for machines: the document's payload, with its schema named inside."""

from __future__ import annotations

import json

from govern.model.document import Document


def render(document: Document, width: int) -> str:
    del width
    return json.dumps(document.payload, ensure_ascii=False, indent=2) + "\n"
