"""Delete knowledge bases: hosting them is billed by time, whether anybody asks them or not."""

from __future__ import annotations

from govern.shutdown.resources import Wing, kind_of


def _how(place: str) -> str:
    return (
        f"Delete the knowledge base: {place} (knowledge base page of the Model Studio console). "
        "Export first what you want to keep: this is final."
    )


KIND = kind_of(
    Wing(
        name="delete_knowledge_base",
        service="knowledge_base",
        stop="take_offline",
        listed="knowledge_bases",
        target="knowledge_base",
        thing="knowledge bases",
        over=frozenset(),
        how=_how,
        reversible=False,
    )
)
