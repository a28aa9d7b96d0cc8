"""The system's keyring, and whether anything may be kept in it."""

from __future__ import annotations

from contextlib import closing
from typing import Any

_NONE = "no system keyring here: use environment variables or a profile of the aliyun CLI"


def system_keyring() -> tuple[Any, str | None]:
    """The system's keyring, and why it isn't used, if so."""
    import keyring

    try:
        backend = keyring.get_keyring()
    except Exception:
        return None, _NONE
    return backend, _problem(backend)


def _problem(backend: object) -> str | None:
    """Why nothing is kept in this backend; None where it can be."""
    where = f"{type(backend).__module__}.{type(backend).__qualname__}"
    if where.startswith("keyring.backends.chainer"):
        # It asks each in turn, and could fall back on one that keeps plain text.
        problems = [_problem(inner) for inner in getattr(backend, "backends", ())]
        return next(
            (problem for problem in problems if problem and problem != _NONE),
            None if None in problems else _NONE,
        )
    if "plaintext" in where.casefold() or where.startswith("keyrings.alt"):
        return f"the keyring {where} keeps plain text: nothing is stored in it"
    if where.startswith(("keyring.backends.fail", "keyring.backends.null")):
        return _NONE
    return None if float(getattr(backend, "priority", 0)) > 0 else _NONE


def is_locked(backend: object) -> bool:
    """Whether the Secret Service would ask a person before it answers; others can't be asked."""
    inner = getattr(backend, "backends", (backend,))
    if not any(type(store).__module__ == "keyring.backends.SecretService" for store in inner):
        return False
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        try:
            return bool(secretstorage.get_collection_by_alias(bus, "default").is_locked())
        except secretstorage.ItemNotFoundException:
            # Making one asks for its password.
            return True
