"""Text that came from outside, made safe to compare and to show."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence

_SHOWN = 120

# Marks that reorder or hide text around them (Trojan Source); never printed raw.
_BIDIRECTIONAL = {0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def header_key(name: str) -> str:
    """A column name as it is compared: NFKC, without BOM, tabs, spaces and case."""
    folded = unicodedata.normalize("NFKC", name).replace("\ufeff", "")
    return "".join(folded.split()).casefold()


def words_key(name: str) -> str:
    """Like :func:`header_key`, but blanks between words count: Instance ID is not InstanceID."""
    folded = unicodedata.normalize("NFKC", name).replace("\ufeff", "")
    return " ".join(folded.split()).casefold()


def printable(text: str) -> str:
    """The text with control and bidirectional characters written as ``\\xNN`` or ``\\uNNNN``."""
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    code = ord(character)
    if character.isprintable() and code not in _BIDIRECTIONAL:
        return character
    if character in ("\u3000", "\u00a0"):
        return " "
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def writable(text: str) -> str:
    """The text as a UTF-8 file can hold it: a lone surrogate, from a path, becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def shorten(text: str, most: int = _SHOWN) -> str:
    """The text on one line of at most ``most`` characters; a cell of megabytes harms nobody."""
    shown = printable(text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def some(words: Sequence[str], most: int, rest: str = "more", *, between: str = ", ") -> str:
    """``a, b and 3 more``: the first ``most`` words, and how many there are besides."""
    left = len(words) - most
    return between.join(words[:most]) + (f" and {left} {rest}" if left > 0 else "")


def free_of(free: int, charges: int) -> str:
    """The end of a sentence that says how many of the charges counted cost nothing."""
    if not free:
        return ""
    if free == charges:
        return "; it costs nothing" if free == 1 else "; none of them costs anything"
    return f"; {free} of them cost{'s' if free == 1 else ''} nothing"


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word of a closed list that was probably meant, if one is near."""
    known = list(words)
    folded = {known_word.casefold(): known_word for known_word in known}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None
