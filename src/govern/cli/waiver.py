"""``govern waiver``: exceptions, who granted them, and when they end."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from typing import Annotated

import typer

from govern.cli import options
from govern.cli.held import held
from govern.cli.saving import save
from govern.cli.streams import show
from govern.model.errors import GovernError, usage

app = typer.Typer(
    help="Exceptions, who granted them, and when they end.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_SOON = timedelta(days=14)


@app.command("list")
def listing(
    path: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="Waiver files or folders. Default: as for check."),
    ] = None,
    bill: options.BesideBill = None,
    policy: options.Policies = None,
    as_of: options.AsOf = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
) -> None:
    """List waivers with their state: soon over, expired, unused, too broad.

    Example: govern waiver list --bill 2026-09.csv
    """
    from govern.cli import settings
    from govern.judge.check import waiving
    from govern.model.finding import Finding

    loaded = settings.load(config, no_config)
    clock = settings.clock(None, loaded)
    instant = settings.as_of(as_of, clock)
    waivers = settings.waivers(path or [], loaded)
    rules = settings.policies(policy or [], loaded).policies
    findings: list[Finding] = []
    if bill:
        from govern.judge.check.check import Terms, check
        from govern.ledger.reading import read

        with read(bill, settings.reading(loaded, clock)) as ledger:
            if ledger.clashes:
                raise GovernError("overlap", ledger.clashes)
            findings = list(check(ledger, rules, Terms(as_of=instant, evidence=0)).findings)
    _, uses = waiving.apply(waivers, findings, [r.id for r in rules], instant, clock)
    for use in uses:
        words = []
        if use.state == "unused" and bill:
            words.append("unused")
        elif use.state in ("expired", "unknown_policy"):
            words.append(use.state.replace("_", " "))
        if use.state != "expired" and use.expires - instant <= _SOON:
            words.append("soon over")
        if set(use.waiver.subject.text or "") <= {"*", "?"}:
            words.append("too broad")
        subject = use.waiver.subject.text
        show(
            f"{use.waiver.policy} {subject}: until {use.expires:%Y-%m-%d %H:%M}, "
            f"{use.waiver.owner}: {use.waiver.reason}"
            f"{' [' + ', '.join(words) + ']' if words else ''}"
            f"  ({use.waiver.file}:{use.waiver.line})\n"
        )
    show(f"{len(uses)} waiver{'' if len(uses) == 1 else 's'}\n")


@app.command("add")
def add(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The waiver file to add to.")],
    policy: Annotated[str, typer.Option("--policy", metavar="ID", help="The policy's id.")],
    subject: Annotated[str, typer.Option("--subject", metavar="ID", help="Subject id or pattern.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is granted.")],
    owner: Annotated[str, typer.Option("--owner", metavar="NAME", help="Who granted it.")],
    expires: Annotated[
        str, typer.Option("--expires", metavar="INSTANT", help="Its end, not included.")
    ],
    up_to: Annotated[
        str | None, typer.Option("--up-to", metavar="LIMIT", help="Only up to this, as 800 CNY.")
    ] = None,
) -> None:
    """Add a waiver to a file, which is made if it doesn't exist; the rest of it stays as it is.

    Example: govern waiver add waivers.yaml --policy max-spend-per-key --subject 12345
    --reason "launch month" --owner finops --expires 2026-11-01
    """
    import json

    from govern.cli.modeline import save_edited
    from govern.policy.waivers import load_waivers

    fields = {"policy": policy, "subject": subject, "reason": reason, "owner": owner}
    fields["expires"] = expires
    if up_to is not None:
        fields["up_to"] = up_to
    # A JSON string is a YAML string, with every character that could mean something quoted.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
    entry = "  - " + "\n    ".join(lines) + "\n"
    with held(file):
        before = None
        try:
            with open(file, encoding="utf-8", newline="") as there:
                load_waivers([file])
                before = there.read()
        except FileNotFoundError:
            pass
        except OSError as error:
            raise GovernError("file", f"{file}: {error.strerror or error}") from None
        after = _after(before, entry)
        with tempfile.TemporaryDirectory(prefix="govern-") as folder:
            trial = os.path.join(folder, "trial.yaml")
            with open(trial, "w", encoding="utf-8", newline="") as part:
                part.write(after)
            try:
                load_waivers([trial])
            except GovernError as error:
                raise usage(_without(str(error), trial)) from None
        if before is None:
            save_edited(file, after, "waivers")
        else:
            save(file, after)
    show(f"{file}\n")


def _after(before: str | None, entry: str) -> str:
    if before is None:
        return "version: 1\nwaivers:\n" + entry
    return before + ("" if before.endswith("\n") or not before else "\n") + entry


def _without(message: str, path: str) -> str:
    return message.replace(path + ":", "the new waiver:")
