"""``govern verify``: prove from later bills and inventory that billing stopped."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Annotated

import typer

from govern.cli import options
from govern.cli import output as out
from govern.cli.run import Run, command
from govern.cli.saving import save
from govern.cli.streams import say
from govern.model.errors import usage


@command(options.LISTED, without=["digest"])
def verify(
    run: Run,
    checklist: Annotated[str, typer.Argument(metavar="CHECKLIST", help="The checklist.")],
    strict: Annotated[
        bool, typer.Option("--strict", help="A person's word is not enough for any step.")
    ] = False,
    attest: Annotated[
        str | None,
        typer.Option(
            "--attest", metavar="PATH", help="Also write an unsigned in-toto Statement of it."
        ),
    ] = None,
    journal: options.JournalPath = None,
    settle: options.Settle = None,
    grace: options.Grace = None,
    fail_on: options.FailOn = None,
    evidence: options.Evidence = 3,
) -> None:
    """Prove from later bills and inventory that billing stopped, step by step.

    A step is proved by the bill (no charge since, and the bill reaches far enough), by the
    inventory, or, where nothing else can show it, by the word of who ticked it. When a step was
    done, the journal of apply says first (beside the checklist, or --journal).

    Exit codes: 0 all proved, 1 charges after a stop, 2 wrong usage, 4 data not to be trusted, 6
    steps open or waiting (with the date to look again).

    Examples:

      govern verify checklist.yaml bills/

      govern verify checklist.yaml bills/ --inventory inventory.yaml --strict --attest proof.json
    """
    from govern.cli import settings
    from govern.policy.checklist import load_checklist
    from govern.policy.journal import beside, load_journal
    from govern.shutdown.proof.attest import statement
    from govern.shutdown.proof.narrative import document
    from govern.shutdown.proof.report import Question, prove

    written = load_checklist(checklist)
    known = load_journal(journal or beside(checklist), named=journal is not None)
    question = Question(
        as_of=run.as_of,
        clock=run.clock,
        settle=run.settle(settle),
        grace=run.grace(grace),
        strict=strict,
        fail_on=settings.fail_on(fail_on, run.config),
        max_rejects=run.given.max_rejects,
        max_bill_age=run.max_bill_age,
        evidence=evidence,
        directory=run.directory,
        journal=known,
    )
    if run.given.redact and not run.bills:
        raise usage("--redact needs a BILL: its accounts make the tokens")
    # A proof names the very files it rests on.
    with run.read(digest=True) if run.bills else nullcontext() as ledger:
        report = prove(written, ledger, question)
    read = [checklist, *([known.path] if known else [])]
    if attest:
        _attest(attest, statement(report), [*read, *run.inputs(report.bill)], run.given.quiet)
    run.end(document(report), read, report.bill, beside=[written.checklist])


def _attest(path: str, statement: str, inputs: Sequence[str], quiet: bool) -> None:
    if any(out.same(path, file) for file in inputs):
        raise usage(f"--attest {path}: this file is read in the same run; name another one")
    save(path, statement)
    if not quiet:
        signed, bundle = shlex.quote(path), shlex.quote(f"{path}.bundle")
        say(
            f"{path} is unsigned; sign it, with cosign 3 for example: "
            f"cosign attest-blob --statement {signed} --bundle {bundle}"
        )
