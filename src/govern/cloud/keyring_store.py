"""govern's entries in the system keyring: one access key, and API keys by workspace and region.

Loaded only where it is used. A keyring that keeps plain text, or none at all, is refused.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from govern.cloud.keyring_backend import is_locked, system_keyring
from govern.cloud.secret import Credentials, Secret
from govern.model.errors import GovernError

SERVICE = "govern"

_ACCESS_KEY = "access-key"

#: A keyring can't be listed, so this entry says which API keys there are: no secret in it.
_INDEX = "api-keys"

#: A keyring that doesn't answer within so many seconds never will; a person needs longer.
_ANSWERS = 10.0
_UNLOCKS = 120.0


@cache
def opened(prompts: bool) -> Store:
    """The keyring of this run: found, and found wanting, once."""
    return Store(prompts=prompts)


class Store:
    """The keyring, or the ``problem`` for which it can't be used; ``empty`` if so that nothing of
    govern can be in it.

    ``prompts``: the system may ask a person to unlock it. Every method raises ``file`` where the
    keyring can't be used.
    """

    def __init__(self, *, prompts: bool) -> None:
        self._prompts = prompts
        self._keyring: Any = None
        self.problem: str | None = None
        self.empty = False
        try:
            self._keyring, self.problem = self._answer(system_keyring)
            self.empty = self.problem is not None
            if self.problem is None and not prompts and self._answer(is_locked, self._keyring):
                self.problem = "the system keyring is locked: unlock it first"
        except GovernError as error:
            self.problem = str(error)

    def access_key(self) -> Credentials | None:
        text = self._get(_ACCESS_KEY)
        entry = _object(text) if text else {}
        return Credentials.of(entry.get("id"), entry.get("secret"), None, "keyring")

    def keep_access_key(self, id: str, secret: Secret) -> None:
        self._set(_ACCESS_KEY, json.dumps({"id": id, "secret": secret.reveal()}))

    def api_keys(self) -> dict[tuple[str, str], Secret]:
        """By (workspace id, region id)."""
        keys = {}
        for place in self._index():
            text = self._get(_entry(*place))
            if text:
                keys[place] = Secret(text)
        return keys

    def keep_api_key(self, workspace_id: str, region_id: str, key: Secret) -> None:
        places = sorted({*self._index(), (workspace_id, region_id)})
        # The index first: an entry that it doesn't know would never be removed.
        self._set(_INDEX, json.dumps({"places": [list(place) for place in places]}))
        self._set(_entry(workspace_id, region_id), key.reveal())

    def forget(self) -> int:
        """Remove every entry of govern; returns how many there were."""
        names = [_ACCESS_KEY, *(_entry(*place) for place in self._index()), _INDEX]
        return sum(self._delete(name) for name in names)

    def _index(self) -> list[tuple[str, str]]:
        listed = _object(self._get(_INDEX) or "{}").get("places")
        places = [place for place in listed or () if isinstance(place, list) and len(place) == 2]
        return [(str(workspace), str(region)) for workspace, region in places]

    def _get(self, name: str) -> str | None:
        self.usable()
        password: str | None = self._answer(self._keyring.get_password, SERVICE, name)
        return password

    def _set(self, name: str, text: str) -> None:
        self.usable()
        self._answer(self._keyring.set_password, SERVICE, name, text)

    def _delete(self, name: str) -> int:
        if self._get(name) is None:
            return 0
        self._answer(self._keyring.delete_password, SERVICE, name)
        return 1

    def usable(self) -> None:
        """Raises ``file`` where nothing can be kept here."""
        if self.problem:
            raise GovernError("file", self.problem)

    def _answer(self, ask: Callable[..., Any], *words: object) -> Any:
        """In a thread, since a keyring may wait for a person for ever."""
        answers: list[Any] = []
        failed: list[Exception] = []

        def run() -> None:
            try:
                answers.append(ask(*words))
            except Exception as error:
                failed.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(_UNLOCKS if self._prompts else _ANSWERS)
        if answers:
            return answers[0]
        # Its own words might repeat what it was given.
        state = f"refused ({type(failed[0]).__name__})" if failed else "doesn't answer"
        self.problem = f"the system keyring {state}: is it unlocked?"
        raise GovernError("file", self.problem)


def _entry(workspace_id: str, region_id: str) -> str:
    return f"api-key/{region_id}/{workspace_id}"


def _object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}
