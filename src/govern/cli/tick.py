"""``govern checklist tick``: a person's word on steps of a checklist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli import completion, options
from govern.cli.held import held
from govern.cli.saving import save
from govern.cli.streams import say, show
from govern.model.errors import GovernError, usage
from govern.model.text import some

if TYPE_CHECKING:
    from govern.model.checklist import Checklist
    from govern.model.clock import Moment

#: So many notes on odd ticks.
_DOUBTS = 5


def tick(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The checklist.")],
    step: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STEP",
            help="Ids of steps; * is a wildcard.",
            show_default=False,
            autocompletion=completion.step_ids,
        ),
    ] = None,
    *,
    by: Annotated[
        str,
        typer.Option("--by", metavar="NAME", help="Who says so.", autocompletion=completion.people),
    ],
    issue: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="ISSUE", help="Tick what is ticked in this Markdown, made of FILE."
        ),
    ] = None,
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

    What is odd is kept and told: an instant to come, a step before one that it needs, a deletion
    in its quiet time, a step after it was due.

    Examples:

      govern checklist tick checklist.yaml disable_key.llm-a.12345 --by lin

      govern checklist tick checklist.yaml 'delete_key.*' --by lin --at 2026-10-12T09:00

      govern checklist tick checklist.yaml --from issue.md --by lin

      govern checklist tick checklist.yaml disable_key.llm-a.12345 --by lin --keep-until 2026-12-01
      --reason "billing job, moves in November"
    """
    from govern.cli import settings
    from govern.model.clock import Moment, parse_moment
    from govern.model.config import Config
    from govern.model.yaml_text import settled, text
    from govern.policy.checklist import load_checklist
    from govern.policy.journal import beside, load_journal
    from govern.shutdown.plan.named import named
    from govern.shutdown.plan.tick import Word, doubts, with_word

    if sum((bool(keep_until), approve, undo, issue is not None)) > 1:
        raise usage("--from, --keep-until, --approve and --undo: one at a time")
    if bool(step) == (issue is not None):
        raise usage("which steps? Ids, or --from an issue; one of them")
    if not by.strip():
        raise usage("--by: a name must stand here")
    if bool(keep_until) != bool(reason and reason.strip()):
        raise usage("--keep-until and --reason go together: until when, and why")
    clock = settings.clock(timezone, Config())
    instants: dict[str, Moment | None] = {}
    for option, written in (("--at", at), ("--keep-until", keep_until)):
        try:
            moment = parse_moment(written) if written else None
            instants[option] = Moment(moment.on(clock), clock) if moment else None
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
        journal = load_journal(beside(file), named=False)
        done = journal.done_at if journal else {}
        read = _Issue.read(issue, file, before.checklist) if issue is not None else None
        chosen = read.chosen if read else named(before.checklist.steps, step or [])
        ticked, said = with_word(before.checklist, chosen, word, done)
        if said:
            payload = ticked.document()
            after = text(payload, settled(payload, before.comments))
            # A word that couldn't be read back isn't written.
            load_checklist(file, raw=after.encode("utf-8"))
            save(file, after)
    for one in said:
        show(f"{one.state:<8} {one.id}\n")
    odd = [*doubts(ticked, said, word, now.on(clock), clock, done)]
    for told in odd[:_DOUBTS]:
        say(f"note: {told}")
    if len(odd) > _DOUBTS:
        say(f"note: and {len(odd) - _DOUBTS} more such steps")
    for told in read.notes if read else ():
        say(f"note: {told}")


@dataclass(frozen=True)
class _Issue:
    """What the boxes of an issue say of a checklist: the steps to tick, and what else there is."""

    chosen: frozenset[str]
    notes: Sequence[str]

    @staticmethod
    def read(path: str, file: str, checklist: Checklist) -> _Issue:
        """Raises wrong usage for an issue without tasks, or with steps of another checklist."""
        from govern.shutdown.plan.issue import tasks_of
        from govern.shutdown.plan.order import OVER

        tasks = tasks_of(_text(path))
        if not tasks:
            told = "it has no task of a checklist (made by govern checklist show --format markdown)"
            raise usage(f"--from {path}: {told}")
        steps = {step.id: step for step in checklist.steps}
        unknown = [
            f"{path}:{task.line}: {task.id}: no step of {file}"
            for task in tasks
            if task.id not in steps
        ]
        if unknown:
            raise GovernError("usage", unknown)
        ticked = {task.id for task in tasks if task.ticked}
        chosen = frozenset(id for id in ticked if steps[id].state not in OVER)
        notes = [] if chosen else [f"nothing is ticked in {path} that wasn't done already"]
        kept = [id for id in ticked if steps[id].state == "kept"]
        if kept:
            notes.append(f"kept on purpose, so not ticked: {some(sorted(kept), 3)}")
        open_boxes = {task.id for task in tasks} - ticked
        over = [id for id in open_boxes if steps[id].state in OVER and steps[id].state != "kept"]
        if over:
            notes.append(
                f"done in {file}, not ticked in {path}: {some(sorted(over), 3)} (--undo opens them)"
            )
        return _Issue(chosen, notes)


def _text(path: str) -> str:
    from govern.policy.reading import named_file

    try:
        return named_file(path, "--from").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise usage(f"--from {path}: not UTF-8, so it is no issue of ours") from None
