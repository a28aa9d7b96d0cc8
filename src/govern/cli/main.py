"""The app, its commands, and the one place where errors become exits."""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from govern import __version__
from govern.cli import (
    apply,
    audit,
    auth,
    bill,
    cache,
    check,
    checklist,
    collect,
    cost,
    explain,
    init,
    inventory,
    policy,
    signals,
    streams,
    verify,
    waiver,
)
from govern.model.errors import Fault, GovernError
from govern.model.exits import CODES, TOO_LITTLE_MEMORY
from govern.model.text import printable

app = typer.Typer(
    name="govern",
    help="Stop AI spend on Alibaba Cloud Model Studio, and prove that it stopped.",
    epilog="Example: govern check 202609_consumedetailbillv2.csv",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"govern {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    del version
    if context.invoked_subcommand is None:
        from govern.cli.first_steps import first_steps

        streams.whisper(first_steps())
        raise typer.Exit(CODES["usage"])


app.command("check")(check.check)
app.command("audit")(audit.audit)
app.command("cost")(cost.cost)
app.command("explain")(explain.explain)
app.command("verify")(verify.verify)
app.command("apply")(apply.apply)
app.command("init")(init.init)
app.add_typer(checklist.app, name="checklist")
app.add_typer(bill.app, name="bill")
app.add_typer(policy.app, name="policy")
app.add_typer(waiver.app, name="waiver")
app.add_typer(collect.app, name="collect")
app.add_typer(inventory.app, name="inventory")
app.add_typer(auth.app, name="auth")
app.add_typer(cache.app, name="cache")


def main() -> NoReturn:
    """Run the command line; every way it can end is an exit code of the contract."""
    signals.listen()
    try:
        code = _run()
    except BaseException as error:
        # A signal that came while the end of the run was told.
        code = _ended(error)
    signals.deaf()
    lost = streams.close()
    if lost and code in _OUTRANKED_BY_FILE:
        code = _unwritten(lost)
    sys.exit(code)


def _run() -> int:
    try:
        streams.settle()
        ended = app(standalone_mode=False)
        return ended if isinstance(ended, int) else 0
    except BaseException as error:
        signals.deaf()
        return _ended(error)


_OUTRANKED_BY_FILE = (0, 1, 3, 4, 6)


def _ended(error: BaseException) -> int:
    """Say in one line how the run ended, and give its code."""
    if signals.came() or isinstance(error, KeyboardInterrupt):
        return _say("interrupted", CODES["interrupted"])
    if isinstance(error, GovernError):
        return _complain(error)
    if isinstance(error, TyperException):
        return _misused(error)
    if isinstance(error, SystemExit):
        # typer's own way out of a broken pipe is 1, which means findings here.
        broken = isinstance(error.__context__, OSError)
        return CODES["file"] if broken else int(error.code or 0)
    if isinstance(error, OSError):
        return _unwritten(error)
    if isinstance(error, MemoryError):
        return _say(TOO_LITTLE_MEMORY, CODES["file"])
    if isinstance(error, ImportError | SystemError):
        told = f"{error}: install govern again, or give the run more memory"
        return _say(told, CODES["file"])
    return _bug(error)


def _unwritten(error: OSError) -> int:
    """What the system refused, wherever it did: nothing that a new version could cure."""
    if not isinstance(error, BrokenPipeError):
        _say(_refused(error), CODES["file"])
    # Whoever reads our output has seen enough, and needs no message.
    return CODES["file"]


def _refused(error: OSError) -> str:
    try:
        os.getcwd()
    except OSError:
        return "the working folder isn't there any more: change into one that is"
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _misused(error: TyperException) -> int:
    told = error.format_message()
    if told.startswith("Usage:"):
        streams.whisper(f"{told}\n")
        return CODES["usage"]
    context = getattr(error, "ctx", None)
    where = f" (see: {context.command_path} --help)" if context else ""
    return _say(f"{told}{where}", CODES["usage"])


def _say(message: str, code: int) -> int:
    streams.say(message)
    return code


def _complain(error: GovernError) -> int:
    for fault in error.faults:
        streams.say(str(fault))
        if isinstance(fault, Fault) and fault.excerpt and sys.stderr.isatty():
            streams.whisper(f"  {printable(fault.excerpt)}\n  {' ' * (fault.column - 1)}^\n")
    return CODES[error.cause]


def _bug(error: BaseException) -> int:
    import traceback

    from govern.cloud.credentials import take_notice
    from govern.cloud.secret import scrubbed

    # Nobody foresaw this error: its text may hold anything that the run was told.
    take_notice(os.environ)
    if "-v" in sys.argv or "--verbose" in sys.argv:
        streams.whisper("".join(traceback.format_exception(error)))
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"
    text = " ".join(scrubbed(str(error)).split())[:300]
    return _say(
        f"a bug in govern {__version__}, please report it: "
        f"{type(error).__name__} at {place}: {text}"
        " (-v shows where)",
        CODES["bug"],
    )
