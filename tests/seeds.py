"""Seeds of random cases: some in every run of the suite, the rest in ``make fuzz``."""

from __future__ import annotations

from typing import Any

import pytest


def seeds(few: int, many: int, first: int = 0) -> list[Any]:
    """``few`` of the ``many`` seeds from ``first`` run by default; the others are slow."""
    return [
        seed if seed < first + few else pytest.param(seed, marks=pytest.mark.slow)
        for seed in range(first, first + many)
    ]
