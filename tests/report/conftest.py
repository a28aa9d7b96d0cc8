"""Every hostile name meets every kind of document in ``make fuzz``, and one of them by default."""

from __future__ import annotations

import pytest
from corpus import HOSTILE
from made_of import MADE_OF

_NAMES, _KINDS = list(HOSTILE), list(MADE_OF)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        params = (
            item.callspec.params
            if isinstance(item, pytest.Function) and hasattr(item, "callspec")
            else {}
        )
        if params.get("name") not in HOSTILE or params.get("kind") not in MADE_OF:
            continue
        turn = _NAMES.index(params["name"]) + _KINDS.index(params["kind"])
        if turn % len(_KINDS):
            item.add_marker(pytest.mark.slow)
