"""Secrets that can't be printed, and answers that hold none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from govern.model.errors import GovernError

_SHOWN = "(secret)"

#: API keys of Model Studio (documented: ``sk-…``, ``sk-ws-…``, ``sk-sp-…``), wherever they stand.
_API_KEY = re.compile(r"\bsk-[A-Za-z0-9._-]{6,}")


#: Every secret that this process was told, and what is shown instead of it.
_told: dict[str, str] = {}


class Secret:
    """A text that only :meth:`reveal` gives away: not repr, str, format, pickle or a traceback."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        _told[text] = _SHOWN

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


@dataclass(frozen=True)
class Credentials:
    """An access key, from ``source``; ``token`` with a temporary one."""

    access_key_id: str = field(repr=False)
    access_key_secret: Secret
    token: Secret | None
    source: str

    def __post_init__(self) -> None:
        _told[self.access_key_id] = self.shown

    @classmethod
    def of(cls, id: object, secret: object, token: object, source: str) -> Credentials | None:
        """Those that a source holds; None where id or secret is missing.

        Raises ``network`` for what can't be a key: no service would take it.
        """
        texts = [str(value or "").strip() for value in (id, secret, token)]
        if not texts[0] or not texts[1]:
            return None
        if not all(sendable(text) for text in texts):
            problem = f"the access key ({source}) holds characters that no key has"
            raise GovernError("network", problem)
        return cls(texts[0], Secret(texts[1]), Secret(texts[2]) if texts[2] else None, source)

    @property
    def shown(self) -> str:
        """The access key id as it may be shown: its first and last four characters."""
        known = self.access_key_id
        return f"{known[:4]}…{known[-4:]}" if len(known) > 8 else "…"

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (self.access_key_secret, *((self.token,) if self.token else ()))


def sendable(text: str) -> bool:
    """Whether a text can be a key or a token: what travels in a header."""
    return text.isascii() and text.isprintable() and " " not in text


#: What is shorter is a part of ordinary words too, and no secret of any service.
_SHORTEST = 8


class Unsaid:
    """What no answer and no message may hold: secrets, what looks like an API key, and the whole
    access key id. Servers repeat what they were sent."""

    def __init__(self, credentials: Credentials, secrets: Iterable[Secret]) -> None:
        known = {secret.reveal(): _SHOWN for secret in (*credentials.secrets, *secrets)}
        known[credentials.access_key_id] = credentials.shown
        # The longest first: one may be a part of another.
        self._known = {
            text: known[text] for text in sorted(known, key=len, reverse=True) if _is_long(text)
        }

    def text(self, text: str) -> str:
        """The text without them."""
        for secret, instead in self._known.items():
            if secret in text:
                text = text.replace(secret, instead)
        return _API_KEY.sub(_SHOWN, text) if "sk-" in text else text

    def near(self, json: str) -> bool:
        """Whether a JSON text may hold one: as it stands, or behind an escape."""
        return "\\" in json or "sk-" in json or any(text in json for text in self._known)

    def everywhere(self, value: Any) -> Any:
        """The same JSON value without them, names included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.everywhere(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.everywhere(inner) for inner in value]
        return value


def scrubbed(text: str) -> str:
    """The text without any secret that this process was told, as it stands or as in a URL: what
    other people's code says of an error may hold whole requests."""
    for secret in sorted(_told, key=len, reverse=True):
        if _is_long(secret):
            for form in (secret, _in_url(secret), _in_url(secret, "-._~/")):
                text = text.replace(form, _told[secret])
    return _API_KEY.sub(_SHOWN, text)


def _in_url(text: str, safe: str = "-._~") -> str:
    return "".join(
        letter if letter.isalnum() or letter in safe else f"%{ord(letter):02X}" for letter in text
    )


def _is_long(text: str) -> bool:
    return len(text) >= _SHORTEST
