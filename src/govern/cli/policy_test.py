"""``govern policy test``: the tests that stand beside policies."""

from __future__ import annotations

from typing import Annotated

import typer

from govern.cli import options
from govern.report import CASES, ROWS

#: What its document offers to formats.
_OFFERED = (ROWS, CASES)


def test(
    path: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Folders, policy files or test files. Default: policies of govern.yaml.",
        ),
    ] = None,
    mutate: Annotated[
        bool,
        typer.Option(
            "--mutate", help="Then change policies and waivers one by one: which go unnoticed?"
        ),
    ] = False,
    require_tests: Annotated[
        bool,
        typer.Option(
            "--require-tests", help="Every policy must fire in a test, and be silent in one."
        ),
    ] = False,
    format: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help=options.formats(_OFFERED))
    ] = None,
    output: options.Outputs = None,
    timezone: options.Zone = None,
    config: options.ConfigPath = None,
    no_config: options.NoConfig = False,
    quiet: options.Quiet = False,
) -> None:
    """Run the tests beside policies: spend.test.yaml tests spend.yaml.

    Exit codes: 0 all pass, 1 a test fails (or a policy lacks one, or a change goes unnoticed),
    2 a fault in a file, 3 no test was found.

    Examples:

      govern policy test policies/

      govern policy test policies/ --require-tests --mutate
    """
    from govern.cli import output as out
    from govern.cli import settings
    from govern.judge.check.trial_narrative import document
    from govern.judge.check.trials import run
    from govern.policy.trials import load_trials

    stdout, files = out.formats_of(format, output or [], _OFFERED)
    found = settings.load(config, no_config)
    paths = settings.policy_paths(path or [], found)
    suite = load_trials(paths if paths is not None else [settings.pack()])
    how = settings.reading(found, settings.clock(timezone, found), quiet=quiet)
    report = run(suite, how, mutate=mutate, required=require_tests)
    inputs = [one.file for one in suite.policies]
    inputs += [file.path for file in suite.files]
    inputs += [waiver.file for file in suite.files for waiver in file.waivers]
    out.end(document(report), stdout, files, inputs, quiet=quiet)
