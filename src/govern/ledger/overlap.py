"""Counted once: what two exports both hold is summed once, or nothing is judged.

First a cheap question on the per-file sums: do two exports have charges of the same account,
commodity and day? Mostly they don't, and that is the end of it. Where they do, the rows of the
files concerned are held against each other by primary key, or by content where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from govern.ledger import interpret, reduce
from govern.ledger.ledger import BillFile, Ledger
from govern.model.money import plain
from govern.model.text import shorten

#: What makes two rows of different files the same charge: the recognised values.
_CONTENT = (
    "billing_account_id",
    "sub_account_id",
    "instance_id",
    "billing_item",
    "first",
    "width",
    "billing_currency",
    "billed_cost",
    "list_cost",
    "usage",
    "unit",
)


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
    _load_rows(ledger, concerned)
    _match_keys(ledger)
    clashes = [*_conflicts(ledger), *_strangers(ledger, shared)]
    if clashes:
        return clashes
    _match_contents(ledger)
    _drop(ledger, concerned)
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
        "AND kind IN ('charge', 'other')) GROUP BY 1 ORDER BY 1",
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


def _load_rows(ledger: Ledger, files: Sequence[int]) -> None:
    """The table ``rows``: each row of the files concerned with its group, key and content."""
    connection = ledger.connection
    connection.execute(f"CREATE OR REPLACE TABLE read_rows ({reduce.GROUPS}, primary_key VARCHAR)")
    for number in files:
        staged = ledger.files[number].staged
        assert staged is not None
        connection.execute(f"INSERT INTO read_rows {reduce.rows_with_keys(number, staged)}")
    connection.execute(
        "CREATE OR REPLACE TABLE raw_rows AS SELECT row_number() OVER () AS row, * FROM read_rows;"
        "DROP TABLE read_rows"
    )
    told = [ledger.files[number] for number in files]
    content = ", ".join(
        f"coalesce({_trimmed(f'{column}::VARCHAR')}, chr(30))" for column in _CONTENT
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE rows AS
        SELECT u.* EXCLUDE (primary_key), f.export, f.exported_at,
               md5(concat_ws(chr(31), {content})) AS content,
               CASE WHEN u.kind IN ('charge', 'other')
                    THEN nullif({_trimmed("primary_key")}, '') END
                   AS key,
               false AS dropped
        FROM ({interpret.understood("raw_rows")}) u
        JOIN (SELECT unnest($1::INTEGER[]) AS file, unnest($2::VARCHAR[]) AS export,
                     unnest($3::TIMESTAMP[]) AS exported_at) f USING (file)
        """,
        [list(files), [one.export for one in told], [one.exported_at for one in told]],
    )
    # A RecordID is a key only where it is unique within its file (it often names a whole batch).
    connection.execute(
        """
        UPDATE rows SET key = NULL WHERE file IN (
            SELECT file FROM rows WHERE list_contains($1::INTEGER[], file) AND key NOTNULL
            GROUP BY file, key HAVING count(*) > 1)
        """,
        [[one.number for one in told if one.shape == "api"]],
    )


def _trimmed(text: str) -> str:
    return f"trim({text}, ' ' || chr(9))"


def _match_keys(ledger: Ledger) -> None:
    """The table ``shared_keys``: what each export says of a key that several have.

    ``says`` is the sorted contents under the key; ``best`` the export that counts.
    """
    ledger.connection.execute(
        """
        CREATE OR REPLACE TABLE shared_keys AS
        WITH told AS (
            SELECT key, export, min(file) AS file, any_value(exported_at) AS exported_at,
                   list_sort(list(content))::VARCHAR AS says
            FROM rows WHERE key NOTNULL GROUP BY key, export
        )
        SELECT key, export, file, exported_at, says,
               count(DISTINCT says) OVER same > 1 AS differs,
               count(*) OVER same <> count(exported_at) OVER same
                   OR count(DISTINCT exported_at) OVER same < count(*) OVER same AS undated,
               first_value(export) OVER (
                   PARTITION BY key ORDER BY exported_at DESC NULLS LAST, file) AS best
        FROM told
        WINDOW same AS (PARTITION BY key)
        QUALIFY count(*) OVER same > 1
        """
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
            "(SELECT key FROM shared_keys WHERE differs AND undated) GROUP BY 1 ORDER BY 1",
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
            "SELECT count(*) FILTER (WHERE k.key NOTNULL) FROM "
            "(SELECT DISTINCT key FROM rows WHERE export = ?) a "
            "JOIN (SELECT DISTINCT key FROM rows WHERE export = ?) k USING (key)",
            exports,
        )
        if common[0][0]:
            continue
        same = ledger.query(
            "SELECT count(*) FROM (SELECT content FROM rows WHERE export = ? AND key NOTNULL "
            "INTERSECT SELECT content FROM rows WHERE export = ? AND key NOTNULL)",
            exports,
        )
        if same[0][0] or len({file.shape for file in files}) > 1:
            yield _clash(
                ledger, one, other, "overlap, and their keys don't match: give only one of them"
            )


