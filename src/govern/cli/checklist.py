"""``govern checklist``: the stop-billing checklist, and ticking its steps."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from govern.cli import options, show, tick
from govern.cli.held import folder_of, held
from govern.cli.run import Run, command
from govern.model.errors import usage
from govern.model.folder import status
from govern.model.text import nearest

if TYPE_CHECKING:
    from govern.model.checklist import Written
    from govern.model.clock import Moment


class _MakeByDefault(TyperGroup):
    """``govern checklist BILL`` is ``govern checklist make BILL``: a bill is no command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            _misspelt(args, [name for name in self.commands if name != "make"])
            args = ["make", *args]
        return super().parse_args(ctx, args)


def _misspelt(args: Sequence[str], commands: Sequence[str]) -> None:
    """Refuse a word that is no file and nearly one of our commands."""
    word = args[0] if args else ""
    near = nearest(word, commands) if 2 < len(word) < 12 and word.isalpha() else None
    if near and not status(word, named=False):
        raise usage(f"checklist {word}: no such file or command; did you mean checklist {near}?")


app = typer.Typer(
    cls=_MakeByDefault,
    help="The stop-billing checklist; show reads it back, tick marks its steps as done.",
    rich_markup_mode=None,
)


@app.command("make", hidden=True)
@command(options.STEPS, "yaml", without=["digest", "redact"])
def make(
    run: Run,
    retire: Annotated[
        list[str] | None,
        typer.Option(
            "--retire",
            metavar="WHAT",
            help="workspace=ID, api_key=ID or all. Repeatable. Without it: what policies find.",
        ),
    ] = None,
    policy: options.Policies = None,
    waivers: options.Waivers = None,
    advice: Annotated[
        bool, typer.Option("--advice", help="Steps for advice (info) of the built-in pack, too.")
    ] = False,
    journal: options.JournalPath = None,
) -> None:
    """Write the steps that stop billing: from findings, or from a plain wish (--retire).

    -o checklist.yaml writes the checklist; a file that is there already is made again, and keeps
    states, people, notes and comments. Markdown and CSV are views. Then tick what was done:

      govern checklist tick FILE STEP --by NAME

    Exit codes: 0 written, 2 wrong usage, 3 nothing evaluated, 4 data not to be trusted.

    Examples:

      govern checklist bills/ -o checklist.yaml

      govern checklist bills/ --retire workspace=llm-old -o checklist.yaml

      govern checklist bills/ --retire all --inventory inventory.yaml -o checklist.yaml
    """
    from govern.cli import settings
    from govern.model.checklist import Input
    from govern.shutdown.plan.draft import draft
    from govern.shutdown.plan.narrative import document, short

    _no_checklist(run.bills)
    lists = [path for name, path in run.files if name == "yaml"]
    old = _old(lists)
    wanted = list(retire or (old.checklist.wishes if old else ()))
    by_policy = bool(policy) or not wanted
    chosen = settings.policies(policy or [], run.config) if by_policy else None
    rules = chosen.policies if chosen else []
    quiet = chosen is not None and chosen.builtin and not advice
    excuses = settings.waivers(waivers or [], run.config) if by_policy else ()
    terms = replace(run.terms(), fail_on="never", waivers=excuses)
    inputs = [Input(one.path, one.sha256) for one in run.directory.inventories]
    inputs += dict.fromkeys(
        Input(rule.file, rule.file_sha256)
        for rule in rules
        if not rule.file.startswith(settings.pack())
    )
    with run.read(digest=True) as ledger:
        infos = [rule.id for rule in rules if quiet and rule.severity == "info"]
        drafted = draft(ledger, rules, terms, wanted, inputs, infos)
    with ExitStack() as stack:
        for path in {folder_of(path): path for path in lists}.values():
            stack.enter_context(held(path))
        # Reading a bill takes a while: what people ticked meanwhile is in the file by now.
        old = _old(lists) or old
        done = _done(journal, lists)
        checklist, ended = drafted.checklist(old.checklist if old else None, done)
        shown = document(checklist, ended, old.comments if old else None)
        paths = [path for _, path in run.files]
        run.end(shown, [one.path for one in checklist.inputs], short=short(checklist, paths, lists))


def _no_checklist(bills: Sequence[str]) -> None:
    """Who gives a checklist in place of a bill wants to see it."""
    for word in bills:
        if word.endswith((".yaml", ".yml")) and _is_there(word) and _begins_as_checklist(word):
            raise usage(
                f"{word} is a checklist, no bill: govern checklist show {word} reads it back, "
                f"govern checklist tick {word} STEP --by NAME marks what was done; a bill makes it "
                f"again (govern checklist BILL -o {word})"
            )


def _begins_as_checklist(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return b"govern.checklist/v1" in file.read(1 << 16)
    except OSError:
        return False


def _done(journal: str | None, lists: Sequence[str]) -> dict[str, Moment]:
    """When the journal of the list that is made again did steps: what is due follows from it."""
    from govern.policy.journal import beside, load_journal

    places = [journal] if journal else [beside(path) for path in lists[:1]]
    known = [load_journal(place, named=journal is not None) for place in places]
    return known[0].done_at if known and known[0] else {}


def _old(paths: list[str]) -> Written | None:
    """The checklist that is made again: the file that is to be written, if it is there."""
    from govern.policy.checklist import load_checklist

    there = [path for path in paths if _is_there(path)]
    if len(there) > 1:
        raise usage(f"-o {there[1]}: a checklist is made again from one file; write one at a time")
    return load_checklist(there[0], again=True) if there else None


def _is_there(path: str) -> bool:
    """Whether there is a file with anything in it. One that can't be looked at isn't absent."""
    there = status(path, named=True)
    return there is not None and stat.S_ISREG(there.st_mode) and there.st_size > 0


app.command("show")(show.show)
app.command("tick")(tick.tick)
