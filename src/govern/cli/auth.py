"""``govern auth``: credentials in the system keyring."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from govern.cli import account, options
from govern.model.errors import usage

app = typer.Typer(
    help="Credentials in the system keyring.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("login")
def login(
    api_key: Annotated[
        str | None,
        typer.Option("--api-key", metavar="WORKSPACE", help="Keep a Model Studio API key of it."),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option("--region", metavar="ID", help="The workspace's region, with --api-key."),
    ] = None,
) -> None:
    """Ask for an access key, or for an API key of a workspace, and keep it in the system keyring.

    It is asked for on a terminal only, and shown nowhere. A keyring that keeps plain text is
    refused.

    Exit codes: 0 kept, 2 wrong usage or no terminal, 5 no keyring to keep it in.

    Examples:

      govern auth login

      govern auth login --api-key llm-abc --region cn-beijing
    """
    if (api_key is None) != (region is None):
        raise usage("--api-key and --region go together: which workspace, and where it is")
    if region is not None:
        from govern.model.meaning import REGIONS

        if region not in REGIONS:
            raise usage(f"--region {region}: one of {', '.join(REGIONS)}")
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise usage("auth login asks on a terminal, and here is none; use environment variables")
    from govern.cloud.keyring_store import Store
    from govern.cloud.secret import Secret

    store = Store()
    store.usable()
    if api_key is not None and region is not None:
        store.keep_api_key(api_key, region, Secret(_asked("API key (sk-…)")))
        _say(f"kept: an API key of {api_key} in {region}")
        return
    id = typer.prompt("Access key id", err=True).strip()
    store.keep_access_key(id, Secret(_asked("Access key secret")))
    _say("kept: an access key; try it with: govern auth status --check")


def _asked(what: str) -> str:
    found: str = typer.prompt(what, hide_input=True, err=True)
    return found.strip()


def _say(message: str) -> None:
    sys.stderr.write(f"govern: {message}\n")


@app.command("logout")
def logout() -> None:
    """Remove every entry of govern from the system keyring.

    Exit codes: 0 none is left, 5 the keyring can't be used.

    Example: govern auth logout
    """
    from govern.cloud.keyring_store import Store

    count = Store().forget()
    _say(f"removed {count} {'entry' if count == 1 else 'entries'} of the keyring")


@app.command("status")
def status(
    check: Annotated[
        bool, typer.Option("--check", help="Ask the account whether it takes them.")
    ] = False,
    profile: account.Profile = None,
    timeout: account.Timeout = "30s",
    concurrency: account.Concurrency = 4,
    format: options.ListFormat = None,
    output: options.Outputs = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Say which credentials would be used, and where they come from; no secret is shown.

    Exit codes: 0 there are some (--check: the account takes them), 5 there are none.

    Example: govern auth status --check
    """
    del verbose
    from govern.cli import output as out
    from govern.cli import settings
    from govern.cloud import credentials
    from govern.collect.views import auth_document
    from govern.model.collection import AuthStatus
    from govern.model.exits import Exit

    stdout, files = out.formats_of(format, output or [], ("table", "json", "markdown"))
    found_config = settings.load(config, no_config)
    found = credentials.find(os.environ, account.home(), profile)
    source, shown, token = account.status_of(found)
    account_id = caller_arn = None
    if check:
        _, caller = account.connect(profile, timeout, concurrency, found_config)
        account_id, caller_arn = caller.account_id, caller.arn
    keys = [
        (workspace_id, region_id, "environment" if workspace_id is None else "keyring")
        for _, workspace_id, region_id in credentials.api_keys(os.environ)
    ]
    ended = Exit("clean", f"from {source}") if found else Exit("network", account.NONE)
    told = AuthStatus(source, shown, token, keys, ended, account_id, caller_arn)
    out.end(auth_document(told), stdout, files, [], quiet=quiet)
