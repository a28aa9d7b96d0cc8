"""Which charges a clause is about: the pure law on literal rows, asked of the engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import duckdb
import pytest

from govern.ledger.clauses import (
    CHARGES,
    EVERYTHING,
    NOTHING,
    PERHAPS_BATCH,
    UNPARSED,
    WITHOUT_UNIT,
    Clause,
    Window,
    another,
    begins_before,
    cut_by,
    ends_after,
    has_value,
    is_one_of,
    known,
    last_at,
    perhaps_in,
    perhaps_of_service,
    same,
    unnamed,
    within,
)

COLUMNS = "n, kind, service, unparsed, unit, usage, api_key_id, first, last, width"
#: A row a line: what isn't told is NULL.
ROWS = """
    (1, 'charge', 'inference', false, 'token', 5, '7', TIMESTAMP '2026-09-01', TIMESTAMP '2026-09-01', 'second'),
    (2, 'charge', 'inference', true, NULL, 5, NULL, TIMESTAMP '2026-09-10', TIMESTAMP '2026-09-10', 'day'),
    (3, 'charge', 'training', true, '', 0, '', TIMESTAMP '2026-09-10', TIMESTAMP '2026-09-12', 'day'),
    (4, 'other', 'other', true, '', 1, '8', TIMESTAMP '2026-09-01', TIMESTAMP '2026-09-01', 'month'),
    (5, NULL, NULL, NULL, NULL, NULL, NULL, TIMESTAMP '2026-09-30 23:59', TIMESTAMP '2026-09-30 23:59', 'minute')
