"""From groups of raw text to a ledger: each distinct wording is understood once, in Python.

The engine then joins the understanding to the sums: by month, which answers most of what is asked,
and by day where a day matters. A wording that can't be understood exactly
turns its group into rejects, with the column at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING

from govern.ledger.groups import DECIMAL, NUMBERS
from govern.ledger.table import BATCH, columns_of, fill, values_of
from govern.ledger.wordings import KINDS, Context, Instance, Numbers, Time
from govern.model.instance_id import UNKNOWN, InstanceId

if TYPE_CHECKING:
    import duckdb


def _distinct(connection: duckdb.DuckDBPyConnection, column: str, table: str) -> Iterable[str]:
    cursor = connection.cursor()
    cursor.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1")
    while rows := cursor.fetchmany(BATCH):
        yield from (row[0] for row in rows)


def interpret(
    connection: duckdb.DuckDBPyConnection, clock: tzinfo, parse: Callable[[str], InstanceId]
) -> None:
    """Understand every wording of ``sums``, once."""
    connection.execute(_CONTEXTS)
    contexts = (Context.of(text, clock) for text in _distinct(connection, "context", "written"))
    numbered = ((number, *values_of(one)) for number, one in enumerate(contexts))
    columns = [("context_id", "INTEGER"), *columns_of(Context, KINDS)]
    fill(connection, "contexts", columns, numbered)
    connection.execute(_CODED)

    def understand(table: str, noun: type, column: str, how: Callable[[str], object]) -> None:
        meanings = (values_of(how(text)) for text in _distinct(connection, column, "sums"))
        fill(connection, table, columns_of(noun, KINDS), meanings)

    instances = (Instance.of(text, parse) for text in _distinct(connection, "instance_id", "sums"))
    fill(
        connection,
        "instances",
        [("instance_no", "INTEGER"), *columns_of(Instance, KINDS)],
        ((number, *values_of(one)) for number, one in enumerate(instances)),
    )
    understand("times", Time, "odd_time", lambda text: Time.of(text, clock))
    understand("numbers", Numbers, "odd_numbers", Numbers.of)


#: Each context that a file's groups have, as its text; then its number among all texts.
_CONTEXTS = """
    CREATE OR REPLACE TABLE written AS
        SELECT s.*, coalesce(k.context, s.odd_context) AS context
        FROM (SELECT DISTINCT file, code, odd_context FROM sums) s
        LEFT JOIN codes k ON k.file = s.file AND k.code = s.code
"""
_CODED = """
    CREATE OR REPLACE TABLE coded AS
        SELECT file, code, odd_context, context_id FROM written JOIN contexts USING (context);
    DROP TABLE written
"""


def by_month(connection: duckdb.DuckDBPyConnection) -> bool:
    """Make ``monthly``: the ledger without its days; False where it would be hardly smaller.

    A day that doesn't exist keeps a group of its own, so that what is rejected stays exact.
    """
    ((groups,),) = connection.execute("SELECT count(*) FROM sums").fetchall()
    if groups < _MANY:
        return False
    connection.execute(_MONTHS)
    ((months,),) = connection.execute("SELECT count(*) FROM month_sums").fetchall()
    fewer = bool(_TIMES_FEWER * months < groups)
    if fewer:
        connection.execute(f"CREATE OR REPLACE TABLE monthly AS {understood('month_sums')}")
    connection.execute("DROP TABLE month_sums")
    return fewer


def by_day(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``reduced``: one row per group, with its kind and its meaning.

    ``kind`` is ``charge``, ``other`` (another product), ``totals`` or ``rejected``.
    """
    connection.execute(f"CREATE OR REPLACE TABLE reduced AS {understood('sums')}")


def understood(sums: str) -> str:
    """The query that joins a table of sums to what their wordings mean."""
    return _UNDERSTOOD.replace("FROM sums g", f"FROM {sums} g")


#: Below so many groups each table more costs as much as it saves, and where months aren't fewer.
_MANY = 20_000
_TIMES_FEWER = 2

_MONTHS = f"""
    CREATE OR REPLACE TABLE month_sums AS
    SELECT * EXCLUDE (month_of) FROM (
        SELECT file, code, odd_context, instance_id, min(day) AS day, width, odd_time, odd_numbers,
               lead, negative, {", ".join(f"sum({name}) AS {name}" for name in NUMBERS)},
               sum(charges)::BIGINT AS charges, min(first_time) AS first_time,
               max(last_time) AS last_time,
               CASE WHEN TRY_CAST(day AS TIMESTAMP) IS NULL THEN day ELSE left(day, 7) END
                    AS month_of
        FROM sums
        GROUP BY file, code, odd_context, instance_id, width, odd_time, odd_numbers, lead, negative,
                 month_of
    )
"""


