"""Counted once: what two exports both hold is summed once, or nothing is judged.

First a cheap question on the per-file sums: do two exports have charges of the same account,
commodity and day? Mostly they don't, and that is the end of it. Where they do, the rows of the
files concerned are held against each other by primary key, or by content where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from govern.ledger.ledger import BillFile, Ledger
from govern.ledger.same_rows import drop, load_rows, match_contents, match_keys
from govern.model.money import plain
from govern.model.text import shorten


@dataclass(frozen=True)
class Clash:
    """Two exports that can't be counted once: what they share and why it is undecidable."""

    one: str
    other: str
    period: str
    amounts: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        at_stake = ", ".join(self.amounts)
        return f"{self.one} and {self.other}: {self.why} ({self.period}; {at_stake} at stake)"


def count_once(ledger: Ledger) -> list[Clash]:
    """Drop the rows that another export holds too; returns the overlaps that can't be decided.

    Changes the ledger's tables, and ``duplicates`` of its files.
    """
    shared = _shared_days(ledger)
    if not shared:
        return []
    clashes = [clash for pair in shared if (clash := _incomparable(ledger, *pair))]
    if clashes:
        return clashes
    concerned = sorted({file for one, other in shared for file in (*one, *other)})
    load_rows(ledger, concerned)
    match_keys(ledger)
    clashes = [*_conflicts(ledger), *_strangers(ledger, shared)]
    if clashes:
        return clashes
    match_contents(ledger)
    drop(ledger, concerned)
    return []


Export = tuple[int, ...]


def _shared_days(ledger: Ledger) -> list[tuple[Export, Export]]:
    """Pairs of exports with charges of the same account, commodity and day (or whole month)."""
    exports: dict[str, list[int]] = {}
    for file in ledger.files:
        exports.setdefault(file.export, []).append(file.number)
    if len(exports) < 2:
        return []
    number = {file: at for at, files in enumerate(exports.values()) for file in files}
    rows = ledger.query(
        """
        WITH held AS (
            SELECT DISTINCT number, billing_account_id, sub_account_id, month AS billing_month,
                   product,
                   CASE WHEN width = 'month' THEN NULL ELSE first::DATE END AS day
            FROM ledger
            JOIN (SELECT unnest($1::INTEGER[]) AS file, unnest($2::INTEGER[]) AS number)
                USING (file)
            WHERE kind IN ('charge', 'other')
        )
        SELECT DISTINCT a.number, b.number FROM held a JOIN held b
            ON a.number < b.number
            AND a.billing_account_id IS NOT DISTINCT FROM b.billing_account_id
            AND a.sub_account_id IS NOT DISTINCT FROM b.sub_account_id
            AND a.product IS NOT DISTINCT FROM b.product
            AND a.billing_month = b.billing_month
            AND (a.day = b.day OR a.day IS NULL OR b.day IS NULL)
        ORDER BY 1, 2
        """,
        [list(number), list(number.values())],
    )
    units = [tuple(files) for files in exports.values()]
    return [(units[one], units[other]) for one, other in rows]


def _incomparable(ledger: Ledger, one: Export, other: Export) -> Clash | None:
    """Exports whose rows can't be held against each other at all."""
    files = [ledger.files[number] for number in (*one, *other)]
    if any(file.staged is None for file in files):
        return _clash(ledger, one, other, "overlap, and the rows of a kept ledger aren't here")
    widths = [_widths(ledger, export) for export in (one, other)]
    if (widths[0] == {"month"}) != (widths[1] == {"month"}):
        return _clash(
            ledger, one, other, "overlap, and one sums up whole months: give only one of them"
        )
    same_shape = len({file.shape for file in files}) == 1
    if widths[0] != widths[1] and not (same_shape and all(map(_has_key, files))):
        return _clash(ledger, one, other, "overlap in different layouts: give only one of them")
    return None


