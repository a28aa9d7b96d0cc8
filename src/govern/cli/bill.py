"""``govern bill``: how files are read, and their ledger as a file."""

from __future__ import annotations

import os
import shutil
from typing import Annotated

import typer

from govern.cli import bill_explain, options
from govern.cli.run import Run, command
from govern.cli.saving import writing
from govern.cli.streams import show
from govern.model.errors import GovernError, usage

app = typer.Typer(
    help="How a bill is read, and its ledger as a file.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

app.command("explain")(bill_explain.explain)

Files = Annotated[list[str], typer.Argument(metavar="FILE", help="Bills, as for govern check.")]


@app.command("inspect")
@command(options.LISTED, without=["inventory", "no_cache", "cache_key", "verbose"])
def inspect(run: Run, bill: Files) -> None:
    """Show how files are read: shape, columns, reach, services, unknown wordings, rejects.

    Rows of csv and ndjson are the files.

    Exit codes: 0 read exactly, 2 wrong usage or no bill, 3 no charge, 4 data not to be trusted.

    Example: govern bill inspect 202609_consumedetailbillv2.csv
    """
    from govern.judge.bill.inspect import inspect as inspection_of
    from govern.judge.bill.inspect_narrative import document

    with run.read() as ledger:
        inspection = inspection_of(ledger, run.as_of, run.given.max_rejects)
    run.end(document(inspection), bill=inspection.bill)


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
