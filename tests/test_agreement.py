"""An independent oracle agrees with ``check`` on random bills and policies, to the last digit."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from agreement import differences
from oracle import build
from seeds import seeds

#: Random bills of each shape; those that real exports have come more often.
BILLS = [
    (seed, shape)
    for shape in build.SHAPES
    for seed in range(5 if shape in ("detail-zh", "v2", "api") else 2)
]


@pytest.mark.slow
@pytest.mark.parametrize("shape", build.SHAPES)
@pytest.mark.parametrize("seed", range(100, 170))
def test_it_agrees_on_many_more(tmp_path: Path, seed: int, shape: str) -> None:
    test_the_oracle_agrees(tmp_path, seed, shape)


@pytest.mark.parametrize(("seed", "shape"), BILLS)
def test_the_oracle_agrees(tmp_path: Path, seed: int, shape: str) -> None:
    rng = random.Random(f"{shape}-{seed}")
    rows = build.random_rows(rng, rng.choice([5, 30, 120]))
    bill, policies = tmp_path / "bill.csv", tmp_path / "policies.yaml"
    build.write_bill(bill, shape, rows, rng, quirks=build.random_quirks(rng))
    build.write_policies(policies, build.random_policies(rng, rows, n=8))
    # Every third bill is judged by its ledger as well.
    assert differences([bill], policies, taught=shape == "taught", kept=seed % 3 == 0) == []


@pytest.mark.parametrize("seed", seeds(3, 20))
def test_the_same_policies_give_the_same_findings_in_every_shape(tmp_path: Path, seed: int) -> None:
    from agreement import govern_report, judged

    rng = random.Random(seed)
    rows = build.random_rows(rng, 60)
    policies = tmp_path / "policies.yaml"
    build.write_policies(policies, build.random_policies(rng, rows, n=6))
    found = []
    for shape in ("v2", "api"):
        bill = tmp_path / f"{shape}.csv"
        build.write_bill(bill, shape, rows, random.Random(seed), quirks=frozenset())
        document = govern_report([bill], policies).document()
        outcomes = [(one["id"], one["outcome"], one["matched"]) for one in document["policies"]]
        found.append((outcomes, judged(document["findings"])))
    assert found[0] == found[1]
