"""What govern's SQL relies on: expressions with the answers that every verdict rests on.

The engine is asked all of them, in one query, whenever it is opened. A patch release once turned
``list_contains([], NULL)`` from NULL to false, and findings into passes: an engine that answers
differently gives no verdict at all.

Every function that the SQL uses stands here, with what is expected of it for the odd values as
well: NULL, the empty text, the empty list, no row. Answers are written as text; None is NULL.
What makes rows (readers of files, ``unnest``) isn't here: rows are counted without the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from govern.model.errors import GovernError

if TYPE_CHECKING:
    import duckdb

#: An expression and the engine's answer, as text.
Reliance = tuple[str, str | None]

#: Answered by themselves.
SINGLE: tuple[Reliance, ...] = (
    # Presence, absence, and the three values of logic.
    ("NULL::VARCHAR IS NULL", "true"),
    ("'' IS NULL", "false"),
    ("NULL::VARCHAR = ''", None),
    ("'a' = 'a '", "false"),
    ("'a' <> 'A'", "true"),
    ("NULL::BOOLEAN AND false", "false"),
    ("NOT NULL::BOOLEAN", None),
    ("NULL::BOOLEAN IS NOT TRUE", "true"),
    ("NULL::VARCHAR IS NOT DISTINCT FROM NULL::VARCHAR", "true"),
    ("'' IS NOT DISTINCT FROM NULL::VARCHAR", "false"),
    ("'' IN ('a', 'b')", "false"),
    ("'b' NOT IN ('a', 'c')", "true"),
    ("coalesce(NULL, '', 'a')", ""),
    ("nullif('', '')", None),
    ("nullif('a', '')", "a"),
    ("CASE WHEN NULL::BOOLEAN THEN 'a' ELSE 'b' END", "b"),
    # Texts are cut and compared by their characters, whatever the locale.
    ("concat('a', NULL, '', chr(31), chr(160))", "a\x1f\xa0"),
    ("'a' || chr(9) || chr(12288)", "a\t\u3000"),
    ("concat_ws(chr(31), 'a', '', 'b')", "a\x1f\x1fb"),
    ("concat_ws(chr(31), NULL::VARCHAR)", ""),
    ("left('千tokens', 2)", "千t"),
    ("left('2026-09', 10)", "2026-09"),
    ("left(NULL::VARCHAR, 10)", None),
    ("length('千tokens')", "7"),
    ("trim(chr(9) || ' a b ' || chr(10), ' ' || chr(9))", "a b \n"),
    ("trim('', ' ')", ""),
    ("trim(NULL::VARCHAR, ' ')", None),
    ("translate('a' || chr(10) || chr(13), chr(10) || chr(13), '  ')", "a  "),
    ("decode('a'::BLOB)", "a"),
    ("md5('a')", "0cc175b9c0f1b6a831c399e269772661"),
    ("regexp_full_match('-12.50', '-?[0-9]{1,14}(\\.[0-9]{1,15})?')", "true"),
    ("regexp_full_match('1' || chr(10), '[0-9]')", "false"),
    ("regexp_full_match('١', '[0-9]')", "false"),
    ("regexp_full_match('', '[ \\t]*')", "true"),
    ("regexp_full_match(' TOTAL', '(?i)[ \\t]*(合计|Total)[ \\t]*')", "true"),
    ("regexp_full_match(NULL::VARCHAR, '[ \\t]*')", None),
    ("regexp_matches('text_input', '^(thinking_|text_).*')", "true"),
    ("regexp_matches('input_text_', '^(thinking_|text_).*')", "false"),
    # Amounts are exact; a text that isn't wholly a number is none.
    ("strlen('千a')", "4"),
    ("contains('1_0', '_')", "true"),
    ("contains('10', '_')", "false"),
    ("contains('', '_')", "false"),
    ("TRY_CAST('-1.10' AS DECIMAL(38, 15))", "-1.100000000000000"),
    ("TRY_CAST(' +.5' || chr(9) AS DECIMAL(38, 15))", "0.500000000000000"),
    ("TRY_CAST('5.' AS DECIMAL(38, 15))", "5.000000000000000"),
    ("TRY_CAST('' AS DECIMAL(38, 15))", None),
    ("TRY_CAST('1,5' AS DECIMAL(38, 15))", None),
    ("TRY_CAST('- 5' AS DECIMAL(38, 15))", None),
    ("TRY_CAST('.' AS DECIMAL(38, 15))", None),
    ("TRY_CAST('a' AS DECIMAL(38, 15))", None),
    ("0.1::DECIMAL(38, 15) + 0.2::DECIMAL(38, 15) - 0.3::DECIMAL(38, 15)", "0.000000000000000"),
    (
        "99999999999999.999999999999999::DECIMAL(38, 15) * 7::BIGINT",
        "699999999999999.999999999999993",
    ),
    ("0.001::DECIMAL(38, 15) * 10000::DECIMAL(9, 0)", "10.000000000000000"),
    ("trunc(-2.5::DOUBLE)", "-2.0"),
    ("abs(-2.5::DOUBLE)", "2.5"),
    ("0.1::DOUBLE::VARCHAR", "0.1"),
    # Instants are naive, on the bill's clock: no time zone of the machine enters.
    ("current_setting('TimeZone')", "UTC"),
    ("TRY_CAST('2026-09-01' AS TIMESTAMP)", "2026-09-01 00:00:00"),
    ("TRY_CAST('2026-09-01 10:05' AS TIMESTAMP)", "2026-09-01 10:05:00"),
    ("TRY_CAST('2026-02-30' AS TIMESTAMP)", None),
    ("TIMESTAMP '2026-08-31 23:59:59.999999' < TIMESTAMP '2026-09-01'", "true"),
    ("TIMESTAMP '2026-12-01' + INTERVAL 1 MONTH", "2027-01-01 00:00:00"),
    ("TIMESTAMP '2026-02-28 10:00:00' + INTERVAL 1 DAY", "2026-03-01 10:00:00"),
    ("TIMESTAMP '2026-02-28 23:30:00' + INTERVAL 1 HOUR", "2026-03-01 00:30:00"),
    ("TIMESTAMP '2026-02-28 23:59:00' + INTERVAL 1 MINUTE", "2026-03-01 00:00:00"),
    ("TIMESTAMP '2026-02-28' + INTERVAL 1 MICROSECOND", "2026-02-28 00:00:00.000001"),
    ("TIMESTAMP '2026-03-01' - INTERVAL 1 MICROSECOND", "2026-02-28 23:59:59.999999"),
    ("TIMESTAMP '2026-09-30 23:59:59'::DATE", "2026-09-30"),
    ("make_timestamp(epoch_us('2026-09-01 00:00:00+08'::TIMESTAMPTZ))", "2026-08-31 16:00:00"),
    ("year(TIMESTAMP '2026-12-31 23:59:59')", "2026"),
    ("year(TIMESTAMP '2027-01-01')", "2027"),
    ("strftime(TIMESTAMP '2026-09-30 23:59:59', '%Y-%m-%d')", "2026-09-30"),
    ("strftime(TIMESTAMP '2026-10-01', '%Y-%m')", "2026-10"),
    ("strftime(NULL::TIMESTAMP, '%Y-%m')", None),
    ("date_trunc('week', TIMESTAMP '2026-09-06 23:59:59')", "2026-08-31 00:00:00"),
    ("date_trunc('week', TIMESTAMP '2026-09-07')", "2026-09-07 00:00:00"),
    ("date_trunc('minute', TIMESTAMP '2026-09-05 10:31:59')", "2026-09-05 10:31:00"),
    ("date_trunc('month', TIMESTAMP '2026-09-30 23:59:59')", "2026-09-01 00:00:00"),
    (
        "DATE '2026-10-01' BETWEEN DATE '2026-09-30' - INTERVAL 1 DAY "
        "AND DATE '2026-09-30' + INTERVAL 1 DAY",
        "true",
    ),
    # Lists; what is looked for in them is never NULL.
    ("list_contains(['a', '']::VARCHAR[], '')", "true"),
    ("list_contains(['a']::VARCHAR[], '')", "false"),
    ("list_contains([]::VARCHAR[], 'a')", "false"),
    ("list_contains([2, 1]::INTEGER[], 1)", "true"),
    ("list_has_any(['a', 'b']::VARCHAR[], ['b']::VARCHAR[])", "true"),
    ("list_has_any([]::VARCHAR[], ['b']::VARCHAR[])", "false"),
    ("flatten([['b', 'a'], []::VARCHAR[], ['b']])", "[b, a, b]"),
    ("list_sort(['b', 'a', 'B'])", "[B, a, b]"),
    ("len(list_filter([1, 2, 3], lambda cut: 1 < cut AND cut <= 2))", "1"),
    ("len(list_filter([]::INTEGER[], lambda cut: 1 < cut))", "0"),
)

#: Four rows, about which the rest is asked.
ROWS = """(VALUES
    (1, 'b', NULL, 0.1::DECIMAL(38, 15)), (2, 'a', '', 0.2::DECIMAL(38, 15)),
    (3, 'a', 'x', NULL), (4, NULL, 'B', -0.3::DECIMAL(38, 15))) few(n, a, b, d)"""

#: What sums make of NULL, of a condition, and of no row.
SUMS: tuple[Reliance, ...] = (
    ("count(*)", "4"),
    ("count(d)", "3"),
    ("sum(d)", "0.000000000000000"),
    ("sum(d) FILTER (WHERE n = 3)", None),
    ("sum(n)::BIGINT", "10"),
    ("min(b)", ""),
    ("max(b)", "x"),
    ("max(d) FILTER (WHERE n = 3)", None),
    ("min(b) FILTER (WHERE n > 2)", "B"),
    ("bool_and(a = 'a')", "false"),
    ("bool_and(a = 'a') FILTER (WHERE n > 1)", "true"),
    ("bool_or(a = 'b')", "true"),
    ("list(a ORDER BY a NULLS LAST)", "[a, a, b, NULL]"),
    ("list(DISTINCT a) FILTER (WHERE n = 4)", "[NULL]"),
    ("list(n) FILTER (WHERE n > 9)", None),
    ("bit_xor(md5_number(b)) FILTER (WHERE n = 2)", "167830467844043968176572005485231480276"),
)

#: What windows make of ties and NULL: the answers for the four rows.
WINDOWS: tuple[Reliance, ...] = (
    ("row_number() OVER (PARTITION BY a ORDER BY d DESC NULLS LAST, n)", "[1, 1, 2, 1]"),
    ("first_value(n) OVER (PARTITION BY a ORDER BY d DESC NULLS LAST, n)", "[1, 2, 2, 4]"),
    ("count(*) OVER (PARTITION BY a)", "[1, 2, 2, 1]"),
    ("max(n) OVER (PARTITION BY a) - sum(n) OVER (PARTITION BY a)", "[0, -2, -2, 0]"),
    ("min(b) OVER (PARTITION BY a) = max(b) OVER (PARTITION BY a)", "[NULL, false, false, true]"),
    ("bool_and(b <> '') OVER (PARTITION BY a)", "[NULL, false, false, true]"),
    ("bool_or(b IS NULL) OVER (PARTITION BY a)", "[true, false, false, false]"),
)

#: So many differences are named.
_SHOWN = 5

RELIANCES = (*SINGLE, *SUMS, *WINDOWS)


def hold(connection: duckdb.DuckDBPyConnection) -> None:
    """Raises ``engine`` unless the engine answers every expression as expected."""
    import duckdb

    try:
        answers = _answers(connection.execute(_question()).fetchall())
    except duckdb.OperationalError:
        # No memory or space: what the machine refuses says nothing of the engine.
        raise
    except duckdb.Error:
        answers = list(_one_by_one(connection))
    wrong = [
        f"DuckDB {duckdb.__version__} answers {_told(answer)} to {expression} where govern relies "
        f"on {_told(expected)}: no verdict with this engine; install govern again to get one that "
        "it was tested with"
        for (expression, expected), answer in zip(RELIANCES, answers, strict=True)
        if answer != expected
    ]
    if len(wrong) > _SHOWN:
        wrong[_SHOWN:] = [f"and {len(wrong) - _SHOWN} more"]
    if wrong:
        raise GovernError("engine", wrong)


def _question() -> str:
    """One query for all of them: numbered lists of answers, that of the windows once for each row.

    As columns of one row they cost the engine a third more.
    """
    return (
        f"SELECT -1, {_texts(SINGLE)} UNION ALL "
        f"SELECT 0, {_texts(SUMS)} FROM {ROWS} UNION ALL "
        f"SELECT n, {_texts(WINDOWS)} FROM {ROWS}"
    )


def _texts(reliances: Iterable[Reliance]) -> str:
    return f"[{', '.join(f'({one})::VARCHAR' for one, _ in reliances)}]"


def _answers(rows: Iterable[tuple[int, list[str | None]]]) -> list[str | None]:
    """The answers to :func:`_question`, in the order of the reliances."""
    single, sums, *windows = (answers for _, answers in sorted(rows))
    lists = [f"[{', '.join(map(_bare, column))}]" for column in zip(*windows, strict=True)]
    return [*single, *sums, *lists]


def _bare(answer: str | None) -> str:
    return "NULL" if answer is None else answer


def questions() -> Iterator[str]:
    """A query for each reliance, in their order."""
    for one, _ in SINGLE:
        yield f"SELECT ({one})::VARCHAR"
    for one, _ in SUMS:
        yield f"SELECT ({one})::VARCHAR FROM {ROWS}"
    for one, _ in WINDOWS:
        yield f"SELECT list(w ORDER BY n)::VARCHAR FROM (SELECT n, {one} AS w FROM {ROWS})"


def _one_by_one(connection: duckdb.DuckDBPyConnection) -> Iterator[str | None]:
    """Each answer, or the error instead: the engine has refused to answer all at once."""
    import duckdb

    for question in questions():
        try:
            yield connection.execute(question).fetchall()[0][0]
        except duckdb.Error as error:
            yield f"error: {str(error).splitlines()[0]}"


def _told(answer: str | None) -> str:
    return "NULL" if answer is None else repr(answer)
