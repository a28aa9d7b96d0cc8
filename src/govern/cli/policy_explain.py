"""``govern policy explain``: a policy in one sentence, and who is nearest to its limit."""

from __future__ import annotations

from typing import Annotated

import typer

from govern.cli import options
from govern.cli.explain import answer
from govern.cli.run import Run, command


@command(options.TOLD)
def explain(
    run: Run,
    id: Annotated[str, typer.Argument(metavar="ID", help="The policy's id.")],
    policy: options.Policies = None,
    waivers: options.Waivers = None,
    top: Annotated[
        int,
        typer.Option("--top", metavar="N", min=1, help="So many above the limit, and below it."),
    ] = 10,
    evidence: options.Evidence = 3,
) -> None:
    """Say a policy in one plain sentence; on a bill also who is nearest to its limit.

    Exit codes: 0 explained, 2 wrong usage, 3 nothing evaluated, 4 data not to be trusted, or a
    policy that could not be judged.

    Examples:

      govern policy explain max-spend-per-key 2026-09.csv

      govern policy explain no-playground --no-config -p policies/
    """
    from govern.judge.check.explain import explain_policy

    if run.bills:
        answer(
            run,
            lambda ledger, policies, terms: explain_policy(ledger, policies, terms, id, top),
            policy=policy,
            waivers=waivers,
            evidence=evidence,
        )
    from govern import __version__
    from govern.cli import settings
    from govern.judge.check.explain import policy_of, unread
    from govern.judge.check.explain_narrative import document
    from govern.model.exits import Exit
    from govern.model.explanation import Explanation

    asked = policy_of(settings.policies(policy or [], run.config).policies, id)
    explanation = Explanation(
        version=__version__,
        as_of=run.as_of,
        clock=run.clock,
        asked=id,
        exit=Exit("clean", "explained, without a bill"),
        policies=[unread(asked)],
    )
    run.end(document(explanation), [asked.file])