def _match_contents(ledger: Ledger) -> None:
    """Mark what is dropped: by key, then rows without keys by content."""
    ledger.connection.execute(
        """
        UPDATE rows SET dropped = true FROM shared_keys s
        WHERE rows.key = s.key AND rows.export = s.export AND s.export <> s.best;

        CREATE OR REPLACE TABLE spare AS
        WITH counted AS (
            SELECT content, export, min(file) AS file, count(*) FILTER (WHERE key NOTNULL) AS keyed,
                   count(*) FILTER (WHERE key IS NULL) AS unkeyed
            FROM rows WHERE NOT dropped AND kind IN ('charge', 'other') GROUP BY content, export
        )
        SELECT content, export, sum(keyed) OVER same AS have,
               first_value(export) OVER (PARTITION BY content ORDER BY unkeyed DESC, file) AS best
        FROM counted WINDOW same AS (PARTITION BY content)
        QUALIFY count(*) OVER same > 1;

        UPDATE rows SET dropped = true FROM (
            SELECT r.id, row_number() OVER (PARTITION BY r.content, r.export ORDER BY
                       r.file, r.context_id, r.odd_numbers, r.odd_time) AS nth,
                   s.have, r.export <> s.best AS elsewhere
            FROM rows r JOIN spare s USING (content, export)
            WHERE r.key IS NULL AND r.kind IN ('charge', 'other')
        ) o
        WHERE rows.id = o.id AND (o.elsewhere OR o.nth <= o.have);
        """
    )


def _drop(ledger: Ledger, files: Sequence[int]) -> None:
    """Sum the files concerned again without what is dropped, and say what a later export won."""
    connection = ledger.connection
    ledger.notes += _won(ledger)
    connection.execute("DELETE FROM groups WHERE list_contains($1::INTEGER[], file)", [list(files)])
    connection.execute(
        """
        CREATE OR REPLACE TABLE dropped AS
            SELECT r.* FROM raw_rows r JOIN rows d USING (row) WHERE d.dropped;
        INSERT INTO groups
            SELECT r.file, r.context, r.instance_id, r.day, r.width, r.odd_time, r.odd_numbers,
                   r.lead, r.negative, sum(r.billed_cost), sum(r.list_cost), sum(r.usage),
                   sum(r.charges)::BIGINT, min(r.first_time), max(r.last_time)
            FROM raw_rows r JOIN rows d USING (row) WHERE NOT d.dropped GROUP BY ALL;
        """
    )
    interpret.make_ledger(connection)
    counts: dict[int, int] = dict(ledger.query("SELECT file, count(*) FROM dropped GROUP BY 1"))
    ledger.files = [
        replace(file, duplicates=int(counts.get(file.number, 0))) for file in ledger.files
    ]
    connection.execute(
        "DROP TABLE rows; DROP TABLE raw_rows; DROP TABLE shared_keys; DROP TABLE spare"
    )


def _won(ledger: Ledger) -> list[str]:
    changed = ledger.query(
        """
        WITH sums AS (
            SELECT s.key, s.export, s.best, r.billing_currency, sum(r.billed_cost) AS cost
            FROM shared_keys s JOIN rows r ON r.key = s.key AND r.export = s.export
            WHERE s.differs GROUP BY ALL
        )
        SELECT l.export, e.export, l.billing_currency, count(*), sum(l.cost - e.cost)
        FROM sums l JOIN sums e ON l.key = e.key AND l.export = l.best AND e.export <> e.best
            AND l.billing_currency = e.billing_currency
        GROUP BY ALL ORDER BY ALL
        """
    )
    return [
        f"{count} {'charge' if count == 1 else 'charges'} of {earlier} changed in the later export "
        f"{later}, which counts: {plain(difference)} {currency}"
        for later, earlier, currency, count, difference in changed
    ]
