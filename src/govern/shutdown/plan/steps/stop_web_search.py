"""Take web search out of calls: ``enable_search`` is billed by the call, beside the tokens."""

from __future__ import annotations

from govern.shutdown.plan.resources import Wing, kind_of


def _how(place: str) -> str:
    return (
        f"Take enable_search out of {place}. Web search is billed by the call, beside the tokens. "
        "Which key searches, no documented bill layout tells; it ends at the latest when all keys "
        "there are disabled."
    )


KIND = kind_of(
    Wing(
        name="stop_web_search",
        title="Stop {}",
        service="web_search",
        stop="disable_key",
        listed="",
        target="service",
        noun="call",
        thing="web search",
        over=frozenset(),
        how=_how,
        reversible=True,
    )
)