def _has_key(file: BillFile) -> bool:
    return "primary_key" in file.fields


def _widths(ledger: Ledger, export: Export) -> frozenset[str]:
    rows = ledger.query(
        "SELECT DISTINCT width FROM ledger "
        "WHERE list_contains($1::INTEGER[], file) AND kind IN ('charge', 'other')",
        [list(export)],
    )
    return frozenset(str(row[0]) for row in rows)


def _clash(ledger: Ledger, one: Export, other: Export, why: str) -> Clash:
    rows = ledger.query(
        "SELECT billing_currency, sum(billed_cost), min(month), max(month) FROM ledger "
        "WHERE list_contains($1::INTEGER[], file) AND kind IN ('charge', 'other') "
        "AND month IN (SELECT month FROM ledger WHERE list_contains($2::INTEGER[], file) "
        "AND kind IN ('charge', 'other')) GROUP BY 1 ORDER BY 1 NULLS LAST",
        [list(one), list(other)],
    )
    months = sorted({month for row in rows for month in row[2:]})
    return Clash(
        one=ledger.files[one[0]].name,
        other=ledger.files[other[0]].name,
        period=" to ".join(dict.fromkeys((months[0], months[-1]))) if months else "",
        amounts=tuple(f"{plain(amount)} {currency}" for currency, amount, *_ in rows),
        why=why,
    )


def _conflicts(ledger: Ledger) -> Iterable[Clash]:
    """The same key with different content, where no export instant says which is later."""
    rows = ledger.query(
        """
        SELECT a.file, b.file, count(DISTINCT a.key),
               min(r.first)::DATE, max(r.last)::DATE, min(a.key)
        FROM shared_keys a JOIN shared_keys b ON a.key = b.key AND a.file < b.file
        JOIN rows r ON r.key = a.key AND r.export = a.export
        WHERE a.says <> b.says AND (a.undated OR b.undated)
        GROUP BY 1, 2 ORDER BY 1, 2
        """
    )
    for one, other, keys, first, last, example in rows:
        amounts = ledger.query(
            "SELECT billing_currency, sum(billed_cost) FROM rows WHERE file = ? AND key IN "
            "(SELECT key FROM shared_keys WHERE differs AND undated) "
            "GROUP BY 1 ORDER BY 1 NULLS LAST",
            [one],
        )
        yield Clash(
            ledger.files[one].name,
            ledger.files[other].name,
            " to ".join(dict.fromkeys((str(first), str(last)))),
            tuple(f"{plain(amount)} {currency}" for currency, amount in amounts),
            f"{keys} {'key has' if keys == 1 else 'keys have'} different content, such as "
            f"{shorten(example, 60)}; name the later export with --exported-at",
        )


def _strangers(ledger: Ledger, shared: Iterable[tuple[Export, Export]]) -> Iterable[Clash]:
    """Exports with keys that share none, though they hold the same content or differ in layout."""
    for one, other in shared:
        files = [ledger.files[number] for number in (*one, *other)]
        if not all(map(_has_key, files)):
            continue
        exports = [ledger.files[one[0]].export, ledger.files[other[0]].export]
        common = ledger.query(
            "SELECT count(*) FILTER (WHERE k.key IS NOT NULL) FROM "
            "(SELECT DISTINCT key FROM rows WHERE export = ?) a "
            "JOIN (SELECT DISTINCT key FROM rows WHERE export = ?) k USING (key)",
            exports,
        )
        if common[0][0]:
            continue
        same = ledger.query(
            "SELECT count(*) FROM (SELECT content FROM rows WHERE export = ? AND key IS NOT NULL "
            "INTERSECT SELECT content FROM rows WHERE export = ? AND key IS NOT NULL)",
            exports,
        )
        if same[0][0] or len({file.shape for file in files}) > 1:
            yield _clash(
                ledger, one, other, "overlap, and their keys don't match: give only one of them"
            )
