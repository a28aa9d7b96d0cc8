"""``govern bill explain``: one pasted Instance ID taken apart in words."""

from __future__ import annotations

from typing import Annotated

import typer

from govern.cli import options
from govern.cli.run import Run, command


@command(
    options.TOLD,
    without=[
        "bill",
        "exported_at",
        "max_rejects",
        "digest",
        "redact",
        "no_cache",
        "cache_key",
        "verbose",
    ],
)
def explain(
    run: Run,
    instance_id: Annotated[
        str, typer.Argument(metavar="INSTANCE-ID", help="As it stands in the bill, in quotes.")
    ],
) -> None:
    """Take one Instance ID of a bill apart in words; with an inventory, by name.

    Exit codes: 0 explained, also where it fits no known layout, 2 wrong usage.

    Example: govern bill explain '2000003;llm-p1chatbot;qwen-max;context_0-128k_input_token;app;0'
    """
    from govern import __version__
    from govern.judge.bill.instance_words import instance_words
    from govern.judge.check.explain_narrative import document
    from govern.model.exits import Exit
    from govern.model.explanation import Explanation
    from govern.model.instance_id import taught

    words = instance_words(instance_id, taught(run.config.instance_ids), run.directory)
    explanation = Explanation(
        version=__version__,
        as_of=run.as_of,
        clock=run.clock,
        asked=instance_id,
        exit=Exit("clean", "explained"),
        instance_ids=(words,),
    )
    run.end(document(explanation), (), None)
