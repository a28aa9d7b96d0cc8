"""The rows of exports that overlap, held against each other: which are the same charge.

By primary key, whatever else differs; rows without keys by content, which means the recognised
values and not the line. Every tie is broken by what the rows hold, never by their order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from govern.ledger import interpret, reduce
from govern.ledger.exports import Export, ranks_of
from govern.ledger.ledger import Ledger
from govern.ledger.shared_keys import SharedKeys
from govern.model.money import plain
from govern.model.text import shorten

#: Stands between the payer and the key.
_BETWEEN = reduce.SEPARATOR

#: What makes two rows of files with keys, or of different layouts, the same charge.
_SAID = ("instance_id", "billing_currency", "cost")

#: What else makes them the same between files of one layout.
_AS_WRITTEN = ("owner", "item", "list_cost", "usage", "unit")

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
    connection = ledger.connection
    connection.execute("DROP TABLE IF EXISTS told")
    rank = ranks_of(ledger)
    alike = _of_one_layout(exports, sharing)
    has_payer = all("billing_account_id" in file.fields for file in ledger.files)
    interpret.fill(
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
    for batch in reduce.batches(staged):
        connection.execute(_load(reduce.single_rows(batch)))


def _of_one_layout(exports: Sequence[Export], sharing: Sequence[Sequence[int]]) -> dict[int, bool]:
    """Whether all exports that an export may share rows with are of its own layout."""
    alike = {export.number: True for export in exports}
    mixed = [found for found in sharing if len({exports[one].layout for one in found}) > 1]
    reached = {number for found in mixed for number in found}
    grown = True
    while grown:
        wider = {one for found in sharing if not reached.isdisjoint(found) for one in found}
        grown = not wider <= reached
        reached |= wider
    return {number: number not in reached for number in alike}


#: ``grp``: the row's group, an id of the ledger. ``says``: what must be equal where the key is.
#: ``content``: what must be equal where there is no key. ``raw`` tells rows apart that are the same
#: charge differently written. ``written_…``: the plain numbers, before they are understood.
_ROWS = f"""
    file INTEGER, grp BIGINT, key VARCHAR, counts BOOLEAN, says UHUGEINT, content UHUGEINT,
    raw UHUGEINT, start TIMESTAMP, width INTEGER, cost {reduce.DECIMAL}, list_cost {reduce.DECIMAL},
    usage {reduce.DECIMAL}, unit VARCHAR, time VARCHAR, primary_key VARCHAR,
    written_cost {reduce.DECIMAL}, written_list_cost {reduce.DECIMAL},
    written_usage {reduce.DECIMAL}, dropped BOOLEAN
"""


def _load(single_rows: str) -> str:
    own_group = " AND ".join(
        f"l.{'cell_width' if name == 'width' else name} IS NOT DISTINCT FROM r.{name}"
        for name in reduce.KEY
        if name != "context"
    )
    odd = {
        name: f"CASE WHEN r.odd_numbers IS NULL THEN r.{name} ELSE n.odd_{name} END"
        for name in reduce.NUMBERS
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
                   ({odd["usage"]} * c.factor)::{reduce.DECIMAL} AS quantity
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


Undecidable = tuple[str, str, str, tuple[str, ...], str]


def undecidable(ledger: Ledger) -> Iterator[Undecidable]:
    """What can't be counted once: two files, the period, the amounts at stake, and why."""
    ledger.connection.execute(_SAME_KEYS)
    yield from _clashing(
        ledger,
        "SELECT key, best AS one, file AS other, key AS example "
        "FROM same_keys WHERE differs AND NOT dated",
        "key",
        lambda many, example: (
            f"{many} {'key has' if many == 1 else 'keys have'} different content, such as "
            f"{shorten(example.split(_BETWEEN)[1], 60)}; name the later export with --exported-at"
        ),
    )
    yield from _clashing(
        ledger,
        _of_two("t.family", "r.key IS NOT NULL", "true", "t.keyed"),
        "content",
        lambda many, example: "overlap, and their keys don't match: give only one of them",
    )
    yield from _clashing(
        ledger,
        _of_two("t.export", "r.counts", "bool_or(r.key IS NULL)", "t.archive"),
        "content",
        lambda many, example: (
            f"{many} identical {'row' if many == 1 else 'rows'} without a key, and nothing tells "
            "whether they are parts of one export or two that overlap: unpack the zip, and give "
            "only one of them"
        ),
    )


