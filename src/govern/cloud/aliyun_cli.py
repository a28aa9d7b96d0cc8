"""The aliyun CLI's ``config.json``: its profiles, and the credentials of one.

Modes AK and StsToken are read here. Every other mode (RAM roles, OIDC in CI, single sign-on) asks
somebody for a temporary key: that is left to Alibaba's own library, an extra of this package.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from govern.cloud.secret import Credentials, Secret
from govern.model.errors import GovernError, usage

#: Where the aliyun CLI keeps it (documented), below the home folder.
PLACE = os.path.join(".aliyun", "config.json")

EXTRA = "govern-model-studio[roles]"


def profile(home: str, name: str | None) -> Mapping[str, Any] | None:
    """The profile of that name, or the current one; None where there is no config.json.

    Raises wrong usage for a named profile that isn't there, ``file`` for a file that can't be
    read or understood.
    """
    path = os.path.join(home, PLACE)
    try:
        with open(path, encoding="utf-8-sig") as file:
            told = json.load(file)
    except FileNotFoundError:
        if name is not None:
            raise usage(f"--profile {name}: {path} doesn't exist") from None
        return None
    except OSError as error:
        raise GovernError("file", f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        # The parser's own words would show a piece of the file, which holds secrets.
        raise GovernError("file", f"{path}: no JSON; run: aliyun configure") from None
    known = _profiles(told)
    wanted = name if name is not None else str(told.get("current") or "default")
    if wanted in known:
        return known[wanted]
    if name is None:
        return None
    raise usage(f"--profile {name}: {path} has {', '.join(sorted(known)) or 'no profile'}")


def _profiles(told: object) -> dict[str, Mapping[str, Any]]:
    listed = told.get("profiles") if isinstance(told, Mapping) else None
    found = [one for one in listed or () if isinstance(one, Mapping)]
    return {str(one.get("name")): one for one in found}


def credentials(known: Mapping[str, Any], source: str) -> Credentials | None:
    """The credentials of a profile; None where it holds none. Raises ``network``, wrong usage."""
    mode = str(known.get("mode") or "AK")
    if mode not in ("AK", "StsToken"):
        return _asked_for(known, mode, source)
    id, secret = str(known.get("access_key_id") or ""), str(known.get("access_key_secret") or "")
    token = str(known.get("sts_token") or "") if mode == "StsToken" else ""
    if not id or not secret:
        return None
    return Credentials(id, Secret(secret), Secret(token) if token else None, source)


def _asked_for(known: Mapping[str, Any], mode: str, source: str) -> Credentials:
    """A temporary key, through Alibaba's own library."""
    name = str(known.get("name"))
    try:
        from alibabacloud_credentials.provider.cli_profile import CLIProfileCredentialsProvider
    except ImportError:
        raise usage(
            f"profile {name} of the aliyun CLI has mode {mode}: install {EXTRA} for it"
        ) from None
    try:
        found = CLIProfileCredentialsProvider(profile_name=name).get_credentials()
    except Exception as error:
        # Its messages may hold whole requests; the kind of error says enough.
        raise GovernError(
            "network", f"profile {name} ({mode}): no credentials ({type(error).__name__})"
        ) from None
    token = found.get_security_token()
    return Credentials(
        found.get_access_key_id(),
        Secret(found.get_access_key_secret()),
        Secret(token) if token else None,
        source,
    )