#: What tells two groups apart, in an order that is the same on every run: ids follow it, so that
#: whatever is ordered by ``id`` doesn't depend on threads. Numbers of texts stand for the texts.
_ORDER = (
    "file, context_id, instance_no, day NULLS LAST, width NULLS LAST, odd_time NULLS LAST, "
    "odd_numbers NULLS LAST, lead NULLS LAST, negative"
)

_UNDERSTOOD = f"""
WITH numbered AS (
    -- Few columns are sorted; all the others are put beside them afterwards.
    SELECT row, context_id, instance_no,
           (row_number() OVER (ORDER BY {_ORDER}))::BIGINT AS id
    FROM (SELECT g.rowid AS row, g.*, context_id, instance_no
          FROM sums g JOIN coded USING (file, code, odd_context)
          JOIN instances USING (instance_id))
),
joined AS (
    SELECT o.id, g.* EXCLUDE (billed_cost, list_cost, usage, width, code, odd_context),
           g.width AS cell_width, c.* EXCLUDE (context, factor),
           i.* EXCLUDE (instance_id, instance_no),
           CASE WHEN g.odd_numbers IS NULL THEN g.billed_cost
                ELSE n.odd_billed_cost * g.charges END AS billed_cost,
           CASE WHEN g.odd_numbers IS NULL THEN g.list_cost
                ELSE n.odd_list_cost * g.charges END AS list_cost,
           (CASE WHEN g.odd_numbers IS NULL THEN g.usage
                 ELSE n.odd_usage * g.charges END * c.factor)::{DECIMAL} AS usage,
           n.number_column, n.number_fault,
           CASE WHEN g.odd_time IS NULL THEN TRY_CAST(g.first_time AS TIMESTAMP)
                WHEN t.odd_width = 'none' THEN c.month_start ELSE t.odd_start END AS first,
           CASE WHEN g.odd_time IS NULL THEN TRY_CAST(g.last_time AS TIMESTAMP)
                WHEN t.odd_width = 'none' THEN c.month_start ELSE t.odd_start END AS last,
           CASE WHEN g.odd_time IS NULL
                THEN CASE g.width WHEN 10 THEN 'day' WHEN 16 THEN 'minute' ELSE 'second' END
                WHEN t.odd_width = 'none' THEN 'month' ELSE t.odd_width END AS time_width
    FROM sums g
    JOIN numbered o ON o.row = g.rowid
    JOIN contexts c USING (context_id)
    JOIN instances i USING (instance_no)
    LEFT JOIN times t USING (odd_time)
    LEFT JOIN numbers n USING (odd_numbers)
),
judged AS (
    SELECT *,
           CASE WHEN number_column = 'billed_cost' THEN number_column
                WHEN lead = 'totals' THEN NULL
                WHEN fault_column = 'currency' OR fault_column = 'instance_id' THEN fault_column
                WHEN first IS NULL OR last IS NULL OR year(first) NOT BETWEEN 2000 AND 2199
                     THEN 'time'
                WHEN fault_column IS NOT NULL THEN fault_column
                ELSE number_column END AS reject_column
    FROM joined
)
SELECT * EXCLUDE (fault_column, fault, number_column, number_fault, call, batch, context_service,
                  context_month, first_time, last_time, instance_region, region_id, model_studio,
                  time_width),
       CASE WHEN reject_column = number_column THEN number_fault
            WHEN reject_column = 'time' THEN 'no or impossible date'
            ELSE fault END AS reject_reason,
       CASE WHEN reject_column IS NOT NULL THEN 'rejected'
            WHEN lead = 'totals' THEN 'totals'
            WHEN model_studio THEN 'charge' ELSE 'other' END AS kind,
       layout = '{UNKNOWN}' AS unparsed,
       CASE WHEN context_service = 'inference' OR (context_service = 'other' AND call)
            THEN CASE WHEN batch THEN 'batch' ELSE 'inference' END
            ELSE context_service END AS service,
       CASE WHEN region_id IS NULL OR region_id = '' THEN coalesce(instance_region, region_id)
            ELSE region_id END AS region_id,
       coalesce(context_month, strftime(first, '%Y-%m')) AS month,
       time_width AS width,
       false AS divided
FROM judged
"""
