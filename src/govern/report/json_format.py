"""JSON for machines: the document's payload, with its schema named inside."""

from __future__ import annotations

import json
import re
from typing import Any

from govern.model.document import Document
from govern.report.page import Page

# Valid in JSON, harmful on a terminal or in a CI log: control, reordering and invisible
# characters, lone surrogates (bytes of a path that are no UTF-8), and the start of log commands.
_HARMFUL = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]|#(?=#)"
)


def render(document: Document, page: Page) -> str:
    del page
    return pretty(document.payload)


def pretty(value: Any) -> str:
    """Indented JSON with a line feed at the end."""
    return _harmless(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"


def compact(value: Any) -> str:
    """JSON on one line with a line feed at the end."""
    return _harmless(json.dumps(value, ensure_ascii=False, separators=(",", ":"))) + "\n"


def _harmless(text: str) -> str:
    """The same JSON value: harmful characters stand only inside strings, where an escape may."""
    return _HARMFUL.sub(lambda found: _escape(ord(found[0])), text)


def _escape(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
