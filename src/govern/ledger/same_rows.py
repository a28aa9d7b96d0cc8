"""The rows of exports that overlap, held against each other: which are the same charge.

By primary key, whatever else differs; rows without keys by content, which means the recognised
values and not the line. Every tie is broken by what the rows hold, never by their order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from govern.ledger.batch import batches
from govern.ledger.exports import Export, ranks_of
from govern.ledger.groups import DECIMAL, KEY, NUMBERS, SEPARATOR
from govern.ledger.ledger import Ledger
from govern.ledger.raw_rows import single_rows
from govern.ledger.shared_keys import SharedKeys
from govern.ledger.table import fill

#: Stands between the payer and the key.
BETWEEN = SEPARATOR

#: What makes two rows of files with keys, or of different layouts, the same charge.
_SAID = ("instance_id", "billing_currency", "cost")

_TOLD = (
    ("file", "INTEGER"),
    ("export", "INTEGER"),
    ("archive", "INTEGER"),
    ("rank", "INTEGER"),
    ("family", "INTEGER"),
    ("layout", "INTEGER"),
    ("exported_at", "TIMESTAMP"),
    ("keyed", "BOOLEAN"),
    ("alike", "BOOLEAN"),
    ("has_payer", "BOOLEAN"),
)


def load(
    ledger: Ledger,
    exports: Sequence[Export],
    files: Collection[int],
    sharing: Sequence[Sequence[int]],
    keys: SharedKeys,
) -> None:
    """The table ``rows``: each row of the files concerned with its group, key and content.

    ``sharing``: sets of exports whose rows may have the same content.
    """
    ledger.by_day()
    connection = ledger.connection
    connection.execute("DROP TABLE IF EXISTS told")
    rank = ranks_of(ledger)
    alike = of_one_layout(exports, sharing)
    has_payer = all("billing_account_id" in file.fields for file in ledger.files)
    fill(
        connection,
        "told",
        _TOLD,
        [
            (
                file, export.number, export.archive, rank[file], keys.family(export),
                export.layout, ledger.files[file].exported_at, file in keys.keyed,
                alike[export.number], has_payer,
            )
            for export in exports
            for file in export.files
            if file in files
        ],
    )  # fmt: skip
    connection.execute(f"CREATE OR REPLACE TABLE rows ({_ROWS})")
    staged = [(number, one) for number in sorted(files) if (one := ledger.files[number].staged)]
    for batch in batches(staged):
        connection.execute(_load(single_rows(batch)))


def of_one_layout(exports: Sequence[Export], sharing: Sequence[Sequence[int]]) -> dict[int, bool]:
    """Whether all exports that an export may share rows with are of its own layout."""
    mixed = [found for found in sharing if len({exports[one].layout for one in found}) > 1]
    reached = {number for found in mixed for number in found}
    grown = True
    while grown:
        wider = {one for found in sharing if not reached.isdisjoint(found) for one in found}
        grown = not wider <= reached
        reached |= wider
    return {export.number: export.number not in reached for export in exports}


#: ``grp``: the row's group, an id of the ledger. ``says``: what must be equal where the key is.
#: ``content``: what must be equal where there is no key. ``raw`` tells rows apart that are the same
#: charge differently written. ``written_…``: the plain numbers, before they are understood.
_ROWS = f"""
    file INTEGER, grp BIGINT, key VARCHAR, counts BOOLEAN, says UHUGEINT, content UHUGEINT,
    raw UHUGEINT, start TIMESTAMP, width INTEGER, cost {DECIMAL}, list_cost {DECIMAL},
    usage {DECIMAL}, unit VARCHAR, time VARCHAR, primary_key VARCHAR,
    written_cost {DECIMAL}, written_list_cost {DECIMAL},
    written_usage {DECIMAL}, dropped BOOLEAN
"""


def _load(single_rows: str) -> str:
    own_group = " AND ".join(
        f"l.{'cell_width' if name == 'width' else name} IS NOT DISTINCT FROM r.{name}"
        for name in KEY
        if name != "context"
    )
    odd = {
        name: f"CASE WHEN r.odd_numbers IS NULL THEN r.{name} ELSE n.odd_{name} END"
        for name in NUMBERS
    }
    return f"""
        INSERT INTO rows
        WITH understood AS (
            SELECT r.*, l.id, l.kind IN ('charge', 'other') AS counts,
                   coalesce(l.billing_account_id, '') AS payer, l.sub_account_id AS owner,
                   l.billing_item AS item, l.billing_currency, l.unit,
                   CASE WHEN l.odd_time IS NULL THEN CAST(r.time AS TIMESTAMP)
                        ELSE l.first END AS start,
                   CASE l.width WHEN 'second' THEN 0 WHEN 'minute' THEN 1
                        WHEN 'hour' THEN 2 WHEN 'day' THEN 2 ELSE 3 END AS exactness,
                   {odd["billed_cost"]} AS cost,
                   {odd["list_cost"]} AS catalogue,
                   ({odd["usage"]} * c.factor)::{DECIMAL} AS quantity
            FROM ({single_rows}) r
            JOIN contexts c ON c.context = r.context
            JOIN ledger l ON l.file = r.file AND l.context_id = c.context_id AND {own_group}
            LEFT JOIN numbers n ON n.odd_numbers = r.odd_numbers
        )
        SELECT u.file, u.id,
               CASE WHEN u.counts AND t.keyed AND {_trimmed("u.primary_key")} <> ''
                    THEN concat(CASE WHEN t.has_payer THEN u.payer ELSE '' END, chr(31),
                                {_trimmed("u.primary_key")}) END,
               u.counts,
               {_digest(*(f"u.{name}" for name in _SAID))},
               {
        _digest(
            "CASE WHEN t.has_payer THEN u.payer END",
            "u.start",
            "u.exactness",
            *(f"u.{name}" for name in _SAID),
            "CASE WHEN t.alike THEN u.owner END",
            "CASE WHEN t.alike THEN u.item END",
            "CASE WHEN t.alike THEN u.catalogue END",
            "CASE WHEN t.alike THEN u.quantity END",
            "CASE WHEN t.alike THEN u.unit END",
        )
    },
               {
        _digest(
            "u.context",
            "u.instance_id",
            "u.odd_time",
            "u.odd_numbers",
            "u.time",
            "u.billed_cost",
            "u.list_cost",
            "u.usage",
            "u.primary_key",
        )
    },
               u.start, u.exactness, u.cost, u.catalogue, u.quantity, u.unit,
               u.time, u.primary_key, u.billed_cost, u.list_cost, u.usage, false
        FROM understood u JOIN told t ON t.file = u.file
    """


def _digest(*values: str) -> str:
    told = ", ".join(f"coalesce({_trimmed(f'{value}::VARCHAR')}, chr(30))" for value in values)
    return f"md5_number(concat_ws(chr(31), {told}))"


def _trimmed(text: str) -> str:
    return f"trim({text}, ' ' || chr(9))"
