"""From groups of raw text to a ledger: each distinct wording is understood once, in Python.

The engine then joins the understanding to the sums. A wording that can't be understood exactly
turns its group into rejects, with the column at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from govern.ledger.groups import DECIMAL, NUMBERS, SEPARATOR, context_cells
from govern.model import meaning
from govern.model.clock import parse_cell
from govern.model.instance_id import CALLS, UNKNOWN, InstanceId
from govern.model.money import NotExact, parse_amount

if TYPE_CHECKING:
    import duckdb

_BATCH = 100_000


#: A column of a table of meanings: its name and the engine's type.
Column = tuple[str, str]


def fill(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Make ``table`` anew from Python rows, in batches."""
    declared = ", ".join(f"{name} {kind}" for name, kind in columns)
    connection.execute(f"CREATE OR REPLACE TABLE {table} ({declared})")
    unnest = ", ".join(
        f"unnest(${number}::{kind}[])" for number, (_, kind) in enumerate(columns, start=1)
    )
    batch: list[Sequence[Any]] = []

    def flush() -> None:
        if batch:
            values = [list(values) for values in zip(*batch, strict=True)]
            connection.execute(f"INSERT INTO {table} SELECT {unnest}", values)
            batch.clear()

    for row in rows:
        batch.append(row)
        if len(batch) >= _BATCH:
            flush()
    flush()


def _distinct(connection: duckdb.DuckDBPyConnection, column: str) -> Iterable[str]:
    cursor = connection.cursor()
    cursor.execute(f"SELECT DISTINCT {column} FROM groups WHERE {column} IS NOT NULL ORDER BY 1")
    while rows := cursor.fetchmany(_BATCH):
        yield from (row[0] for row in rows)


_CONTEXT_COLUMNS = (
    ("context_id", "INTEGER"),
    ("context", "VARCHAR"),
    ("fault_column", "VARCHAR"),
    ("fault", "VARCHAR"),
    ("billing_account_id", "VARCHAR"),
    ("sub_account_id", "VARCHAR"),
    ("region_id", "VARCHAR"),
    ("commodity_code", "VARCHAR"),
    ("product", "VARCHAR"),
    ("billing_item", "VARCHAR"),
    ("model_studio", "BOOLEAN"),
    ("context_service", "VARCHAR"),
    ("charge_category", "VARCHAR"),
    ("unknown_category", "VARCHAR"),
    ("unit", "VARCHAR"),
    ("factor", "DECIMAL(9, 0)"),
    ("billing_currency", "VARCHAR"),
    ("context_month", "VARCHAR"),
    ("month_start", "TIMESTAMP"),
)


def _context_row(context: str, clock: tzinfo) -> Sequence[Any]:
    cells = context_cells(context)
    if cells is None:
        unknown = [None] * 6
        return (
            context, "instance_id", "a control character (U+001F) in a cell", *unknown,
            False, "other", "usage", None, None, Decimal(1), None, None, None,
        )  # fmt: skip
    (payer, owner, region, region_name, code, product, commodity, detail, item, kind, unit_text,
     money, month_text) = cells  # fmt: skip
    unit, factor = meaning.unit_of(unit_text or "")
    currency = meaning.currency_of(money or "")
    category, known = meaning.charge_category_of(kind or "")
    month, fault_column, fault = None, None, None
    if month_text:
        try:
            month = parse_cell(month_text, clock)[0].replace(day=1, hour=0, minute=0, second=0)
        except ValueError:
            fault_column, fault = "month", "impossible billing month"
    if currency is None:
        fault_column, fault = "currency", "no currency"
    return (
        context, fault_column, fault, payer, owner or payer,
        _region(region, region_name), commodity, commodity or detail or product or code, item,
        meaning.is_model_studio(code or "", commodity or "", product or "", detail or ""),
        meaning.service_of(commodity or "", detail or ""), category, None if known else kind,
        unit, factor, currency, month and f"{month:%Y-%m}", month,
    )  # fmt: skip


def _region(code: str | None, name: str | None) -> str | None:
    """The region id by code, else by name; None where the file has neither column."""
    given = code or name
    return meaning.region_id_of(given) if given else None if code is None and name is None else ""


_INSTANCE_COLUMNS = (
    ("instance_id", "VARCHAR"),
    ("layout", "VARCHAR"),
    ("api_key_id", "VARCHAR"),
    ("workspace_id", "VARCHAR"),
    ("model", "VARCHAR"),
    ("meter", "VARCHAR"),
    ("tier", "VARCHAR"),
    ("channel", "VARCHAR"),
    ("free_quota_stop", "VARCHAR"),
    ("instance_region", "VARCHAR"),
    ("call", "BOOLEAN"),
    ("batch", "BOOLEAN"),
)


