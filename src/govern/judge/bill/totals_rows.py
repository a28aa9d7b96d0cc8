"""Totals rows, held against all other rows of their own file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from govern.ledger import query
from govern.ledger.clauses import TOTALS_ROWS, of_files
from govern.ledger.ledger import Ledger
from govern.ledger.lookup import Search
from govern.model.money import EXACT, plain


def totals_rows_that_disagree(ledger: Ledger) -> list[str]:
    """Each totals row is held, per currency, against all other rows of its own file, those that
    another file holds too among them.

    Rejected rows whose currency is unknown may be of any: what they sum to may be the difference
    of one currency.
    """
    stated: dict[int, list[tuple[str | None, Decimal]]] = {}
    for file, currency, amount in _totals_rows(ledger):
        stated.setdefault(file, []).append((currency, amount))
    if not stated:
        return []
    sums: dict[int, dict[str | None, Decimal]] = {file: {} for file in stated}
    summed = query.ask(
        ledger,
        ("file", "billing_currency"),
        [query.total("billed_cost")],
        ~TOTALS_ROWS & of_files(stated),
    )
    left_out = [
        (file, currency, Decimal(amount))
        for file in stated
        for currency, amount in ledger.files[file].duplicate_costs
    ]
    for file, currency, amount in (*summed, *left_out):
        of_file = sums[file]
        of_file[currency] = EXACT.add(of_file.get(currency, Decimal(0)), amount or Decimal(0))
    return [
        f"{ledger.files[file].name}: {wrong}"
        for file in sorted(stated)
        for wrong in _disagreeing(stated[file], sums[file])
    ]


def _totals_rows(ledger: Ledger) -> Iterable[tuple[int, str | None, Decimal]]:
    """File, currency and amount of each totals row, alone even where several are of one group."""
    many = {}
    for group, file, currency, amount, rows in query.rows(
        ledger,
        ("id", "file", "billing_currency", "billed_cost", "charges"),
        TOTALS_ROWS,
        order=("file", "billing_currency", "billed_cost", "id"),
    ):
        if rows > 1 and ledger.files[file].staged:
            many[group] = file, currency
        else:
            yield file, currency, amount
    for row in Search(ledger, many).rows() if many else ():
        yield *many[row.group], row.amount("billed_cost")


def _disagreeing(
    stated: Sequence[tuple[str | None, Decimal]], sums: Mapping[str | None, Decimal]
) -> list[str]:
    """The totals rows of one file that its sums contradict, in words."""
    currencies = [currency for currency in sums if currency is not None]
    unknown = sums.get(None, Decimal(0))
    wrong: list[str] = []
    differences: set[tuple[str | None, Decimal]] = set()
    for currency, amount in stated:
        if currency is None and len(currencies) == 1:
            currency = currencies[0]
        if currency not in sums and sums:
            return ["the totals row names no currency of the file"]
        summed = sums.get(currency, Decimal(0))
        difference = EXACT.subtract(amount, summed)
        if difference:
            stated_as = f"the totals row says {plain(amount)} {currency or ''}".rstrip()
            wrong.append(f"{stated_as}, the rows sum to {plain(summed)}")
            differences.add((currency, difference))
    explained = len(differences) == 1 and differences.pop()[1] == unknown
    return [] if explained else list(dict.fromkeys(wrong))
