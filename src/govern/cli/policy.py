"""``govern policy``: work on policies."""

from __future__ import annotations

import typer

from govern.cli import history, options, policy_explain, policy_schema, policy_test
from govern.cli.streams import say, show

app = typer.Typer(help="Work on policies.", no_args_is_help=True, rich_markup_mode=None)
app.command("schema")(policy_schema.schema)
app.command("suggest")(history.suggest)
app.command("backtest")(history.backtest)
app.command("explain")(policy_explain.explain)
app.command("test")(policy_test.test)


@app.command("validate")
def validate(
    path: options.PolicyFiles = None,
    bill: options.BesideBill = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
) -> None:
    """Say every fault of policies and waivers, and warn of policies that do nothing.

    Exit codes: 0 valid (warnings are said), 2 a fault.

    Example: govern policy validate policies/ --bill 2026-09.csv
    """
    from govern.cli import settings
    from govern.judge.check import lint

    found = settings.load(config, no_config)
    chosen = settings.policies(path or [], found)
    waivers = settings.waivers([], found) if not path else ()
    warned = lint.warnings(chosen.policies)
    if bill:
        from govern.ledger.reading import read

        with read(bill, settings.reading(found, settings.clock(None, found))) as ledger:
            warned += lint.selecting_nothing(chosen.policies, ledger)
    for warning in sorted(warned):
        say(f"warning: {warning}")
    source = "built-in " if chosen.builtin else ""
    count = len(chosen.policies)
    said = f"{count} {source}{'policy' if count == 1 else 'policies'}"
    if waivers:
        said += f" and {len(waivers)} waiver{'s' if len(waivers) > 1 else ''}"
    show(f"{said}, valid; {len(warned)} warning{'' if len(warned) == 1 else 's'}\n")


@app.command("list")
def listing(
    path: options.PolicyFiles = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
) -> None:
    """List policies: severity, id, title, and where each is written.

    Example: govern policy list policies/
    """
    from govern.cli import settings

    chosen = settings.policies(path or [], settings.load(config, no_config))
    for policy in chosen.policies:
        state = "" if policy.enabled else " (not enabled)"
        show(
            f"{policy.severity:<9} {policy.id}{state}: {policy.title}"
            f"  [{policy.file}:{policy.line}]\n"
        )
