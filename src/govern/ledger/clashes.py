"""What can't be counted once: keys of which two exports say different things, and overlaps that
nothing decides. It asks the table ``rows`` (``same_rows.py``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from govern.ledger.ledger import Ledger
from govern.ledger.same_rows import BETWEEN
from govern.model.money import plain
from govern.model.text import shorten

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
            f"{shorten(example.split(BETWEEN)[1], 60)}; name the later export with --exported-at"
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
