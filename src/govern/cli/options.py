"""Options that several commands share: declared once, so that they mean and read the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from govern.cli.completion import one_of
from govern.cli.settings import policy_ids
from govern.report import COMMENTS, FINDINGS, ROWS, fitting, suffixes

#: What a document offers to formats: rows; rows that are judged; steps that people edit.
LISTED = (ROWS,)
JUDGED = (ROWS, FINDINGS)
STEPS = (ROWS, COMMENTS)
#: What is told in sentences and tables offers none of these.
TOLD = ()


def formats(offered: Sequence[str], usual: str = "table") -> str:
    """The formats of such a document, the usual one first."""
    *more, last = (name for name in fitting(offered) if name != usual)
    return f"{', '.join([f'{usual} (default)', *more])} or {last}."


def completed(offered: Sequence[str]) -> Callable[[str], list[str]]:
    """The formats of such a document, for the shell."""
    return one_of(fitting(offered))


def format_option(offered: Sequence[str], usual: str = "table") -> Any:
    """``--format`` of a command whose document offers this."""
    return typer.Option(
        "--format",
        metavar="FORMAT",
        help=formats(offered, usual),
        autocompletion=completed(offered),
    )


def output_option(offered: Sequence[str]) -> Any:
    """``-o`` of such a command."""
    return typer.Option(
        "-o",
        "--output",
        metavar="FORMAT:PATH",
        help=f"Also write a file; {', '.join(suffixes(offered))} say their format. Repeatable.",
    )


Bills = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="BILL",
        help="CSV files, .gz, .zip, a folder, a glob, or - for standard input. "
        "Default: bills of govern.yaml.",
        show_default=False,
    ),
]
PolicyFiles = Annotated[
    list[str] | None,
    typer.Argument(metavar="PATH", help="Policy files or folders. Default: as for check."),
]
BesideBill = Annotated[
    list[str] | None,
    typer.Option("--bill", metavar="BILL", help="Also ask this bill what is used. Repeatable."),
]
Policies = Annotated[
    list[str] | None,
    typer.Option("-p", "--policy", metavar="PATH", help="Policy file or folder. Repeatable."),
]
Waivers = Annotated[
    list[str] | None,
    typer.Option("--waivers", metavar="PATH", help="Waiver file or folder. Repeatable."),
]
ConfigPath = Annotated[
    str | None, typer.Option("--config", metavar="PATH", help="Use this govern.yaml.")
]
NoConfig = Annotated[bool, typer.Option("--no-config", help="Use no govern.yaml.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="INSTANT", help="The instant to judge for. Default: now."),
]
Zone = Annotated[
    str | None,
    typer.Option("--timezone", metavar="ZONE", help="The bill's clock. Default: UTC+8."),
]
ExportedAt = Annotated[
    list[str] | None,
    typer.Option(
        "--exported-at",
        metavar="FILE=INSTANT",
        help="When a file was exported, if its name doesn't tell. Repeatable.",
    ),
]
FormatName = Annotated[str | None, format_option(JUDGED)]
Outputs = Annotated[list[str] | None, output_option(JUDGED)]
MaxRejects = Annotated[
    int, typer.Option("--max-rejects", metavar="N", min=0, help="Rejected rows to live with.")
]
Inventories = Annotated[
    list[str] | None,
    typer.Option("--inventory", metavar="PATH", help="Inventory file. Repeatable."),
]
ListFormat = Annotated[str | None, format_option(LISTED)]
BareFormat = Annotated[str | None, format_option(())]
BareOutputs = Annotated[list[str] | None, output_option(())]
Redact = Annotated[
    bool,
    typer.Option("--redact", help="Tokens instead of account ids, names, owners and folders."),
]
Exact = Annotated[
    bool,
    typer.Option("--exact", help="All digits of amounts on a terminal too; elsewhere they are."),
]
Digest = Annotated[
    bool,
    typer.Option("--digest", help="Name each bill file by the SHA-256 of the bytes judged."),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Neither use nor keep sums of large files.")
]
CacheKey = Annotated[
    str,
    typer.Option(
        "--cache-key",
        metavar="KEY",
        help="Large files are known again by identity (default) or content: in CI, say content.",
        show_default=False,
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No messages but errors.")]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Say where the time went, and more on errors.")
]
Evidence = Annotated[
    int, typer.Option("--evidence", metavar="N", min=0, help="Bill lines to show for each.")
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="ID",
        help="Only these policies: ids, wildcards, commas.",
        autocompletion=policy_ids,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="ID",
        help="Not these policies: ids, wildcards, commas.",
        autocompletion=policy_ids,
    ),
]
Top = Annotated[
    int,
    typer.Option(
        "--top", metavar="N", min=0, help="How many rows a table shows; documents hold all."
    ),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="SEVERITY",
        help="Least severity for exit code 1: info, low (default), medium, high, critical, never.",
    ),
]
JournalPath = Annotated[
    str | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        help="What apply wrote down. Default: beside the checklist, checklist.journal.jsonl.",
    ),
]
Settle = Annotated[
    str | None,
    typer.Option(
        "--settle",
        metavar="DURATION",
        help="How far past a stop a bill must reach before silence is proof. Default: 48h.",
    ),
]
Grace = Annotated[
    str | None,
    typer.Option(
        "--grace",
        metavar="DURATION",
        help="How long after a stop a charge is residual. Default: 15m.",
    ),
]
