"""Many words replaced in a text at once, the longest first, and by themselves where short."""

from __future__ import annotations

import re
from bisect import bisect_left

#: Words at least this long are replaced inside other words too.
_LONG = 8

#: No cell or excerpt that was cut by a ``…`` is longer than this.
_CUT = 300


class Replacing:
    """Words and what stands in their place. The first one given for a word counts."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._known = 0
        self._search: re.Pattern[str] | None = None
        self._lengths: list[int] = []
        self._sorted: list[str] = []

    def add(self, word: str, replacement: str) -> None:
        self._words.setdefault(word, replacement)

    def get(self, word: str) -> str | None:
        return self._words.get(word)

    def beginning(self, text: str) -> str | None:
        """What replaces the first of the words that start so."""
        self._prepare()
        word = self._starting(text)
        return None if word is None else self._words[word]

    def text(self, text: str) -> str:
        """The text with its words replaced; what a ``…`` left of a word is left out."""
        self._prepare()
        if self._search is None:
            return text
        pieces = []
        at = 0
        while match := self._search.search(text, at):
            word = self._word_at(text, match.start())
            if word is None:
                pieces.append(text[at : match.start() + 1])
                at = match.start() + 1
            else:
                pieces += [text[at : match.start()], self._words[word]]
                at = match.start() + len(word)
        replaced = "".join([*pieces, text[at:]])
        return self._uncut(replaced) if "…" in replaced else replaced

    def _prepare(self) -> None:
        """Words are looked for by how they start, so thousands of them cost little."""
        if self._known == len(self._words):
            return
        self._known = len(self._words)
        starts = sorted({word[:3] for word in self._words}, key=lambda start: (-len(start), start))
        self._search = re.compile("|".join(map(re.escape, starts)))
        self._lengths = sorted({len(word) for word in self._words}, reverse=True)
        self._sorted = sorted(self._words)

    def _word_at(self, text: str, at: int) -> str | None:
        for length in self._lengths:
            word = text[at : at + length]
            if word in self._words and (len(word) >= _LONG or _apart(text, at, word)):
                return word
        return None

    def _uncut(self, text: str) -> str:
        pieces = text.split("…")
        return "…".join([*map(self._without_beginning, pieces[:-1]), pieces[-1]])

    def _without_beginning(self, text: str) -> str:
        """The text without the beginning of a word, of two characters or more, at its end."""
        for at in range(max(0, len(text) - min(self._lengths[0], _CUT)), len(text) - 1):
            if self._starting(text[at:]) is not None:
                return text[:at]
        return text

    def _starting(self, start: str) -> str | None:
        at = bisect_left(self._sorted, start)
        known = at < len(self._sorted) and self._sorted[at].startswith(start)
        return self._sorted[at] if known else None


def _apart(text: str, at: int, word: str) -> bool:
    """Whether a short word stands by itself, and is no part of a longer word or number."""
    before = text[at - 1] if at else " "
    after = text[at + len(word)] if at + len(word) < len(text) else " "
    if word.isdecimal() and (before in ".," or after in ".,"):
        beyond = text[at - 2 : at - 1] + text[at + len(word) + 1 : at + len(word) + 2]
        if any(map(str.isdecimal, beyond)):
            return False
    return not (_joined(before) and _joined(word[0])) and not (_joined(after) and _joined(word[-1]))


def _joined(character: str) -> bool:
    return character.isascii() and character.isalnum()
