"""Tokens that stand for words nobody outside should read, wherever the words occur."""

from __future__ import annotations

import hmac
import re

from govern.model.text import printable, shorten
from govern.privacy.replacing import Replacing

#: Hex digits of a token: 40 bits, so that two of 10,000 words meet once in 20,000 reports.
_DIGITS = 10

#: Numbers of fewer digits are told from amounts by what stands around them.
_NUMBER = 6

#: What an account's number stands behind, and how a name stands behind an id.
_TELLING = ("account {}", "sub_account_id {}", "billing_account_id {}", "({})")

_MAIL = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+")

# The account an export's file name starts with, and any number too long for an instant.
_ACCOUNT = re.compile(r"(?<!\d)(?:\d{6,}(?=-\d{14}_)|\d{15,})(?!\d)", re.ASCII)

# In a text the digits behind a point are those of an amount.
_LONG_NUMBER = re.compile(r"(?<!\d)(?<!\d\.)\d{15,}(?!\d)", re.ASCII)
_ARCHIVES = (".zip", ".gz")


class Tokens:
    """Learns words first, then replaces them: the same word by the same token everywhere.

    ``common`` are words that reports use themselves: somebody who is named so is told from them
    by what stands around the name.
    """

    def __init__(self, salt: bytes, common: frozenset[str] = frozenset()) -> None:
        self._salt = salt
        self._common = common
        self._words = Replacing()
        self._whole = Replacing()
        self._paths: dict[str, None] = {}
        self._kept: set[str] = set()
        self._places: dict[str, str] = {}

    def token(self, kind: str, word: str) -> str:
        """``acct-3f9a1c07be``: the kind of word it was, and a hash nobody can turn back."""
        digest = hmac.new(self._salt, word.encode("utf-8", "surrogatepass"), "sha256")
        return f"{kind}-{digest.hexdigest()[:_DIGITS]}"

    def learn(self, kind: str, word: str | None) -> None:
        """Replace this word wherever it stands. What was learned first gives it its kind.

        A number of a few digits could be any amount, and a common word anything: they are
        replaced where they are a whole cell and where the text says what they are.
        """
        if word and (word in self._common or (word.isdecimal() and len(word) < _NUMBER)):
            self.learn_whole(kind, word)
            for around in _TELLING:
                self._words.add(around.format(word), around.format(self.token(kind, word)))
            return
        for shown in _spellings(word):
            self._words.add(shown, self.token(kind, word or ""))

    def learn_whole(self, kind: str, text: str | None) -> None:
        """Replace this text only where it is a whole cell."""
        for shown in _spellings(text):
            self._whole.add(shown, self.token(kind, text or ""))

    def learn_path(self, path: str) -> None:
        self._paths[path] = None

    def keep(self, text: str) -> None:
        """This text stays as it is where it is a whole cell."""
        self._kept.add(text)

    def keep_path(self, path: str, place: str) -> None:
        """This path is told as ``place``, unless a word of that must not be read."""
        self._places[path] = place

    def of(self, kind: str, word: str | None) -> str | None:
        """The token of a field's whole value; nothing stays nothing."""
        if not word:
            return word
        return self._words.get(word) or self._whole.get(word) or self.token(kind, word)

    def path(self, path: str) -> str:
        """Folders become tokens, and the account in a file's name; the file's name stays."""
        place = self._places.get(path)
        if place and all(self._part(part, True) == part for part in place.split("/")):
            return place
        parts = re.split(r"([/\\])", path)
        return "".join(self._part(part, at == len(parts) - 1) for at, part in enumerate(parts))

    def _part(self, part: str, last: bool) -> str:
        if part in ("", ".", "..", "/", "\\"):
            return part
        if not last and not part.lower().endswith(_ARCHIVES):
            return self.token("folder", part)
        named = _ACCOUNT.sub(lambda match: self.token("acct", match[0]), part)
        return self._mailed(self._words.text(named))

    def text(self, text: str) -> str:
        """The text with learned words, paths, mail addresses and long numbers replaced."""
        if text in self._kept:
            return text
        whole = self._whole.get(text)
        if whole is None and len(text) > 2 and text.endswith("…"):
            whole = self._whole.beginning(text[:-1])
        if whole is not None:
            return whole
        self._learn_paths()
        replaced = self._mailed(self._words.text(text))
        return _LONG_NUMBER.sub(lambda match: self.token("acct", match[0]), replaced)

    def _mailed(self, text: str) -> str:
        if "@" not in text:
            return text
        return _MAIL.sub(lambda match: self.token("owner", match[0]), text)

    def _stay(self) -> set[str]:
        """Folders of paths that are told as they are."""
        staying = [path for path in self._places if self.path(path) == path]
        return {path[: path.rfind("/") + 1] for path in staying}

    def _learn_paths(self) -> None:
        """Every path, and its folder: a text may name another file of it."""
        folders = [path[: max(path.rfind("/"), path.rfind("\\")) + 1] for path in self._paths]
        staying = self._stay()
        known = dict.fromkeys(path for path in (*self._paths, *folders) if path not in staying)
        # All are made before the first is learned: each new word has the search made anew.
        for path, replaced in [(path, self.path(path)) for path in known]:
            for shown in _spellings(path) if replaced != path else ():
                self._words.add(shown, replaced)
        self._paths.clear()


def _spellings(word: str | None) -> set[str]:
    """The word as it is, and as reports show it."""
    return {word, printable(word), shorten(word)} if word else set()
