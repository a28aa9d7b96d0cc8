"""The app, its commands, and the one place where errors become exits."""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from govern import __version__
from govern.cli import audit, bill, check, checklist, cost, init, policy, verify, waiver
from govern.model.errors import GovernError
from govern.model.exits import CODES
from govern.model.text import printable

app = typer.Typer(
    name="govern",
    help="Stop AI spend on Alibaba Cloud Model Studio, and prove that it stopped.",
    epilog="Example: govern check 202609_consumedetailbillv2.csv",
    no_args_is_help=True,
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
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    del version


app.command("check")(check.check)
app.command("audit")(audit.audit)
app.command("cost")(cost.cost)
app.command("verify")(verify.verify)
app.command("init")(init.init)
app.add_typer(checklist.app, name="checklist")
app.add_typer(bill.app, name="bill")
app.add_typer(policy.app, name="policy")
app.add_typer(waiver.app, name="waiver")


def main() -> NoReturn:
    """Run the command line; every way it can end is an exit code of the contract."""
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except GovernError as error:
        code = _complain(error)
    except typer.Abort:
        code = _say("interrupted", CODES["interrupted"])
    except TyperException as error:
        code = _misused(error)
    except KeyboardInterrupt:
        code = _say("interrupted", CODES["interrupted"])
    except BrokenPipeError:
        # Whoever reads our output has seen enough; without this Python complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = CODES["file"]
    except Exception as error:
        code = _bug(error)
    sys.exit(code if isinstance(code, int) else 0)


def _misused(error: TyperException) -> int:
    told = error.format_message()
    if told.startswith("Usage:"):
        sys.stderr.write(f"{told}\n")
        return CODES["usage"]
    context = getattr(error, "ctx", None)
    where = f" (see: {context.command_path} --help)" if context else ""
    return _say(f"{told}{where}", CODES["usage"])


def _say(message: str, code: int) -> int:
    sys.stderr.write(f"govern: {printable(message)}\n")
    return code


def _complain(error: GovernError) -> int:
    for fault in error.faults:
        excerpt = getattr(fault, "excerpt", "")
        sys.stderr.write(f"govern: {printable(str(fault))}\n")
        if excerpt and sys.stderr.isatty():
            sys.stderr.write(f"  {printable(excerpt)}\n  {' ' * (fault.column - 1)}^\n")  # type: ignore[union-attr]
    return CODES[error.cause]


def _bug(error: Exception) -> int:
    import traceback

    if "-v" in sys.argv or "--verbose" in sys.argv:
        traceback.print_exc()
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"
    text = " ".join(str(error).split())[:300]
    return _say(
        f"a bug in govern {__version__}, please report it: "
        f"{type(error).__name__} at {place}: {text}"
        " (-v shows where)",
        CODES["bug"],
    )
