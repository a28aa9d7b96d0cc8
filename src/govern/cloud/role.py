"""A temporary key for a profile of the aliyun CLI: RAM roles, OIDC in CI, ECS, single sign-on.

Alibaba's own library asks for it, an extra of this package, at hosts and with time-outs of its own.
What it says of an error holds whole answers: only their code and request id are told on.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Mapping
from typing import Any

from govern.cloud import aliyun_cli
from govern.cloud.failure import CallFailed, denied
from govern.cloud.secret import Credentials, scrubbed
from govern.model.errors import GovernError, usage

EXTRA = "govern-model-studio[roles]"

#: Who is asked, by the mode of a profile: those that the library knows.
ASKED: Mapping[str, str] = {
    "RamRoleArn": "sts:AssumeRole",
    "ChainableRamRoleArn": "sts:AssumeRole",
    "OIDC": "sts:AssumeRoleWithOIDC",
    "EcsRamRole": "ECS metadata service",
    "CloudSSO": "CloudSSO",
    "OAuth": "OAuth",
    "External": "its command",
}


def ask(home: str, known: Mapping[str, Any], source: str) -> Credentials:
    """Raises ``network`` where no key came, wrong usage without the library or for a mode that it
    doesn't know."""
    mode = aliyun_cli.mode(known)
    whose = f"profile {known.get('name')} of the aliyun CLI has mode {mode}"
    if mode not in ASKED:
        raise usage(f"{whose}: use one of AK, StsToken, {', '.join(ASKED)}")
    try:
        from alibabacloud_credentials.provider.cli_profile import CLIProfileCredentialsProvider
    except ImportError:
        raise usage(f"{whose}: install {EXTRA} for it") from None
    # It logs whole requests, tokens among them, from threads of its own and later too.
    logging.disable()
    try:
        temporary = CLIProfileCredentialsProvider(
            profile_name=str(known.get("name")),
            profile_file=os.path.join(home, aliyun_cli.PLACE),
        ).get_credentials()
    except Exception as error:
        raise GovernError("network", f"{whose}: {_failure(ASKED[mode], error)}") from None
    credentials = Credentials.of(
        temporary.get_access_key_id(),
        temporary.get_access_key_secret(),
        temporary.get_security_token(),
        source,
    )
    if credentials is None:
        raise GovernError("network", f"{whose}: {ASKED[mode]}: no key came")
    return credentials


def _failure(operation: str, error: Exception) -> CallFailed:
    """What the library's error is about, in words that no secret can be among."""
    text = str(error)
    answer = _answer(text)
    code = _word(answer.get("Code"))
    if code:
        permission = _word(denied(answer))
        request_id = _word(answer.get("RequestId"))
        return CallFailed(operation, "", code=code, request_id=request_id, permission=permission)
    status = re.search(r"(?:HttpCode=|http_code: )(\d{3})\b", text)
    if status and status[1] != "200":
        return CallFailed(operation, "", code=f"HTTP {status[1]}")
    if isinstance(error, OSError) and error.filename:
        return CallFailed(operation, f"{error.filename}: {error.strerror}", code="no token")
    if type(error).__name__ == "RetryError":
        return CallFailed(operation, "")
    return CallFailed(operation, type(error).__name__, code="no key came")


def _answer(text: str) -> Mapping[str, Any]:
    """The JSON object that stands in a message."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str | None:
    """A code or an id, and nothing else."""
    text = scrubbed(str(value))
    return text if value and re.fullmatch(r"[A-Za-z0-9.:_-]{1,100}", text) else None
