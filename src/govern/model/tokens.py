"""Tokens that stand for words nobody outside should read, wherever the words occur."""

from __future__ import annotations

import hmac
import re

from govern.model.text import printable, shorten

#: Hex digits of a token: 40 bits, so that two of 10,000 words meet once in 20,000 reports.
_DIGITS = 10

#: Words at least this long are replaced inside other words too.
_LONG = 8

#: Numbers of fewer digits are told from amounts by the word before them.
_NUMBER = 6
_NAMED = ("account ", "sub_account_id ", "billing_account_id ")

_MAIL = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+")

# The account an export's file name starts with, and any number too long for an instant.
_ACCOUNT = re.compile(r"(?<!\d)(?:\d{6,}(?=-\d{14}_)|\d{15,})(?!\d)", re.ASCII)
_ARCHIVES = (".zip", ".gz")


class Tokens:
    """Learns words first, then replaces them: the same word by the same token everywhere."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._words: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        self._paths: set[str] = set()
        self._kept: set[str] = set()
        self._search: re.Pattern[str] | None = None
        self._lengths: list[int] = []

    def token(self, kind: str, word: str) -> str:
        """``acct-3f9a1c07be``: the kind of word it was, and a hash nobody can turn back."""
        digest = hmac.new(self._salt, word.encode("utf-8", "surrogatepass"), "sha256")
        return f"{kind}-{digest.hexdigest()[:_DIGITS]}"

    def learn(self, kind: str, word: str | None) -> None:
        """Replace this word wherever it stands. What was learned first gives it its kind.

        A number of a few digits could be any amount, so it is replaced where it is a whole cell
        and where the text says what it is.
        """
        if word and word.isdecimal() and len(word) < _NUMBER:
            self.learn_whole(kind, word)
            for before in _NAMED:
                self._words.setdefault(before + word, before + self.token(kind, word))
            return
        for shown in _spellings(word):
            self._words.setdefault(shown, self.token(kind, word or ""))

    def learn_whole(self, kind: str, text: str | None) -> None:
        """Replace this text only where it is a whole cell."""
        for shown in _spellings(text):
            self._whole.setdefault(shown, self.token(kind, text or ""))

    def learn_path(self, path: str) -> None:
        self._paths.add(path)

    def keep(self, text: str) -> None:
        """This text stays as it is where it is a whole cell."""
        self._kept.add(text)

    def of(self, kind: str, word: str | None) -> str | None:
        """The token of a field's whole value; nothing stays nothing."""
        if not word:
            return word
        return self._words.get(word) or self._whole.get(word) or self.token(kind, word)

    def path(self, path: str) -> str:
        """Folders become tokens, and the account in a file's name; the file's name stays."""
        parts = re.split(r"([/\\])", path)
        return "".join(self._part(part, at == len(parts) - 1) for at, part in enumerate(parts))

    def _part(self, part: str, last: bool) -> str:
        if part in ("", ".", "..", "/", "\\"):
            return part
        if not last and not part.lower().endswith(_ARCHIVES):
            return self.token("folder", part)
        named = _ACCOUNT.sub(lambda found: self.token("acct", found[0]), part)
        return self._replaced(named)

    def text(self, text: str) -> str:
        """The text with every learned word, every path and every mail address replaced."""
        if text in self._kept:
            return text
        if text in self._whole:
            return self._whole[text]
        for path in self._paths:
            replaced = self.path(path)
            for shown in _spellings(path) if replaced != path else ():
                self._words.setdefault(shown, replaced)
        self._paths.clear()
        return _MAIL.sub(lambda found: self.token("owner", found[0]), self._replaced(text))

    def _replaced(self, text: str) -> str:
        self._prepare()
        if self._search is None:
            return text
        pieces = []
        at = 0
        while found := self._search.search(text, at):
            word = self._word_at(text, found.start())
            if word is None:
                pieces.append(text[at : found.start() + 1])
                at = found.start() + 1
            else:
                pieces += [text[at : found.start()], self._words[word]]
                at = found.start() + len(word)
        return "".join([*pieces, text[at:]])

    def _prepare(self) -> None:
        """Words are looked for by how they start, so thousands of them cost little."""
        if self._lengths and self._lengths[0] == len(self._words):
            return
        starts = sorted({word[:3] for word in self._words}, key=lambda start: (-len(start), start))
        self._search = re.compile("|".join(map(re.escape, starts))) if starts else None
        self._lengths = [
            len(self._words),
            *sorted({len(word) for word in self._words}, reverse=True),
        ]

    def _word_at(self, text: str, at: int) -> str | None:
        for length in self._lengths[1:]:
            word = text[at : at + length]
            if word in self._words and (len(word) >= _LONG or _apart(text, at, word)):
                return word
        return None


def _spellings(word: str | None) -> set[str]:
    """The word as it is, and as reports show it."""
    return {word, printable(word), shorten(word)} if word else set()


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
