"""The aliyun CLI's ``config.json``: its profiles, and the credentials of one.

Modes AK and StsToken are read here. Every other mode (RAM roles, OIDC in CI, single sign-on) asks
somebody for a temporary key (role.py).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from govern.cloud.secret import Credentials
from govern.model.errors import GovernError, usage

#: Where the aliyun CLI keeps it (documented), below the home folder.
PLACE = os.path.join(".aliyun", "config.json")


def profile(home: str, name: str | None) -> Mapping[str, Any] | None:
    """The profile of that name, or the current one; None where there is no config.json.

    Raises wrong usage for a named profile that isn't there, ``file`` for a file that can't be
    read or understood.
    """
    path = os.path.join(home, PLACE)
    try:
        with open(path, encoding="utf-8-sig") as file:
            config = json.load(file)
    except FileNotFoundError:
        if name is not None:
            raise usage(f"--profile {name}: {path} doesn't exist") from None
        return None
    except OSError as error:
        raise GovernError("file", f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        # The parser's own words would show a piece of the file, which holds secrets.
        raise GovernError("file", f"{path}: no JSON; run: aliyun configure") from None
    known = _profiles(config)
    if name is None:
        current = config.get("current") if isinstance(config, Mapping) else None
        return known.get(str(current or "default"))
    if name not in known:
        raise usage(f"--profile {name}: {path} has {', '.join(sorted(known)) or 'no profile'}")
    return known[name]


def _profiles(config: object) -> dict[str, Mapping[str, Any]]:
    listed = config.get("profiles") if isinstance(config, Mapping) else None
    profiles = (
        [entry for entry in listed if isinstance(entry, Mapping)]
        if isinstance(listed, list)
        else []
    )
    return {str(entry.get("name")): entry for entry in profiles}


def is_asked_for(known: Mapping[str, Any]) -> bool:
    """Whether somebody must be asked for a temporary key."""
    return mode(known) not in ("AK", "StsToken")


def credentials(known: Mapping[str, Any], source: str) -> Credentials | None:
    """The credentials that a profile holds; None where there are none. Raises ``network``."""
    token = known.get("sts_token") if mode(known) == "StsToken" else None
    return Credentials.of(known.get("access_key_id"), known.get("access_key_secret"), token, source)


def mode(known: Mapping[str, Any]) -> str:
    """How the profile's credentials are had: a word of the aliyun CLI."""
    return str(known.get("mode") or "AK")
