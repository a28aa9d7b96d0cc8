"""``govern checklist``: the stop-billing checklist, and ticking its steps."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from govern.cli import options
from govern.cli.held import folder_of, held
from govern.cli.run import Run, command
from govern.cli.saving import save
from govern.cli.streams import say, show
from govern.model.errors import usage
from govern.model.folder import status

if TYPE_CHECKING:
    from govern.model.checklist import Written
    from govern.model.clock import Moment


class _MakeByDefault(TyperGroup):
    """``govern checklist BILL`` is ``govern checklist make BILL``: a bill is no command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = ["make", *args]
        return super().parse_args(ctx, args)


#: So many notes on odd ticks.
_DOUBTS = 5

app = typer.Typer(
    cls=_MakeByDefault,
    help="The stop-billing checklist; tick marks its steps as done.",
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
    from govern.judge.check.check import Terms
    from govern.model.checklist import Input
    from govern.shutdown.plan.draft import draft
    from govern.shutdown.plan.narrative import document

    lists = [path for name, path in run.files if name == "yaml"]
    old = _old(lists)
    wanted = list(retire or (old.checklist.wishes if old else ()))
    by_policy = bool(policy) or not wanted
    chosen = settings.policies(policy or [], run.config) if by_policy else None
    rules = chosen.policies if chosen else []
    quiet = chosen is not None and chosen.builtin and not advice
    terms = Terms(
        as_of=run.as_of,
        fail_on="never",
        max_rejects=run.given.max_rejects,
        waivers=settings.waivers(waivers or [], run.config) if by_policy else (),
        max_bill_age=run.max_bill_age,
        directory=run.directory,
    )
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
        run.end(shown, [one.path for one in checklist.inputs])


def _done(journal: str | None, lists: Sequence[str]) -> dict[str, Moment]:
    """When the journal of the list that is made again did steps: what is due follows from it."""
    from govern.policy.journal import beside, load_journal

    places = [journal] if journal else [beside(path) for path in lists[:1]]
    found = [load_journal(place, named=journal is not None) for place in places]
    return {
        id: done.last.at for known in found if known for id, done in known.done.items() if done.last
    }


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


@app.command("tick")
def tick(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The checklist.")],
    step: Annotated[
        list[str], typer.Argument(metavar="STEP", help="Ids of steps; * is a wildcard.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="When it was done. Default: now."),
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="A note; kept on the step.")
    ] = None,
    keep_until: Annotated[
        str | None,
        typer.Option(
            "--keep-until", metavar="INSTANT", help="Not done on purpose, until then (--reason)."
        ),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why it is kept.")
    ] = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="Approve it: whoever does it may.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="It isn't done: open it again.")] = False,
    timezone: options.Zone = None,
) -> None:
    """Say that steps were done, by whom and when. What proves them is said by govern verify.

    Examples:

      govern checklist tick checklist.yaml disable_key.llm-a.12345 --by lin

      govern checklist tick checklist.yaml 'delete_key.*' --by lin --at 2026-10-12T09:00

      govern checklist tick checklist.yaml disable_key.llm-a.12345 --by lin --keep-until 2026-12-01
      --reason "billing job, moves in November"
    """
    from govern.cli import settings
    from govern.model.clock import Moment, parse_moment
    from govern.model.config import Config
    from govern.model.yaml_text import settled, text
    from govern.policy.checklist import load_checklist
    from govern.shutdown.plan.tick import Word, doubts
    from govern.shutdown.plan.tick import tick as ticked_by

    if sum((bool(keep_until), approve, undo)) > 1:
        raise usage("--keep-until, --approve and --undo: one at a time")
    if not by.strip():
        raise usage("--by: a name must stand here")
    if bool(keep_until) != bool(reason and reason.strip()):
        raise usage("--keep-until and --reason go together: until when, and why")
    clock = settings.clock(timezone, Config())
    instants = {}
    for option, written in (("--at", at), ("--keep-until", keep_until)):
        try:
            moment = parse_moment(written) if written else None
            instants[option] = moment and Moment(moment.on(clock), clock)
        except ValueError:
            raise usage(f"{option} {written}: not an instant; write 2026-10-05T12:00") from None
    now = Moment(settings.as_of(None, clock), clock)
    state = "kept" if keep_until else "approved" if approve else "todo" if undo else "done"
    word = Word(
        state=state,
        by=by.strip(),
        at=instants["--at"] or now,
        note=note,
        reason=reason,
        until=instants["--keep-until"],
    )
    with held(file):
        before = load_checklist(file)
        ticked, said = ticked_by(before.checklist, step, word)
        payload = ticked.document()
        after = text(payload, settled(payload, before.comments))
        # A word that couldn't be read back isn't written.
        load_checklist(file, raw=after.encode("utf-8"))
        save(file, after)
    for one in said:
        show(f"{one.state:<8} {one.id}\n")
    odd = doubts(ticked, said, word, now.on(clock), clock)
    for told in odd[:_DOUBTS]:
        say(f"note: {told}")
    if len(odd) > _DOUBTS:
        say(f"note: and {len(odd) - _DOUBTS} more such steps")