#: For each key and file that has it, the file that counts (``best``: the latest known export), and
#: whether the two say different things. Exports of different layouts may take a charge's time from
#: different columns: it agrees if it is equal to the width of the coarser one, and a charge that
#: runs over midnight may be dated by its start in one and by its end in the other. What one of
#: them doesn't tell (list cost, usage) can't differ.
_SAME_KEYS = """
    CREATE OR REPLACE TABLE same_keys AS
    WITH told_by AS (
        SELECT key, file, list_sort(list(says)) AS says, min(start) AS first, max(start) AS last,
               max(width) AS width,
               CASE WHEN count(list_cost) = count(*) THEN list_sort(list(list_cost)) END AS listed,
               CASE WHEN count(usage) = count(*)
                    THEN list_sort(list(concat_ws(' ', usage, unit))) END AS used
        FROM rows WHERE key IS NOT NULL GROUP BY key, file
    ),
    placed AS (
        SELECT b.*, t.exported_at, t.layout, count(*) OVER (PARTITION BY key) AS files,
               row_number() OVER (
                   PARTITION BY key ORDER BY t.exported_at DESC NULLS LAST, t.rank) AS place
        FROM told_by b JOIN told t USING (file)
    )
    SELECT one.key, one.file, best.file AS best,
           one.says <> best.says
           OR coalesce(one.listed <> best.listed, false)
           OR (one.layout = best.layout AND coalesce(one.used <> best.used, false))
           OR CASE CASE WHEN one.width > best.width THEN one.width ELSE best.width END
              WHEN 0 THEN one.first <> best.first OR one.last <> best.last
              WHEN 1 THEN date_trunc('minute', one.first) <> date_trunc('minute', best.first)
                       OR date_trunc('minute', one.last) <> date_trunc('minute', best.last)
              WHEN 2 THEN one.first::DATE NOT BETWEEN best.first::DATE - INTERVAL 1 DAY
                                                  AND best.first::DATE + INTERVAL 1 DAY
                       OR one.last::DATE NOT BETWEEN best.last::DATE - INTERVAL 1 DAY
                                                 AND best.last::DATE + INTERVAL 1 DAY
              ELSE date_trunc('month', one.first) <> date_trunc('month', best.first)
                OR date_trunc('month', one.last) <> date_trunc('month', best.last) END AS differs,
           coalesce(one.exported_at < best.exported_at, false) AS dated
    FROM placed one JOIN placed best ON best.key = one.key AND best.place = 1
    WHERE one.files > 1
"""


def _of_two(apart: str, rows: str, group: str, within: str) -> str:
    """Contents that stand in rows which are ``apart``, with a file of each of two such."""
    return f"""
        WITH contested AS (
            SELECT r.content, {within} AS within FROM rows r JOIN told t USING (file) WHERE {rows}
            GROUP BY r.content, {within} HAVING min({apart}) <> max({apart}) AND {group}
        )
        SELECT DISTINCT r.content, '' AS example,
               first_value(r.file) OVER (
                   PARTITION BY r.content, {within} ORDER BY {apart}, t.rank) AS one,
               first_value(r.file) OVER (
                   PARTITION BY r.content, {within} ORDER BY {apart} DESC, t.rank) AS other
        FROM rows r JOIN told t USING (file)
        JOIN contested c ON c.content = r.content AND c.within = {within} WHERE {rows}
    """


def _clashing(
    ledger: Ledger, found: str, by: str, why: Callable[[int, str], str]
) -> Iterator[Undecidable]:
    """One clash per two files, with the amounts of the first at stake."""
    ledger.connection.execute(f"CREATE OR REPLACE TABLE clashing AS {found}")
    pairs = ledger.query(
        "SELECT one, other, count(*), min(example) FROM clashing GROUP BY 1, 2 ORDER BY 1, 2"
    )
    if not pairs:
        return
    at_stake: dict[tuple[int, int], list[Any]] = {}
    for one, other, *sums in ledger.query(
        f"""
        SELECT c.one, c.other, l.billing_currency, sum(r.cost), min(r.start)::DATE,
               max(r.start)::DATE
        FROM clashing c JOIN rows r ON r.{by} = c.{by} AND r.file = c.one
        JOIN ledger l ON l.id = r.grp
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 NULLS LAST
        """
    ):
        at_stake.setdefault((one, other), []).append(sums)
    for one, other, many, example in pairs:
        sums = at_stake[one, other]
        first, last = min(first for *_, first, _ in sums), max(last for *_, last in sums)
        yield (
            ledger.files[one].name,
            ledger.files[other].name,
            " to ".join(dict.fromkeys((str(first), str(last)))),
            tuple(f"{plain(cost)} {currency}" for currency, cost, *_ in sums),
            why(many, example),
        )


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
    interpret.make_ledger(connection)
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

_OWN = " AND ".join(f"g.{name} IS NOT DISTINCT FROM c.{name}" for name in ("file", *reduce.KEY))
_KEY = ", ".join(
    "l.cell_width AS width" if name == "width" else f"l.{name}"
    for name in reduce.KEY
    if name != "context"
)

#: ``dropped`` keeps what tells the rows that don't count from the others of their group.
_SUM_AGAIN = f"""
    CREATE OR REPLACE TABLE changed AS
        SELECT l.id, l.file, c.context, {_KEY}
        FROM ledger l JOIN contexts c USING (context_id)
        WHERE l.id IN (SELECT grp FROM rows WHERE dropped);
    CREATE OR REPLACE TABLE dropped AS
        SELECT c.* EXCLUDE (id), coalesce(r.time, c.odd_time) AS time,
               r.written_cost AS billed_cost, r.written_list_cost AS list_cost,
               r.written_usage AS usage, r.primary_key
        FROM rows r JOIN changed c ON c.id = r.grp WHERE r.dropped;
    DELETE FROM groups g USING changed c WHERE {_OWN};
    INSERT INTO groups
        SELECT min(c.file), min(c.context), min(c.instance_id), min(c.day), min(c.width),
               min(c.odd_time), min(c.odd_numbers), min(c.lead), min(c.negative),
               sum(r.written_cost),
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


def _digest(*values: str) -> str:
    told = ", ".join(f"coalesce({_trimmed(f'{value}::VARCHAR')}, chr(30))" for value in values)
    return f"md5_number(concat_ws(chr(31), {told}))"


def _trimmed(text: str) -> str:
    return f"trim({text}, ' ' || chr(9))"
