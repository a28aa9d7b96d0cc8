"""Delete knowledge bases: hosting them is billed by time, whether anybody asks them or not."""

from __future__ import annotations

from govern.model.console import page
from govern.shutdown.plan.resources import Wing, kind_of


def _how(place: str) -> str:
    return (
        f"Delete {place}: {page('knowledge_bases')}. Deleting the files in it doesn't end its "
        "charges. This is final: save first what you want to keep."
    )


KIND = kind_of(
    Wing(
        name="delete_knowledge_base",
        title="Delete {} (final)",
        service="knowledge_base",
        stop="take_offline",
        listed="knowledge_bases",
        target="knowledge_base",
        noun="knowledge base",
        thing="knowledge bases",
        over=frozenset(),
        how=_how,
        reversible=False,
        spoken_for=False,
    )
)