def _instance_row(text: str, parse: Callable[[str], InstanceId]) -> Sequence[Any]:
    parsed = parse(text.strip())
    return (
        text, parsed.layout, parsed.api_key_id, parsed.workspace_id, parsed.model, parsed.meter,
        parsed.tier, parsed.channel, parsed.free_quota_stop, parsed.region_id,
        parsed.layout in CALLS,
        meaning.refined_service("inference", parsed.meter) == "batch",
    )  # fmt: skip


_TIME_COLUMNS = (
    ("odd_time", "VARCHAR"),
    ("odd_start", "TIMESTAMP"),
    ("odd_width", "VARCHAR"),
)


def _time_row(text: str, clock: tzinfo) -> tuple[str, datetime | None, str | None]:
    if not text.strip():
        return text, None, "none"
    try:
        return text, *parse_cell(text, clock)
    except ValueError:
        return text, None, None


_NUMBER_COLUMNS = (
    ("odd_numbers", "VARCHAR"),
    ("number_column", "VARCHAR"),
    ("number_fault", "VARCHAR"),
    *((f"odd_{name}", DECIMAL) for name in NUMBERS),
)


def _number_row(text: str) -> Sequence[Any]:
    cells = text.split(SEPARATOR)
    if len(cells) != len(NUMBERS):
        return text, "billed_cost", "a control character (U+001F) in a cell", None, None, None
    values: dict[str, Decimal | None] = {}
    faults: list[tuple[str, str]] = []
    for name, cell in zip(NUMBERS, cells, strict=True):
        try:
            empty = not cell.strip() and name != "billed_cost"
            values[name] = None if empty else parse_amount(cell)
        except NotExact as error:
            values[name] = None
            what = "no amount" if not cell.strip() else f"unreadable number: {error}"
            faults.append((name, what))
    column, fault = faults[0] if faults else (None, None)
    return text, column, fault, *(values[name] for name in NUMBERS)


def interpret(
    connection: duckdb.DuckDBPyConnection, clock: tzinfo, parse: Callable[[str], InstanceId]
) -> None:
    """Make ``ledger`` from ``groups``: one row per group, with its kind and its meaning.

    ``kind`` is ``charge``, ``other`` (another product), ``totals`` or ``rejected``.
    """
    fill(
        connection,
        "contexts",
        _CONTEXT_COLUMNS,
        (
            (number, *_context_row(text, clock))
            for number, text in enumerate(_distinct(connection, "context"))
        ),
    )
    fill(
        connection,
        "instances",
        _INSTANCE_COLUMNS,
        (_instance_row(text, parse) for text in _distinct(connection, "instance_id")),
    )
    fill(
        connection,
        "times",
        _TIME_COLUMNS,
        (_time_row(text, clock) for text in _distinct(connection, "odd_time")),
    )
    fill(
        connection,
        "numbers",
        _NUMBER_COLUMNS,
        (_number_row(text) for text in _distinct(connection, "odd_numbers")),
    )
    make_ledger(connection)


def make_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the ledger anew from ``groups`` and what their wordings mean.

    ``reduced`` is never changed after this. What is judged is a view of it: ``divided`` at the
    instants that a judging needs, and ``ledger``, with the names of its inventory beside.
    """
    connection.execute(
        f"CREATE OR REPLACE TABLE reduced AS {understood('groups')};"
        "CREATE OR REPLACE VIEW divided AS FROM reduced;"
        "CREATE OR REPLACE VIEW ledger AS FROM divided"
    )


def understood(groups: str) -> str:
    """The query that joins a table of groups to what its wordings mean."""
    return _UNDERSTOOD.replace("FROM groups g", f"FROM {groups} g")


#: What tells two groups apart, in an order that is the same on every run: ids follow it, so that
#: whatever is ordered by ``id`` doesn't depend on threads. Of single rows it leaves ties, between
#: rows that differ in nothing but their amounts, times within a day, and key.
ORDER = (
    "file, context_id, instance_id, day NULLS LAST, cell_width NULLS LAST, odd_time NULLS LAST, "
    "odd_numbers NULLS LAST, lead NULLS LAST, negative"
)

_UNDERSTOOD = f"""
WITH joined AS (
    SELECT g.* EXCLUDE (billed_cost, list_cost, usage, width, context), g.width AS cell_width,
           c.* EXCLUDE (context, factor), i.* EXCLUDE (instance_id),
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
    FROM groups g
    JOIN contexts c USING (context)
    JOIN instances i USING (instance_id)
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
SELECT (row_number() OVER (ORDER BY {ORDER}))::BIGINT AS id,
       * EXCLUDE (fault_column, fault, number_column, number_fault, call, batch, context_service,
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
