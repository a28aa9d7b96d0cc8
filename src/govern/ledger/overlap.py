"""Counted once: what two exports both hold is summed once, or nothing is judged.

Two cheap questions come first, and mostly end it: does a primary key stand in several files
(``shared_keys.py``), and do several exports have charges of the same account, commodity and day?
Only where the answer is yes are the rows of the files concerned held against each other
(``same_rows.py``). Nothing is asked per pair of files: thousands of them are usual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from govern.ledger import counted_once, same_rows, shared_keys
from govern.ledger.clashes import undecidable
from govern.ledger.exports import Export, exports_of
from govern.ledger.ledger import Ledger
from govern.ledger.shared_keys import SharedKeys
from govern.model.money import plain
from govern.model.text import some

_Any = TypeVar("_Any")

#: More overlaps than these are only counted.
_MOST_CLASHES = 20


@dataclass(frozen=True)
class Clash:
    """Exports that can't be counted once: what they share and why it is undecidable."""

    one: str
    other: str
    period: str
    amounts: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        at_stake = ", ".join(self.amounts)
        return f"{self.one} and {self.other}: {self.why} ({self.period}; {at_stake} at stake)"


def count_once(ledger: Ledger) -> list[str]:
    """Drop the rows that another export holds too; returns the overlaps that can't be decided.

    Changes the ledger's tables, and ``duplicates`` of its files.
    """
    if len(ledger.files) < 2:
        return []
    exports = exports_of(ledger)
    keys = shared_keys.find(ledger, exports)
    sharing = _sharing(ledger, exports)
    if not sharing and not keys.files:
        return []
    clashes = named_once(_incomparable(ledger, exports, sharing, keys))
    if clashes:
        return clashes
    concerned = {file for export in {*sum(sharing, ())} for file in exports[export].files}
    same_rows.load(ledger, exports, concerned | keys.files, sharing, keys)
    clashes = named_once(Clash(*found) for found in undecidable(ledger))
    if not clashes:
        counted_once.drop(ledger)
    return clashes


def named_once(clashes: Iterable[Clash]) -> list[str]:
    """Each in words, and how many more there are than anybody reads."""
    names = list(dict.fromkeys(map(str, clashes)))
    more = len(names) - _MOST_CLASHES
    return [*names[:_MOST_CLASHES], *([f"and {more} more overlaps"] if more > 0 else [])]


#: Charges of the same cell may be the same. What a file doesn't tell (its payer, its owner, the
#: commodity code of another layout's rows, the day of a month's sum) may be anything there.
_SHARING = """
    WITH told AS (
        SELECT unnest($1::INTEGER[]) AS file, unnest($2::INTEGER[]) AS export,
               unnest($3::INTEGER[]) AS layout, unnest($4::BOOLEAN[]) AS has_owner
    ),
    held AS (
        SELECT DISTINCT t.export, t.layout, t.has_owner, l.month,
               CASE WHEN $5 THEN coalesce(l.billing_account_id, '') ELSE '' END AS payer,
               l.sub_account_id AS owner, l.product, coalesce(l.commodity_code, '') AS code,
               CASE WHEN l.width <> 'month' THEN l.first::DATE END AS day
        FROM ledger l JOIN told t USING (file)
        WHERE l.kind IN ('charge', 'other')
    ),
    comparable AS (
        SELECT export, payer, month, day,
               CASE WHEN bool_and(has_owner) OVER billed OR NOT bool_or(has_owner) OVER billed
                    THEN coalesce(owner, '') ELSE '' END AS owner,
               CASE WHEN min(layout) OVER billed = max(layout) OVER billed
                         OR bool_and(code <> '') OVER billed
                    THEN coalesce(product, '') ELSE '' END AS product
        FROM held WINDOW billed AS (PARTITION BY payer, month)
    ),
    cells AS (
        SELECT export, payer, month, owner, product,
               CASE WHEN bool_or(day IS NULL) OVER (PARTITION BY payer, month, owner, product)
                    THEN NULL ELSE day END AS day
        FROM comparable
    )
    SELECT DISTINCT list_sort(list(DISTINCT export)) AS exports FROM cells
    GROUP BY payer, month, owner, product, day
    HAVING min(export) <> max(export)
    ORDER BY exports
"""


def _sharing(ledger: Ledger, exports: Sequence[Export]) -> list[tuple[int, ...]]:
    """Sets of exports with charges of the same account, commodity and day (or whole month)."""
    if len(exports) < 2:
        return []
    told = [(file, export) for export in exports for file in export.files]
    rows = ledger.query(
        _SHARING,
        [
            [file for file, _ in told],
            [export.number for _, export in told],
            [export.layout for _, export in told],
            ["sub_account_id" in ledger.files[file].fields for file, _ in told],
            all("billing_account_id" in file.fields for file in ledger.files),
        ],
    )
    return [tuple(found) for (found,) in rows]


def _incomparable(
    ledger: Ledger, exports: Sequence[Export], sharing: Iterable[Sequence[int]], keys: SharedKeys
) -> Iterator[Clash]:
    """Exports whose rows can't be held against each other at all."""
    for numbers in sharing:
        found = sorted((exports[number] for number in numbers), key=lambda export: export.rank)
        kept = [export for export in found if export.kept]
        if kept:
            others = [export for export in found if export is not kept[0]]
            yield _clash(
                ledger, kept[0], others, "overlap, and the rows of a kept ledger aren't here"
            )
            continue
        for why, exports_asked, value in (
            (
                "overlap, and one sums up whole months: give only one of them",
                found,
                lambda export: export.widths == {"month"},
            ),
            (
                "overlap in different layouts: give only one of them",
                found,
                lambda export: export.widths,
            ),
            (
                "overlap, and their keys don't match: give only one of them",
                [export for export in found if keys.has(export)],
                lambda export: export.layout,
            ),
        ):
            if pair := apart(exports_asked, value, keys.family):
                yield _clash(ledger, *pair, why)
                break


def apart(
    exports: Sequence[_Any], value: Callable[[_Any], object], family: Callable[[_Any], object]
) -> tuple[_Any, list[_Any]] | None:
    """An export and all that differ from it in a value and share no keys with it, if there are any.

    Where all that differ from the first are of its family, and others exist that are not (and so
    are like the first), those two kinds differ from each other in both.
    """
    for one in (
        *exports[:1],
        *[other for other in exports if value(other) != value(exports[0])][:1],
    ):
        others = [
            other
            for other in exports
            if value(other) != value(one) and family(other) != family(one)
        ]
        if others:
            return one, others
    return None


def _clash(ledger: Ledger, one: Export, others: Sequence[Export], why: str) -> Clash:
    rows = ledger.query(
        "SELECT billing_currency, sum(billed_cost), min(month), max(month) FROM ledger "
        "WHERE file IN (SELECT unnest($1::INTEGER[])) AND kind IN ('charge', 'other') "
        "AND month IN (SELECT month FROM ledger "
        "WHERE file IN (SELECT unnest($2::INTEGER[])) AND kind IN ('charge', 'other')) "
        "GROUP BY 1 ORDER BY 1 NULLS LAST",
        [list(one.files), [file for other in others for file in other.files]],
    )
    months = sorted({month for row in rows for month in row[2:]})
    return Clash(
        one=one.name,
        other=some([other.name for other in others], 1, "more files"),
        period=" to ".join(dict.fromkeys((months[0], months[-1]))) if months else "",
        amounts=tuple(f"{plain(amount)} {currency}" for currency, amount, *_ in rows),
        why=why,
    )
