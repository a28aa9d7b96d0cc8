"""Whatever charges are grouped by, the groups sum to the bill: held against the plain oracle."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from oracle import bill as oracle_bill
from oracle.build import random_quirks, random_rows, write_bill
from reading import AS_OF

from govern.judge.cost import Question, cost
from govern.ledger.reading import Reading, read
from govern.model.cost import CostReport
from govern.model.words import CONTEXT_COLUMNS, PART_COLUMNS

COLUMNS = (*CONTEXT_COLUMNS, *PART_COLUMNS)


def grouped(path: Path, *by: str, top: int = 0) -> CostReport:
    with read([str(path)], Reading()) as ledger:
        return cost(ledger, Question(as_of=AS_OF, by=by, top=top))


@pytest.mark.parametrize("seed", range(12))
def test_every_grouping_sums_to_what_the_oracle_counts(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    path = tmp_path / "bill.csv"
    shape = rng.choice(["detail-zh", "v2", "api"])
    write_bill(path, shape, random_rows(rng, 60), rng, quirks=random_quirks(rng))
    charges = oracle_bill.read_bill(path).charges
    asked = [(column,) for column in COLUMNS] + [tuple(rng.sample(COLUMNS, 3)) for _ in range(4)]
    with read([str(path)], Reading()) as ledger:
        reports = [cost(ledger, Question(as_of=AS_OF, by=by)) for by in asked]
    for by, report in zip(asked, reports, strict=True):
        expected: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
        counts: dict[tuple[object, ...], int] = defaultdict(int)
        for charge in charges:
            key = (*(getattr(charge, column) for column in by), charge.billing_currency)
            expected[key] += charge.billed_cost
            counts[key] += 1
        found = {(*(value for _, value in row.values), row.currency): row for row in report.rows}
        assert {key: row.billed_cost for key, row in found.items()} == expected
        assert {key: row.charges for key, row in found.items()} == counts


@pytest.mark.parametrize("top", [1, 2, 5])
def test_the_rest_below_top_keeps_the_total(tmp_path: Path, top: int) -> None:
    rng = random.Random(top)
    path = tmp_path / "bill.csv"
    write_bill(path, "v2", random_rows(rng, 80), rng, quirks=random_quirks(rng))
    whole, cut = grouped(path, "model", "meter"), grouped(path, "model", "meter", top=top)
    assert whole.totals == cut.totals
    for total in cut.totals:
        rows = [row for row in cut.rows if row.currency == total.currency]
        assert len([row for row in rows if not row.rest]) <= top
        assert sum((row.billed_cost for row in rows), Decimal(0)) == total.billed_cost
        assert sum(row.charges for row in rows) == total.charges
