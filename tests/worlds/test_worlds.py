"""Simulated retirements: nothing is proved that is not so, and what was carried out ends in 0.

The whole of it is ``make worlds``; docs/proof.md shows its figures.
"""

from __future__ import annotations

import pytest
from seeds import seeds

from worlds import by_command, retire


@pytest.mark.parametrize("seed", seeds(4, 12))
def test_no_proof_is_contradicted_by_the_world(seed: int) -> None:
    assert retire.run(seed).wrong == []


@pytest.mark.parametrize("seed", seeds(2, 4))
def test_nor_is_one_through_the_command_line(seed: int) -> None:
    assert by_command.run(seed).wrong == []