"""  # noqa: E501


def met(clause: Clause) -> list[int]:
    """The numbers of the rows that it holds of."""
    found = duckdb.execute(
        f"SELECT n FROM (VALUES {ROWS}) ledger({COLUMNS}) WHERE {clause.sql} ORDER BY n",
        clause.parameters,
    ).fetchall()
    return [n for (n,) in found]


ALL = [1, 2, 3, 4, 5]
SEVEN, TRAINING = same("api_key_id", "7"), same("service", "training")


@pytest.mark.parametrize(
    ("clause", "rows"),
    [
        (Clause.any([SEVEN, TRAINING]), [1, 3]),
        (Clause.any([SEVEN]), [1]),
        (Clause.any([]), []),
        (SEVEN | TRAINING, [1, 3]),
        (CHARGES & TRAINING, [3]),
        (SEVEN & TRAINING, []),
        (~(SEVEN | TRAINING), [2, 4, 5]),
        (SEVEN | TRAINING & NOTHING, [1]),
        (same("api_key_id", None), [2, 5]),
        (same("api_key_id", ""), [3]),
    ],
)
def test_clauses_are_combined_as_written(clause: Clause, rows: Sequence[int]) -> None:
    assert met(clause) == rows


@pytest.mark.parametrize("clause", [SEVEN, UNPARSED, CHARGES, PERHAPS_BATCH, WITHOUT_UNIT])
def test_what_a_clause_holds_of_and_what_not_are_all_rows(clause: Clause) -> None:
    assert sorted(met(clause) + met(~clause)) == ALL


def test_inference_of_no_known_layout_could_be_batch_and_nothing_else_could() -> None:
    assert met(PERHAPS_BATCH) == [2]
    assert met(perhaps_of_service("batch")) == [2, 4]
    assert met(perhaps_of_service("training")) == [4]


def test_usage_without_a_unit_is_some_usage_and_no_unit() -> None:
    assert met(WITHOUT_UNIT) == [2, 4]


@pytest.mark.parametrize(
    ("values", "absent", "rows"),
    [(["7"], False, [1]), (["7"], True, [1, 2, 5]), ([], True, [2, 5]), ([""], False, [3])],
)
def test_absence_is_asked_for_by_itself(values: list[str], absent: bool, rows: list[int]) -> None:
    assert met(has_value("api_key_id", values, absent=absent, excludes=False)) == rows
    others = [n for n in ALL if n not in rows]
    assert met(has_value("api_key_id", values, absent=absent, excludes=True)) == others


def test_one_of_no_values_is_nothing() -> None:
    assert met(is_one_of("api_key_id", [])) == []
    assert met(is_one_of("api_key_id", ["8", ""])) == [3, 4]


def day(number: int, hour: int = 0) -> datetime:
    return datetime(2026, 9, number, hour)


# Row 1 is at an instant, 2 is known to its day, 3 is three days, 4 the whole month, 5 a minute.
@pytest.mark.parametrize(
    ("window", "inside", "straddling"),
    [
        (Window(None, None), ALL, []),
        (Window(day(1), None), ALL, []),
        (Window(day(1, 1), None), [2, 3, 5], [4]),
        (Window(day(10, 1), None), [5], [2, 3, 4]),
        (Window(day(11), None), [5], [3, 4]),
        (Window(None, day(10)), [1], [4]),
        (Window(None, day(10, 1)), [1], [2, 3, 4]),
        (Window(None, day(11)), [1, 2], [3, 4]),
        (Window(None, day(13)), [1, 2, 3], [4]),
        (Window(None, datetime(2026, 10, 1)), ALL, []),
        (Window(day(2), day(11)), [2], [3, 4]),
        (Window(datetime(2026, 9, 30, 23, 59, 30), None), [], [4, 5]),
    ],
)
def test_a_window_parts_what_is_inside_from_what_nobody_can_tell(
    window: Window, inside: list[int], straddling: list[int]
) -> None:
    assert met(window.inside) == inside
    assert met(window.straddling) == straddling


def test_within_takes_the_start_and_leaves_the_end() -> None:
    assert met(within(day(1), day(10))) == [1]
    assert met(within(day(1, 1), day(12))) == [2]
    assert met(within(day(10), day(12, 1))) == [2, 3]


def test_what_begins_or_is_over_at_the_very_instant_is_on_its_near_side() -> None:
    assert met(begins_before(day(10))) == [1, 4]
    assert met(ends_after(day(11))) == [3, 4, 5]


def test_a_sum_is_cut_by_an_instant_between_its_first_and_its_last_charge() -> None:
    # Row 3 lies between the 10th and the 12th, row 2 at one instant, row 4 in a month.
    assert met(cut_by(datetime(2026, 9, 10))) == []
    assert met(cut_by(datetime(2026, 9, 10, 0, 0, 1))) == [3]
    assert met(cut_by(datetime(2026, 9, 12))) == [3]
    assert met(cut_by(datetime(2026, 9, 12, 0, 0, 1))) == []
    assert met(cut_by(datetime(2026, 9, 1))) == []


def test_last_at_is_the_very_instant_of_the_last_charge() -> None:
    assert met(last_at(datetime(2026, 9, 12))) == [3]
    assert met(last_at(datetime(2026, 9, 1))) == [1, 4]


def test_a_column_has_a_value_another_one_or_none() -> None:
    assert met(known("api_key_id")) == [1, 3, 4]
    assert met(another("service", "training")) == [1, 2, 4]
    assert met(another("service", "other")) == [1, 2, 3]
    assert met(unnamed([])) == []


def test_what_has_no_region_could_be_of_any() -> None:
    told = "(1, NULL), (2, ''), (3, 'cn-beijing'), (4, 'ap-southeast-1')"
    clause = perhaps_in("cn-beijing")
    found = duckdb.execute(
        f"SELECT n FROM (VALUES {told}) ledger(n, region_id) WHERE {clause.sql} ORDER BY n",
        clause.parameters,
    ).fetchall()
    assert found == [(1,), (2,), (3,)]


def test_the_opposite_of_everything_is_nothing() -> None:
    assert (~EVERYTHING, ~NOTHING) == (NOTHING, EVERYTHING)
    assert (met(~EVERYTHING), met(~NOTHING)) == ([], ALL)
