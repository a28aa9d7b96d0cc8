"""However a made bill is split, repeated, packed and ordered, it counts once and alike."""

from __future__ import annotations

import random
import zipfile
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from layouts import Paid, text
from reading import AS_OF
from seeds import seeds

from govern.judge.check.check import Terms, check
from govern.ledger.reading import Reading, read
from govern.model.measure import CHARGES
from govern.model.policy import Limit, Policy

_NONE = (Limit(Decimal(0), "charges"),)
POLICIES = [
    Policy("all", "all", "bill", (), CHARGES, _NONE, "f", 1),
    Policy(
        *("keys", "keys", "api_key", ("sub_account_id", "workspace_id", "api_key_id")),
        *(CHARGES, _NONE, "f", 2),
    ),
]


def made(rng: random.Random, count: int, *, keyed: bool) -> list[Paid]:
    """Different charges with a key each; without keys some are there twice."""
    charges = [
        Paid(
            cost=f"{rng.randrange(-5, 100)}.{rng.randrange(10**10):010d}",
            key=f"k{number}" if keyed else "",
            time=f"2026-09-0{rng.randrange(1, 5)} {rng.randrange(10, 24)}:{rng.randrange(10, 60)}",
            owner=rng.choice(["100", "200"]),
            commodity=rng.choice(["sfm_inference_public_cn", "sfm_training_public_cn", "ecs"]),
            instance=f"{rng.randrange(3)};llm-a;qwen-max;output_token;app;0",
            currency=rng.choice(["CNY", "CNY", "USD"]),
        )
        for number in range(count)
    ]
    return charges if keyed else charges + rng.choices(charges, k=count // 8)


def expected(charges: Sequence[Paid]) -> dict[str, tuple[int, Decimal]]:
    """Charges and their sum per currency, added up here."""
    counts = Counter(one.currency for one in charges)
    sums: dict[str, Decimal] = dict.fromkeys(counts, Decimal(0))
    for one in charges:
        sums[one.currency] += Decimal(one.cost)
    return {currency: (counts[currency], sums[currency]) for currency in counts}


def packed(folder: Path, rng: random.Random, files: dict[str, str]) -> list[str]:
    """The files below a folder; parts of one export may be in one zip."""
    folder.mkdir()
    words = []
    for name, content in files.items():
        if rng.random() < 0.3:
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                archive.writestr(name, content)
            words.append(str(folder / f"{name}.zip"))
        else:
            (folder / name).write_text(content, encoding="utf-8")
            words.append(str(folder / name))
    return words


def judged(words: Sequence[str]) -> tuple[dict[str, tuple[int, Decimal]], dict[str, object]]:
    """What was counted, and the report."""
    with read(words, Reading()) as ledger:
        assert ledger.clashes == []
        sums = {
            currency: (charges, cost)
            for currency, charges, cost in ledger.query(
                "SELECT billing_currency, sum(charges)::BIGINT, sum(billed_cost) FROM ledger "
                "GROUP BY 1"
            )
        }
        document = check(ledger, POLICIES, Terms(AS_OF, evidence=3)).document()
    return sums, document


def _split(rng: random.Random, charges: Sequence[Paid], many: int) -> list[list[Paid]]:
    parts: list[list[Paid]] = [[] for _ in range(many)]
    for one in rng.sample(charges, len(charges)):
        parts[rng.randrange(many)].append(one)
    return [part for part in parts if part]


@pytest.mark.parametrize("seed", seeds(3, 12))
def test_charges_with_keys_count_once_in_any_files_parts_zips_and_layouts(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    charges = made(rng, 40, keyed=True)
    layouts = ["v2", "v2-en"] if seed % 2 else ["detail-zh", "detail-en", "detail-tc"]
    files = {}
    for number, part in enumerate(_split(rng, charges, 4)):
        again = rng.sample(charges, rng.randrange(10))
        held = list(dict.fromkeys([*part, *again]))
        files[f"{number}.csv"] = text(rng.choice(layouts), held)
    for number, part in enumerate(_split(rng, rng.sample(charges, 20), 3)):
        # Parts of one export; a charge may stand in two of them.
        held = list(dict.fromkeys([*part, *rng.sample(charges, 2)]))
        files[f"100_Detail_202609_1_{number}"] = text(layouts[0], held)
    words = packed(tmp_path / "in", rng, files)
    sums, report = judged(words)
    assert sums == expected(charges)
    assert judged(rng.sample(words, len(words))) == (sums, report)


@pytest.mark.parametrize("seed", seeds(2, 8))
def test_charges_without_keys_count_as_often_as_in_the_export_that_has_most(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    charges = made(rng, 40, keyed=False)
    whole = rng.sample(charges, len(charges))
    parts = {
        f"100_Detail_202609_1_{number}": text("v2", part)
        for number, part in enumerate(_split(rng, whole, 3))
    }
    early = {"early.csv": text("v2", rng.sample(charges, 25))}
    days: dict[str, list[Paid]] = {}
    for one in charges:
        days.setdefault(one.day, []).append(one)
    daily = {f"100_Detail_{day.replace('-', '')}.csv": text("v2", of) for day, of in days.items()}
    words = packed(tmp_path / "in", rng, {**parts, **early, **daily})
    sums, report = judged(words)
    assert sums == expected(charges)
    assert judged(rng.sample(words, len(words))) == (sums, report)
