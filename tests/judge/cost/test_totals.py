"""Whatever charges are grouped by, the groups sum to the bill: held against the plain oracle."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, localcontext
from pathlib import Path

import pytest
from asking import question
from oracle import bill as oracle_bill
from oracle.bill import Charge
from oracle.build import EXPORTED, random_quirks, random_rows, write_bill
from seeds import seeds

from govern.judge.cost.cost import cost
from govern.ledger.reading import Reading, read
from govern.model.cost import CostReport, CostRow
from govern.model.words import CONTEXT_COLUMNS, PART_COLUMNS

TIMES = ("day", "week", "month")
COLUMNS = (*CONTEXT_COLUMNS, *PART_COLUMNS, "instance_id", *TIMES)


@dataclass
class Sums:
    """What a group comes to, added up charge by charge."""

    billed: Decimal = Decimal(0)
    listed: Decimal | None = None
    off: Decimal | None = None
    charges: int = 0
    usage: dict[str | None, tuple[Decimal, Decimal]] = field(default_factory=dict)

    def add(self, charge: Charge) -> None:
        self.billed += charge.billed_cost
        self.charges += 1
        if charge.list_cost is not None:
            self.listed = (self.listed or Decimal(0)) + charge.list_cost
            self.off = (self.off or Decimal(0)) + charge.list_cost - charge.billed_cost
        if charge.usage is not None:
            used, cost = self.usage.get(charge.unit or None, (Decimal(0), Decimal(0)))
            self.usage[charge.unit or None] = used + charge.usage, cost + charge.billed_cost


def value(charge: Charge, column: str) -> str | None:
    """What a charge has in a column, or in a period."""
    if column == "month":
        return charge.billing_month
    if column not in TIMES:
        return getattr(charge, column)
    if charge.width == "month":
        return None
    day = charge.start.date()
    return str(day if column == "day" else day - timedelta(days=day.weekday()))


Key = tuple[tuple[str | None, ...], str]


def expected(charges: Iterable[Charge], by: Sequence[str]) -> dict[Key, Sums]:
    found: dict[Key, Sums] = {}
    with localcontext(prec=100):
        for charge in charges:
            key = tuple(value(charge, column) for column in by), charge.billing_currency
            found.setdefault(key, Sums()).add(charge)
    return found


def found(rows: Iterable[CostRow]) -> dict[Key, Sums]:
    """The same of a report."""
    return {
        (tuple(told for _, told in row.values), row.currency): Sums(
            row.billed_cost,
            row.list_cost,
            row.taken_off,
            row.charges,
            {used.unit: (used.quantity, used.billed_cost) for used in row.usage},
        )
        for row in rows
    }


def asked(path: Path, *questions: tuple[str, Sequence[str]]) -> list[CostReport]:
    with read([str(path)], Reading()) as ledger:
        return [cost(ledger, question(by, where)) for by, where in questions]


@pytest.fixture
def random_bill(tmp_path: Path) -> Callable[[int], tuple[Path, list[Charge]]]:
    def make(seed: int) -> tuple[Path, list[Charge]]:
        rng = random.Random(seed)
        path = tmp_path / "bill.csv"
        rows = random_rows(rng, 60)
        write_bill(path, rng.choice(EXPORTED), rows, rng, quirks=random_quirks(rng))
        return path, oracle_bill.read_bill(path).charges

    return make


RandomBill = Callable[[int], tuple[Path, list[Charge]]]


@pytest.mark.parametrize("seed", seeds(3, 24))
def test_every_grouping_is_what_the_oracle_adds_up(random_bill: RandomBill, seed: int) -> None:
    path, charges = random_bill(seed)
    rng = random.Random(seed)
    combined = [rng.sample(COLUMNS, count) for count in (2, 2, 3, 4)]
    by = [[], *([column] for column in COLUMNS), *combined]
    reports = asked(path, *((",".join(columns), ()) for columns in by))
    bill = expected(charges, [])
    for columns, report in zip(by, reports, strict=True):
        assert found(report.rows) == expected(charges, columns), columns
        assert found(report.totals) == bill


@pytest.mark.parametrize("seed", seeds(2, 16, first=24))
def test_what_is_asked_for_and_what_is_not_come_to_the_bill(
    random_bill: RandomBill, seed: int
) -> None:
    path, charges = random_bill(seed)
    rng = random.Random(seed)
    some = {column: value(rng.choice(charges), column) for column in COLUMNS}
    # A comma parts two values on the command line.
    some = {column: told for column, told in some.items() if "," not in (told or "")}
    words = [(column, told, sign) for column, told in some.items() for sign in ("=", "!=")]
    questions = [
        ("", [f"{column}{sign}{told if told is not None else 'none'}"])
        for column, told, sign in words
    ]
    for (column, told, sign), report in zip(words, asked(path, *questions), strict=True):
        # What an unknown layout hides is neither in nor out.
        sure = [one for one in charges if one.parsed or column not in PART_COLUMNS]
        matching = [one for one in sure if (value(one, column) == told) is (sign == "=")]
        assert found(report.totals) == expected(matching, []), (column, told, sign)


@pytest.mark.parametrize("top", [1, 2, 5])
def test_the_rest_below_top_keeps_every_sum(random_bill: RandomBill, top: int) -> None:
    path, charges = random_bill(top)
    with read([str(path)], Reading()) as ledger:
        whole = cost(ledger, question("model,meter"))
        cut = cost(ledger, question("model,meter", top=top))
    bill = expected(charges, [])
    assert found(cut.totals) == bill
    for currency in {charge.billing_currency for charge in charges}:
        groups = [row for row in whole.rows if row.currency == currency]
        shown = [row for row in cut.rows if row.currency == currency and not row.rest]
        rest = [row for row in cut.rows if row.currency == currency and row.rest]
        assert found(shown) == found(groups[:top])
        assert sum(row.rest for row in rest) == max(0, len(groups) - top)
        below = {key for key, _ in found(groups[top:]).items()}
        left = [one for one in charges if ((one.model, one.meter), one.billing_currency) in below]
        assert [*found(rest).values()] == [*expected(left, []).values()]
