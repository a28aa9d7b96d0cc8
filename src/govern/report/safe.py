"""Names from outside, made harmless for a line of text."""

from __future__ import annotations

import re

from govern.model.text import shorten

#: Longest text of a name in a cell, and of a sentence.
CELL = 300
SENTENCE = 2000

# CI services take commands out of any line they see: ##[group], ##vso[...], ##teamcity[...].
_LOG_COMMAND = re.compile(r"##(?=\w*\[)")


def line(text: str, most: int = CELL) -> str:
    """One printable line of at most ``most`` characters that no log reader takes for a command."""
    return _LOG_COMMAND.sub(r"#\\x23", shorten(text, most))


def no_command(text: str) -> str:
    """A finished line whose first word isn't a ``::command::`` of GitHub's log reader."""
    start = len(text) - len(text.lstrip())
    return text[:start] + r"\x3a" + text[start + 1 :] if text.startswith("::", start) else text
