"""``govern auth``: credentials in the system keyring."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from govern.cli import account, options
from govern.cli.streams import say
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
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Ask for an access key, or for an API key of a workspace, and keep it in the system keyring.

    It is asked for on a terminal only, and shown nowhere. A keyring that keeps plain text is
    refused.

    Exit codes: 0 kept, 2 wrong usage or no terminal, 5 no keyring to keep it in.

    Examples:

      govern auth login

      govern auth login --api-key llm-abc --region cn-beijing
    """
    del verbose
    if (api_key is None) != (region is None):
        raise usage("--api-key and --region go together: which workspace, and where it is")
    if api_key is not None and api_key.startswith("sk-"):
        raise usage("--api-key names a workspace, such as llm-abc; its key is asked for")
    if region is not None:
        from govern.model.meaning import REGIONS

        if region not in REGIONS:
            raise usage(f"--region {region}: one of {', '.join(REGIONS)}")
    if not account.terminal():
        raise usage("auth login asks on a terminal, and here is none; use environment variables")
    from govern.cloud.keyring_store import opened
    from govern.cloud.secret import Secret

    store = opened(prompts=True)
    store.usable()
    if api_key is not None and region is not None:
        store.keep_api_key(api_key, region, Secret(_typed("API key (sk-…)")))
        if not quiet:
            say(f"kept: an API key of {api_key} in {region}")
        return
    id = _typed("Access key id", hidden=False)
    if id.startswith("STS."):
        raise usage("a temporary key needs its token: use environment variables")
    store.keep_access_key(id, Secret(_typed("Access key secret")))
    if not quiet:
        say("kept: an access key; try it with: govern auth status --check")


def _typed(what: str, *, hidden: bool = True) -> str:
    try:
        typed: str = typer.prompt(what, hide_input=hidden, err=True)
    except typer.Abort:
        raise usage("nothing was typed: nothing is kept") from None
    from govern.cloud.secret import sendable

    key = typed.strip()
    if not key or not sendable(key):
        raise usage("that holds characters that no key has: nothing is kept")
    return key


@app.command("logout")
def logout(quiet: options.Quiet = False, verbose: options.Verbose = False) -> None:
    """Remove every entry of govern from the system keyring.

    Exit codes: 0 none is left, 5 the keyring can't be used.

    Example: govern auth logout
    """
    from govern.cloud.keyring_store import opened

    del verbose
    store = opened(prompts=account.terminal())
    count = 0 if store.empty else store.forget()
    removed = f"removed {count} {'entry' if count == 1 else 'entries'} of the keyring"
    if not quiet:
        say(f"nothing to remove: {store.problem}" if store.empty else removed)


@app.command("status")
def status(
    check: Annotated[
        bool, typer.Option("--check", help="Ask the account whether it takes them.")
    ] = False,
    profile: account.Profile = None,
    timeout: account.Timeout = "30s",
    concurrency: account.Concurrency = 4,
    format: options.BareFormat = None,
    output: options.BareOutputs = None,
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
    from govern.collect.views import auth_document
    from govern.model.collection import AuthStatus
    from govern.model.exits import Exit

    stdout, files = out.formats_of(format, output or [], ())
    loaded = settings.load(config, no_config)
    report = AuthStatus("none", None, False, account.api_keys(), Exit("network", account.NONE))
    if check:
        client, caller = account.connect(profile, timeout, concurrency, loaded)
        used = client.credentials
        ended = Exit("clean", f"the account takes them (from {used.source})")
        report = replace(report, source=used.source, access_key_id=used.shown, exit=ended)
        report = replace(report, token=used.token is not None)
        report = replace(report, account_id=caller.account_id, caller=caller.arn)
        if not quiet:
            account.skew_note(client, say)
    elif source := account.source(profile):
        ended = Exit("clean", f"from {source.name}")
        report = replace(report, source=source.name, access_key_id=source.shown, exit=ended)
        report = replace(report, token=source.temporary)
    out.end(auth_document(report), stdout, files, [], quiet=quiet)
