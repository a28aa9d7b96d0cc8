"""``govern verify``: prove from later bills and inventory that billing stopped."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from dataclasses import replace
from typing import Annotated

import typer

from govern.cli import options
from govern.cli.saving import save
from govern.cli.streams import say


def verify(
    checklist: Annotated[str, typer.Argument(metavar="CHECKLIST", help="The checklist.")],
    bill: options.Bills = None,
    inventory: options.Inventories = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="A person's word is not enough for any step.")
    ] = False,
    attest: Annotated[
        str | None,
        typer.Option(
            "--attest", metavar="PATH", help="Also write an unsigned in-toto Statement of it."
        ),
    ] = None,
    settle: options.Settle = None,
    grace: options.Grace = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
    as_of: options.AsOf = None,
    timezone: options.Zone = None,
    exported_at: options.ExportedAt = None,
    format: options.ListFormat = None,
    output: options.Outputs = None,
    fail_on: options.FailOn = None,
    max_rejects: options.MaxRejects = 0,
    evidence: options.Evidence = 3,
    redact: options.Redact = False,
    no_cache: options.NoCache = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Prove from later bills and inventory that billing stopped, step by step.

    A step is proved by the bill (no charge since, and the bill reaches far enough), by the
    inventory, or, where nothing else can show it, by the word of who ticked it.

    Exit codes: 0 all proved, 1 charges after a stop, 2 wrong usage, 4 data not to be trusted, 6
    steps open or waiting (with the date to look again).

    Examples:

      govern verify checklist.yaml bills/

      govern verify checklist.yaml bills/ --inventory inventory.yaml --strict --attest proof.json
    """
    del no_cache, verbose
    from govern.cli import output as out
    from govern.cli import settings
    from govern.model.errors import usage
    from govern.policy.checklist import load_checklist

    stdout, files = out.formats_of(format, output or [], out.ROWS)
    written = load_checklist(checklist)
    found = settings.load(config, no_config)
    clock = settings.clock(timezone, found)
    instant = settings.as_of(as_of, clock)
    severity = settings.fail_on(fail_on, found)
    directory = settings.inventory(inventory or [], found)
    words = list(bill or found.bills)

    from govern.ledger.reading import read
    from govern.ledger.salt import salt
    from govern.shutdown.proof.attest import statement
    from govern.shutdown.proof.narrative import document
    from govern.shutdown.proof.report import Question, prove

    question = Question(
        as_of=instant,
        clock=clock,
        settle=settings.length("--settle", settle, found.settle or "48h"),
        grace=settings.length("--grace", grace, found.grace or "15m"),
        strict=strict,
        fail_on=severity,
        max_rejects=max_rejects,
        max_bill_age=settings.duration("max_bill_age", found.max_bill_age),
        evidence=evidence,
        directory=directory,
    )
    secret = None
    with ExitStack() as stack:
        ledger = None
        if words:
            # A proof names the very files it rests on.
            how = replace(settings.reading(found, clock, exported_at or [], quiet), digest=True)
            ledger = stack.enter_context(read(words, how))
            secret = salt(ledger) if redact else None
        elif redact:
            raise usage("--redact needs a BILL: its accounts make the tokens")
        report = prove(written, ledger, question)
    inputs = [checklist, *words, *(one.path for one in directory.inventories)]
    inputs += [one.path for one in report.bill.files] if report.bill else []
    if attest:
        if any(out.same(attest, one) for one in inputs):
            raise usage(f"--attest {attest}: this file is read in the same run; name another one")
        save(attest, statement(report))
        if not quiet:
            words = [shlex.quote(one) for one in (attest, f"{attest}.bundle")]
            say(
                f"{attest} is unsigned; sign it, with cosign 3 for example: "
                f"cosign attest-blob --statement {words[0]} --bundle {words[1]}"
            )
    out.end(
        document(report),
        stdout,
        files,
        inputs,
        quiet=quiet,
        secret=secret,
        beside=[*directory.inventories, written.checklist],
    )
