"""govern's entries in the system keyring: one access key, and API keys by workspace and region.

Loaded only where it is used. A keyring that keeps plain text, or none at all, is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from govern.cloud.secret import Credentials, Secret
from govern.model.errors import GovernError

SERVICE = "govern"

_ACCESS_KEY = "access-key"

#: A keyring can't be listed, so this entry says which API keys there are: no secret in it.
_INDEX = "api-keys"


class Store:
    """The keyring, or the reason why there is none. Raises ``file`` where it can't be used."""

    def __init__(self) -> None:
        import keyring

        self._keyring = keyring
        self._errors: Any = keyring.errors.KeyringError
        self.problem = _problem(keyring.get_keyring())

    def access_key(self) -> Credentials | None:
        told = self._get(_ACCESS_KEY)
        found = _object(told) if told else {}
        id, secret = str(found.get("id") or ""), str(found.get("secret") or "")
        return Credentials(id, Secret(secret), None, "keyring") if id and secret else None

    def keep_access_key(self, id: str, secret: Secret) -> None:
        self._set(_ACCESS_KEY, json.dumps({"id": id, "secret": secret.reveal()}))

    def api_keys(self) -> dict[tuple[str, str], Secret]:
        """By (workspace id, region id)."""
        found = {}
        for place in self._index():
            text = self._get(_entry(*place))
            if text:
                found[place] = Secret(text)
        return found

    def keep_api_key(self, workspace_id: str, region_id: str, key: Secret) -> None:
        places = sorted({*self._index(), (workspace_id, region_id)})
        self._set(_entry(workspace_id, region_id), key.reveal())
        self._set(_INDEX, json.dumps({"places": [list(place) for place in places]}))

    def forget(self) -> int:
        """Remove every entry of govern; returns how many there were."""
        names = [_ACCESS_KEY, *(_entry(*place) for place in self._index()), _INDEX]
        return sum(self._delete(name) for name in names)

    def _index(self) -> list[tuple[str, str]]:
        told = _object(self._get(_INDEX) or "{}").get("places")
        found = [one for one in told or () if isinstance(one, list) and len(one) == 2]
        return [(str(workspace), str(region)) for workspace, region in found]

    def _get(self, name: str) -> str | None:
        self.usable()
        try:
            found: str | None = self._keyring.get_password(SERVICE, name)
        except self._errors as error:
            raise _refused(error) from None
        return found

    def _set(self, name: str, text: str) -> None:
        self.usable()
        try:
            self._keyring.set_password(SERVICE, name, text)
        except self._errors as error:
            raise _refused(error) from None

    def _delete(self, name: str) -> int:
        if self._get(name) is None:
            return 0
        try:
            self._keyring.delete_password(SERVICE, name)
        except self._errors as error:
            raise _refused(error) from None
        return 1

    def usable(self) -> None:
        """Raises ``file`` where nothing can be kept here."""
        if self.problem:
            raise GovernError("file", self.problem)


def _entry(workspace_id: str, region_id: str) -> str:
    return f"api-key/{region_id}/{workspace_id}"


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _refused(error: Exception) -> GovernError:
    return GovernError("file", f"the system keyring refused ({type(error).__name__}): unlock it")


def _problem(backend: object) -> str | None:
    """Why this backend isn't used; None where it is."""
    where = f"{type(backend).__module__}.{type(backend).__qualname__}"
    priority = float(getattr(backend, "priority", 0))
    if where.startswith(("keyring.backends.fail", "keyring.backends.null")) or priority <= 0:
        return "no system keyring here: use environment variables or the aliyun CLI's profile"
    if "plaintext" in where.casefold() or where.startswith("keyrings.alt"):
        return f"the keyring {where} keeps plain text: nothing is stored in it"
    inner = getattr(backend, "backends", None)
    if inner is not None:
        usable = [one for one in inner if _problem(one) is None]
        if not usable:
            return "no system keyring here: use environment variables or the aliyun CLI's profile"
        # A chain asks each in turn and could fall back on one that keeps plain text.
        return next(
            (told for one in inner if (told := _problem(one)) and "plain text" in told), None
        )
    return None
