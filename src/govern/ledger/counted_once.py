"""Rows that another export holds too are left out, and the groups concerned are summed again."""

from __future__ import annotations

from dataclasses import replace

from govern.ledger.groups import KEY
from govern.ledger.ledger import Ledger
from govern.model.money import plain


def drop(ledger: Ledger) -> None:
    """Sum the groups concerned again without what another file holds too."""
    connection = ledger.connection
    ledger.notes += _won(ledger)
    connection.execute(_MARK)
    connection.execute(_SUM_AGAIN)
    left_out: dict[int, list[tuple[str, str]]] = {}
    for file, currency, cost in ledger.query(
        "SELECT r.file, l.billing_currency, sum(r.cost) FROM rows r JOIN ledger l ON l.id = r.grp "
        "WHERE r.dropped GROUP BY 1, 2 ORDER BY 1, 2 NULLS LAST"
    ):
        left_out.setdefault(file, []).append((currency, plain(cost)))
    counts = dict(ledger.query("SELECT file, count(*) FROM rows WHERE dropped GROUP BY file"))
    ledger.make()
    ledger.files = [
        replace(
            file,
            duplicates=int(counts[file.number]),
            duplicate_costs=tuple(left_out[file.number]),
        )
        if file.number in counts
        else file
        for file in ledger.files
    ]
    connection.execute(
        "DROP TABLE rows; DROP TABLE told; DROP TABLE same_keys; DROP TABLE clashing"
    )


#: By key, then rows without keys by content: so many of a content count as the export has in which
#: it is most frequent, rows with a key (each of which counts) among them.
_MARK = """
    UPDATE rows SET dropped = true FROM same_keys s
    WHERE rows.key = s.key AND rows.file = s.file AND s.file <> s.best;

    UPDATE rows SET dropped = true FROM (
        WITH held AS (
            SELECT r.content, t.export, min(t.rank) AS rank, count(*) AS charges,
                   count(*) FILTER (WHERE r.key IS NULL) AS keyless,
                   count(*) FILTER (WHERE r.key IS NOT NULL AND NOT r.dropped) AS keyed
            FROM rows r JOIN told t USING (file) WHERE r.counts GROUP BY r.content, t.export
        ),
        weighed AS (
            SELECT content, export, keyless,
                   max(charges) OVER same - sum(keyed) OVER same AS needed,
                   row_number() OVER (
                       PARTITION BY content ORDER BY charges DESC, keyless DESC, rank) AS place,
                   count(*) OVER same AS exports
            FROM held WINDOW same AS (PARTITION BY content)
        )
        SELECT row, nth > CASE WHEN place = 1 THEN needed ELSE 0 END AS superfluous
        FROM (
            SELECT r.rowid AS row, w.place, w.needed, row_number() OVER (
                       PARTITION BY r.content, t.export ORDER BY r.raw, t.rank) AS nth
            FROM rows r JOIN told t USING (file)
            JOIN weighed w ON w.content = r.content AND w.export = t.export
            WHERE r.key IS NULL AND r.counts AND w.exports > 1 AND w.keyless > 0
        )
    ) o
    WHERE rows.rowid = o.row AND o.superfluous;
"""

_CODED = ("file", "code", "odd_context", *KEY[1:])
_OWN = " AND ".join(f"s.{name} IS NOT DISTINCT FROM c.{name}" for name in _CODED)
_KEY = ", ".join(
    "l.cell_width AS width" if name == "width" else f"l.{name}" for name in KEY if name != "context"
)

#: ``dropped`` keeps what tells the rows that don't count from the others of their group.
_SUM_AGAIN = f"""
    CREATE OR REPLACE TABLE changed AS
        SELECT l.id, l.file, c.context, k.code, k.odd_context, {_KEY}
        FROM ledger l JOIN contexts c USING (context_id) JOIN coded k USING (file, context_id)
        WHERE l.id IN (SELECT grp FROM rows WHERE dropped);
    CREATE OR REPLACE TABLE dropped AS
        SELECT c.* EXCLUDE (id, code, odd_context), coalesce(r.time, c.odd_time) AS time,
               r.written_cost AS billed_cost, r.written_list_cost AS list_cost,
               r.written_usage AS usage, r.primary_key
        FROM rows r JOIN changed c ON c.id = r.grp WHERE r.dropped;
    DELETE FROM sums s USING changed c WHERE {_OWN};
    INSERT INTO sums
        SELECT {", ".join(f"min(c.{name})" for name in _CODED)}, sum(r.written_cost),
               sum(r.written_list_cost), sum(r.written_usage), count(*)::BIGINT, min(r.time),
               max(r.time)
        FROM rows r JOIN changed c ON c.id = r.grp WHERE NOT r.dropped GROUP BY c.id;
    DROP TABLE changed
"""


def _won(ledger: Ledger) -> list[str]:
    """What a later export changed, by currency."""
    ledger.connection.execute(
        "CREATE OR REPLACE TABLE clashing AS SELECT * FROM same_keys WHERE differs"
    )
    keys = ledger.query("SELECT file, best, count(*) FROM clashing GROUP BY 1, 2 ORDER BY 1, 2")
    if not keys:
        return []
    changed: dict[tuple[int, int], list[str]] = {}
    for file, best, currency, difference in ledger.query(
        """
        WITH sides AS (
            SELECT c.file, c.best, l.billing_currency,
                   CASE WHEN r.file = c.best THEN r.cost ELSE -r.cost END AS cost
            FROM clashing c JOIN rows r ON r.key = c.key AND (r.file = c.file OR r.file = c.best)
            JOIN ledger l ON l.id = r.grp
        )
        SELECT file, best, billing_currency, sum(cost) FROM sides GROUP BY 1, 2, 3
        ORDER BY 1, 2, 3 NULLS LAST
        """
    ):
        changed.setdefault((file, best), []).append(f"{plain(difference)} {currency}")
    return [
        f"{count} {'charge' if count == 1 else 'charges'} of {ledger.files[file].name} changed in "
        f"the later export {ledger.files[best].name}, which counts: "
        f"{', '.join(changed[file, best])}"
        for file, best, count in keys
    ]
