"""Secrets that can't be printed, and texts that hold none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

_SHOWN = "(secret)"

#: API keys of Model Studio (documented: ``sk-…``, ``sk-ws-…``, ``sk-sp-…``), wherever they stand.
_API_KEY = re.compile(r"\bsk-[A-Za-z0-9._-]{6,}")


class Secret:
    """A text that only :meth:`reveal` gives away: not repr, str, format, pickle or a traceback."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return _SHOWN

    def __format__(self, spec: str) -> str:
        return _SHOWN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never written down")


def scrubbed(text: str, secrets: Iterable[Secret]) -> str:
    """The text without any of the secrets, nor anything that looks like an API key."""
    for secret in sorted((one.reveal() for one in secrets), key=len, reverse=True):
        if len(secret) >= 4:
            text = text.replace(secret, _SHOWN)
    return _API_KEY.sub(_SHOWN, text)


@dataclass(frozen=True)
class Credentials:
    """An access key, from ``source``; ``token`` with a temporary one."""

    access_key_id: str
    access_key_secret: Secret
    token: Secret | None
    source: str

    @property
    def shown(self) -> str:
        """The access key id as it may be shown: its first and last four characters."""
        known = self.access_key_id
        return f"{known[:4]}…{known[-4:]}" if len(known) > 8 else "…"

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (self.access_key_secret, *((self.token,) if self.token else ()))
