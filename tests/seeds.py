"""Seeds of random cases: some in every run of the suite, the rest in ``make fuzz``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest


def some(few: int, *cases: Any, ids: Sequence[str] | None = None) -> list[Any]:
    """The first ``few`` cases run by default; the others, which are of the same kind, are slow."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=[pytest.mark.slow] if at >= few else [],
            **({"id": ids[at]} if ids else {}),
        )
        for at, case in enumerate(cases)
    ]


def seeds(few: int, many: int, first: int = 0) -> list[Any]:
    """``few`` of the ``many`` seeds from ``first`` run by default; the others are slow."""
    return [
        seed if seed < first + few else pytest.param(seed, marks=pytest.mark.slow)
        for seed in range(first, first + many)
    ]
