"""Where credentials come from, in the contract's order; nothing is prompted for here."""

from __future__ import annotations

from collections.abc import Mapping

from govern.cloud import aliyun_cli
from govern.cloud.keyring_store import Store
from govern.cloud.secret import Credentials, Secret
from govern.model.errors import GovernError

ID = "ALIBABA_CLOUD_ACCESS_KEY_ID"
SECRET = "ALIBABA_CLOUD_ACCESS_KEY_SECRET"
TOKEN = "ALIBABA_CLOUD_SECURITY_TOKEN"
API_KEY = "DASHSCOPE_API_KEY"


def find(environment: Mapping[str, str], home: str, profile: str | None) -> Credentials | None:
    """``--profile``, the environment, the keyring, the aliyun CLI's current profile.

    Raises wrong usage for a profile that isn't there, ``file`` for one that can't be read.
    """
    if profile is not None:
        known = aliyun_cli.profile(home, profile)
        return aliyun_cli.credentials(known, "profile") if known else None
    return _environment(environment) or _keyring() or _aliyun_cli(home)


def _environment(environment: Mapping[str, str]) -> Credentials | None:
    id, secret = environment.get(ID, ""), environment.get(SECRET, "")
    if not id or not secret:
        return None
    token = environment.get(TOKEN, "")
    return Credentials(id, Secret(secret), Secret(token) if token else None, "environment")


def _keyring() -> Credentials | None:
    """A keyring that isn't there or is locked is no source: the next one is asked."""
    store = Store()
    if store.problem:
        return None
    try:
        return store.access_key()
    except GovernError:
        return None


def _aliyun_cli(home: str) -> Credentials | None:
    known = aliyun_cli.profile(home, None)
    return aliyun_cli.credentials(known, "aliyun_cli") if known else None


def api_keys(environment: Mapping[str, str]) -> list[tuple[Secret, str | None, str | None]]:
    """Model Studio API keys with the workspace and region they are known for, if they are."""
    found: list[tuple[Secret, str | None, str | None]] = []
    if environment.get(API_KEY):
        found.append((Secret(environment[API_KEY]), None, None))
    store = Store()
    if store.problem is None:
        try:
            kept = store.api_keys()
        except GovernError:
            kept = {}
        found += [(key, workspace_id, region_id) for (workspace_id, region_id), key in kept.items()]
    return found
