"""The rows of exports that overlap, held against each other: which are the same charge.

By primary key; rows without keys by content, which means the recognised values and not the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from govern.ledger import interpret, reduce
from govern.ledger.ledger import Ledger
from govern.model.money import plain

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


def load_rows(ledger: Ledger, files: Sequence[int]) -> None:
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
            SELECT file FROM rows WHERE list_contains($1::INTEGER[], file) AND key IS NOT NULL
            GROUP BY file, key HAVING count(*) > 1)
        """,
        [[one.number for one in told if one.shape == "api"]],
    )


def _trimmed(text: str) -> str:
    return f"trim({text}, ' ' || chr(9))"


def match_keys(ledger: Ledger) -> None:
    """The table ``shared_keys``: what each export says of a key that several have.

    ``says`` is the sorted contents under the key; ``best`` the export that counts.
    """
    ledger.connection.execute(
        """
        CREATE OR REPLACE TABLE shared_keys AS
        WITH told AS (
            SELECT key, export, min(file) AS file, max(exported_at) AS exported_at,
                   list_sort(list(content))::VARCHAR AS says
            FROM rows WHERE key IS NOT NULL GROUP BY key, export
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


def match_contents(ledger: Ledger) -> None:
    """Mark what is dropped: by key, then rows without keys by content."""
    ledger.connection.execute(
        """
        UPDATE rows SET dropped = true FROM shared_keys s
        WHERE rows.key = s.key AND rows.export = s.export AND s.export <> s.best;

        CREATE OR REPLACE TABLE spare AS
        WITH counted AS (
            SELECT content, export, min(file) AS file,
                   count(*) FILTER (WHERE key IS NOT NULL) AS keyed,
                   count(*) FILTER (WHERE key IS NULL) AS unkeyed
            FROM rows WHERE NOT dropped AND kind IN ('charge', 'other') GROUP BY content, export
        )
        SELECT content, export, sum(keyed) OVER same AS have,
               first_value(export) OVER (PARTITION BY content ORDER BY unkeyed DESC, file) AS best
        FROM counted WINDOW same AS (PARTITION BY content)
        QUALIFY count(*) OVER same > 1;

        UPDATE rows SET dropped = true FROM (
            SELECT r.id, row_number() OVER (PARTITION BY r.content, r.export ORDER BY
                       r.file, r.context_id, r.odd_numbers NULLS LAST,
                       r.odd_time NULLS LAST, r.instance_id) AS nth,
                   s.have, r.export <> s.best AS elsewhere
            FROM rows r JOIN spare s USING (content, export)
            WHERE r.key IS NULL AND r.kind IN ('charge', 'other')
        ) o
        WHERE rows.id = o.id AND (o.elsewhere OR o.nth <= o.have);
        """
    )


def drop(ledger: Ledger, files: Sequence[int]) -> None:
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
        GROUP BY ALL ORDER BY ALL NULLS LAST
        """
    )
    return [
        f"{count} {'charge' if count == 1 else 'charges'} of {earlier} changed in the later export "
        f"{later}, which counts: {plain(difference)} {currency}"
        for later, earlier, currency, count, difference in changed
    ]
