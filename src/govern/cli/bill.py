"""``govern bill``: how files are read, and their ledger as a file."""

from __future__ import annotations

import os
import shutil
from typing import Annotated

import typer

from govern.cli import options
from govern.cli.saving import writing
from govern.cli.streams import show
from govern.model.errors import GovernError, usage

app = typer.Typer(
    help="How a bill is read, and its ledger as a file.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Files = Annotated[list[str], typer.Argument(metavar="FILE", help="Bills, as for govern check.")]


@app.command("inspect")
def inspect(
    file: Files,
    as_of: options.AsOf = None,
    timezone: options.Zone = None,
    exported_at: options.ExportedAt = None,
    max_rejects: options.MaxRejects = 0,
    digest: options.Digest = False,
    format: options.ListFormat = None,
    output: options.Outputs = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
    redact: options.Redact = False,
    quiet: options.Quiet = False,
) -> None:
    """Show how files are read: shape, columns, reach, services, unknown wordings, rejects.

    Rows of csv and ndjson are the files.

    Exit codes: 0 read exactly, 2 wrong usage or no bill, 3 no charge, 4 data not to be trusted.

    Example: govern bill inspect 202609_consumedetailbillv2.csv
    """
    from govern.cli import output as out
    from govern.cli import settings
    from govern.judge.bill.inspect import inspect as look
    from govern.judge.bill.inspect_narrative import document
    from govern.ledger.reading import read
    from govern.ledger.salt import salt

    stdout, files = out.formats_of(format, output or [], options.LISTED)
    found = settings.load(config, no_config)
    clock = settings.clock(timezone, found)
    instant = settings.as_of(as_of, clock)
    how = settings.reading(found, clock, exported_at or [], quiet, digest)
    with read(file, how) as ledger:
        secret = salt(ledger) if redact else None
        inspection = look(ledger, instant, max_rejects)
    inputs = [*file, *(one.path for one in inspection.bill.files)]
    out.end(document(inspection), stdout, files, inputs, quiet=quiet, secret=secret)


@app.command("reduce")
def reduce(
    file: Files,
    output: Annotated[str, typer.Option("-o", "--output", metavar="PATH", help="The ledger file.")],
    timezone: options.Zone = None,
    exported_at: options.ExportedAt = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
) -> None:
    """Write the ledger of bills as one Parquet file, which every command takes as BILL.

    Example: govern bill reduce 2026-09/*.csv -o 2026-09.parquet
    """
    from govern.cli import settings
    from govern.ledger import parquet
    from govern.ledger.reading import read

    if os.path.splitext(output)[1].lower() != ".parquet":
        raise usage(f"-o {output}: a ledger is a Parquet file; name it {output}.parquet")
    found = settings.load(config, no_config)
    how = settings.reading(found, settings.clock(timezone, found), exported_at or [])
    with read(file, how) as ledger:
        if ledger.clashes:
            raise GovernError("overlap", ledger.clashes)
        written = os.path.join(ledger.folder, "ledger.parquet")
        parquet.write(ledger.connection, ledger.files, written, ledger.clock)
        with writing(output) as target, open(written, "rb") as source:
            shutil.copyfileobj(source, target)
    show(f"{output}\n")
