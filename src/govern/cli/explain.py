"""``govern explain``: how a verdict came about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from govern.cli import options
from govern.cli.run import Run, command

if TYPE_CHECKING:
    from govern.judge.check.check import Terms
    from govern.ledger.ledger import Ledger
    from govern.model.explanation import Explanation
    from govern.model.policy import Policy

#: How something is explained of a ledger, by policies and terms.
Explain = Callable[["Ledger", "Sequence[Policy]", "Terms"], "Explanation"]

Top = Annotated[
    int, typer.Option("--top", metavar="N", min=1, help="So many of each policy, nearest first.")
]


@command(options.TOLD)
def explain(
    run: Run,
    thing: Annotated[
        str,
        typer.Argument(
            metavar="FINGERPRINT|SUBJECT",
            help="The beginning of a finding's fingerprint, or a subject: its id, its name, or "
            "WORKSPACE/KEY.",
        ),
    ],
    policy: options.Policies = None,
    waivers: options.Waivers = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    top: Top = 3,
    evidence: options.Evidence = 20,
) -> None:
    """Explain a verdict, so that a person can add it up: what counts, what doesn't, and why.

    Exit codes: 0 explained, 2 wrong usage, 3 nothing evaluated, 4 data not to be trusted, or a
    policy that could not be judged.

    Examples:

      govern explain 3f9a1c07 2026-09.csv

      govern explain llm-a/12345 2026-09.csv -p policies/
    """
    from govern.judge.check.explain import explain_subject

    answer(
        run,
        lambda ledger, policies, terms: explain_subject(ledger, policies, terms, thing, top),
        policy=policy,
        waivers=waivers,
        select=select,
        ignore=ignore,
        evidence=evidence,
    )


def answer(
    run: Run,
    ask: Explain,
    *,
    policy: Sequence[str] | None,
    waivers: Sequence[str] | None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    evidence: int,
) -> NoReturn:
    """Read policies and bills as ``check`` does, explain, and end."""
    from govern.cli import settings
    from govern.judge.check.explain_narrative import document

    rules = settings.policies(policy or [], run.config)
    excuses = settings.waivers(waivers or [], run.config)
    terms = replace(
        run.terms(),
        evidence=evidence,
        chosen=settings.selection(select or [], ignore or [], rules.policies),
        notes=rules.notes,
        waivers=excuses,
    )
    with run.read() as ledger:
        explanation = ask(ledger, rules.policies, terms)
    inputs = [policy.file for policy in rules.policies]
    inputs += [excuse.file for excuse in excuses]
    run.end(document(explanation), inputs, explanation.bill)
