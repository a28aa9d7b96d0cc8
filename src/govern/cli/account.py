"""What the commands that open sockets share: credentials, endpoints, and who the account is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from govern.model.config import Config
from govern.model.errors import GovernError, usage

if TYPE_CHECKING:
    from govern.cloud.client import Client
    from govern.cloud.credentials import ApiKey, Source
    from govern.cloud.endpoint import Endpoints
    from govern.cloud.failure import CallFailed
    from govern.cloud.sts import Caller

Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="A profile of the aliyun CLI."),
]
Timeout = Annotated[
    str,
    typer.Option("--timeout", metavar="DURATION", help="For one answer, connecting included."),
]
Concurrency = Annotated[
    int, typer.Option("--concurrency", metavar="N", min=1, max=32, help="Requests at once.")
]

#: What to do where there are none.
NONE = (
    "no credentials: run govern auth login, or set ALIBABA_CLOUD_ACCESS_KEY_ID and "
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET, or name a profile of the aliyun CLI with --profile"
)


def home() -> str:
    return os.path.expanduser("~")


def connect(
    profile: str | None, timeout: str, concurrency: int, config: Config
) -> tuple[Client, Caller]:
    """The account, and who calls: the first call of every run.

    Raises ``network`` without credentials, or where STS doesn't take them; wrong usage for a
    profile or endpoint that can't be meant.
    """
    from govern.cli import settings
    from govern.cloud import sts
    from govern.cloud.client import Client
    from govern.cloud.failure import CallFailed
    from govern.cloud.transport import Transport

    waiting = settings.duration("--timeout", timeout)
    if not waiting:
        raise usage(f"--timeout {timeout}: at least a second, as in 30s")
    credentials = source(profile)
    if credentials is None:
        raise GovernError("network", NONE)
    client = Client(
        Transport(waiting.total_seconds(), concurrency),
        endpoints(config),
        credentials.get(),
        [key.secret for key in api_keys()],
    )
    try:
        caller = sts.caller(client)
    except CallFailed as failed:
        raise network(failed) from None
    return client, caller


def endpoints(config: Config) -> Endpoints:
    """Replaced hosts: by variable, else by govern.yaml."""
    from govern.cloud.endpoint import VARIABLES, Endpoints, checked

    replaced = dict(config.endpoints)
    for service, variable in VARIABLES.items():
        url = os.environ.get(variable)
        if url:
            replaced[service] = checked(variable, url)
    return Endpoints(replaced)


def network(failed: CallFailed) -> GovernError:
    return GovernError("network", str(failed))


def source(profile: str | None) -> Source | None:
    """Where credentials come from. Raises as ``credentials.find`` does."""
    from govern.cloud import credentials

    return credentials.find(os.environ, home(), profile, prompts=terminal())


def api_keys() -> list[ApiKey]:
    """The Model Studio API keys at hand."""
    from govern.cloud import credentials

    return credentials.api_keys(os.environ, prompts=terminal())


def terminal() -> bool:
    """Whether somebody is there who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def skew_note(client: Client, say: Callable[[str], None]) -> None:
    """Say it where this machine's clock isn't the account's."""
    if client.skew:
        say(
            f"this machine's clock is {abs(client.skew):.0f} s "
            f"{'behind' if client.skew > 0 else 'ahead of'} the account's, which counts"
        )
