"""Where credentials come from, in the contract's order; nothing is asked of the account here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from govern.cloud import aliyun_cli, keyring_store, role
from govern.cloud.secret import Credentials, Secret, sendable
from govern.model.errors import GovernError

ID = "ALIBABA_CLOUD_ACCESS_KEY_ID"
SECRET = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
TOKEN = "ALIBABA_CLOUD_SECURITY_TOKEN"
API_KEY = "DASHSCOPE_API_KEY"


@dataclass(frozen=True)
class Source:
    """Credentials that are there: ``shown`` is the access key id as it may be shown, None where
    only asking for a temporary key would tell it. ``get`` raises ``network``, wrong usage."""

    name: str
    shown: str | None
    temporary: bool
    get: Callable[[], Credentials] = field(repr=False)


@dataclass(frozen=True)
class ApiKey:
    """A Model Studio API key, with its workspace and region where these are known offline."""

    secret: Secret
    workspace_id: str | None
    region_id: str | None
    source: str


def take_notice(environment: Mapping[str, str]) -> None:
    """Count the environment's secrets among those that this process was told, used or not."""
    for name in (SECRET, TOKEN, API_KEY):
        Secret(environment.get(name, ""))


def find(
    environment: Mapping[str, str], home: str, profile: str | None, *, prompts: bool = False
) -> Source | None:
    """``--profile``, the environment, the keyring, the aliyun CLI's current profile.

    ``prompts``: the keyring may ask its owner to unlock it. Raises wrong usage for a profile that
    isn't there, ``file`` for one that can't be read, ``network`` for what can't be a key.
    """
    if profile is not None:
        return _profile(home, profile, "profile")
    credentials = Credentials.of(
        environment.get(ID), environment.get(SECRET), environment.get(TOKEN), "environment"
    )
    credentials = credentials or _keyring(prompts)
    return _held(credentials) if credentials else _profile(home, None, "aliyun_cli")


def _held(credentials: Credentials) -> Source:
    return Source(
        credentials.source, credentials.shown, credentials.token is not None, lambda: credentials
    )


def _keyring(prompts: bool) -> Credentials | None:
    """A keyring that isn't there or is locked is no source: the next one is asked."""
    try:
        return keyring_store.opened(prompts).access_key()
    except GovernError:
        return None


def _profile(home: str, name: str | None, source: str) -> Source | None:
    known = aliyun_cli.profile(home, name)
    if known is None:
        return None
    if aliyun_cli.is_asked_for(known):
        return Source(source, None, True, lambda: role.ask(home, known, source))
    credentials = aliyun_cli.credentials(known, source)
    return _held(credentials) if credentials else None


def api_keys(environment: Mapping[str, str], *, prompts: bool = False) -> list[ApiKey]:
    """Model Studio API keys: the environment's, and the keyring's. Raises ``network`` for what
    can't be a key."""
    keys = []
    text = environment.get(API_KEY, "").strip()
    if text and not sendable(text):
        raise GovernError("network", f"{API_KEY} holds characters that no key has")
    if text:
        keys.append(ApiKey(Secret(text), None, None, "environment"))
    try:
        kept = keyring_store.opened(prompts).api_keys()
    except GovernError:
        return keys
    return keys + [ApiKey(key, *place, "keyring") for place, key in kept.items()]
