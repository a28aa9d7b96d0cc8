"""The terms in which every room asks the ledger, on a bill of six charges."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from bills import INSTANCE, bill, instance, row

from govern.ledger import clauses, query
from govern.ledger.clauses import CHARGES, Clause, Window, same
from govern.ledger.ledger import Ledger
from govern.ledger.reading import Reading, read
from govern.ledger.spans import IN_SPAN, PERHAPS_IN_SPAN, WITH_SPANS, spans

IDS = INSTANCE


def charge(key: str, cost: str, time: str, model: str = "qwen-max", **cells: str) -> str:
    return row(**{IDS: instance(key, model=model), "应付金额": cost, "账单日期": time, **cells})


ROWS = (
    charge("1", "5", "2026-09-05 10:00:30"),
    charge("1", "7", "2026-09-05 18:00"),
    charge("2", "3", "2026-09-06", model="qwen-plus"),
    charge("2", "0", "2026-09-07 08:00", 用量="0"),
    charge("3", "-2", "2026-09-08 09:00", 定价币种="USD"),
    row(**{IDS: "strange", "应付金额": "1", "账单日期": "2026-09-09"}),
    row(
        产品Code="ecs",
        产品名称="ECS",
        商品Code="ecs",
        商品名称="ECS",
        应付金额="99",
        **{IDS: "i-1"},
    ),
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with read([str(bill(tmp_path_factory.mktemp("bill"), *ROWS))], Reading()) as found:
        yield found


def test_rows_come_by_group_and_what_is_missing_comes_last(ledger: Ledger) -> None:
    asked = [query.charges(), query.total("billed_cost")]
    assert query.ask(ledger, ["api_key_id"], asked) == [
        ("1", 2, Decimal(12)),
        ("2", 2, Decimal(3)),
        ("3", 1, Decimal(-2)),
        (None, 1, Decimal(1)),
    ]


def test_the_largest_comes_first_where_that_is_asked(ledger: Ledger) -> None:
    asked = [query.charges(), query.total("billed_cost")]
    found = query.ask(ledger, ["api_key_id"], asked, largest=1, most=2)
    assert [key for key, *_ in found] == ["1", "2"]
    assert [key for key, *_ in query.ask(ledger, ["model"], asked, largest=0, most=1)] == [
        "qwen-max"
    ]


def test_each_term_may_be_of_some_charges_only(ledger: Ledger) -> None:
    usd = same("billing_currency", "USD")
    assert query.ask_all(
        ledger,
        [
            query.charges(usd),
            query.total("billed_cost", usd),
            query.total("billed_cost", same("billing_currency", "EUR")),
            query.charges(same("billing_currency", "EUR")),
            query.positive("billed_cost"),
            query.groups(clauses.UNPARSED),
            query.charges(clauses.FREE),
        ],
    ) == (1, Decimal(-2), None, 0, Decimal(16), 1, 1)


def test_a_value_is_shared_only_where_every_charge_has_it(ledger: Ledger) -> None:
    of_keys = query.ask(ledger, ["api_key_id"], [query.shared("model")])
    assert of_keys == [("1", "qwen-max"), ("2", None), ("3", "qwen-max"), (None, None)]
    assert query.ask_all(ledger, [query.shared("workspace_id")]) == (None,)
    known = CHARGES & clauses.known("workspace_id")
    assert query.ask_all(ledger, [query.shared("workspace_id")], known) == ("llm-a",)


def test_a_clause_and_its_opposite_part_all_charges(ledger: Ledger) -> None:
    """Also where nothing can be told: the strange charge has no model."""
    for one in (
        same("model", "qwen-max"),
        same("model", None),
        clauses.is_one_of("model", ["qwen-plus"]),
        clauses.has_value("model", ["qwen-max"], absent=False, excludes=False),
        clauses.has_value("model", ["qwen-max"], absent=True, excludes=True),
        clauses.another("model", "qwen-max"),
        clauses.filled("model"),
        clauses.perhaps_in("cn-beijing"),
        clauses.MONTHLY,
        clauses.cut_by(datetime(2026, 9, 5, 12)),
        clauses.within(datetime(2026, 9, 5), datetime(2026, 9, 6)),
        Clause.any([]),
        Clause.any([same("api_key_id", "1"), same("api_key_id", "2")]),
    ):
        held, not_held = query.count(ledger, CHARGES & one), query.count(ledger, CHARGES & ~one)
        assert held + not_held == 6, one


@pytest.mark.parametrize(
    ("clause", "charges"),
    [
        (same("model", "qwen-max"), 4),
        (same("model", None), 1),
        (clauses.is_one_of("model", ["qwen-plus", "x"]), 1),
        (clauses.has_value("model", ["qwen-plus"], absent=True, excludes=False), 2),
        (clauses.has_value("model", ["qwen-plus"], absent=True, excludes=True), 4),
        (clauses.another("model", "qwen-max"), 1),
        (clauses.begins_before(datetime(2026, 9, 5, 10, 0, 30)), 0),
        (clauses.begins_before(datetime(2026, 9, 5, 10, 0, 31)), 1),
        (clauses.ends_after(datetime(2026, 9, 9, 23, 59)), 1),
        (clauses.ends_after(datetime(2026, 9, 10)), 0),
        (clauses.within(datetime(2026, 9, 5), datetime(2026, 9, 5, 18)), 1),
        (clauses.within(datetime(2026, 9, 5), datetime(2026, 9, 5, 18, 0, 1)), 2),
        (clauses.DAILY, 2),
        (Clause.any([same("api_key_id", "1"), same("api_key_id", "3")]), 3),
        (Clause.any([]), 0),
    ],
)
def test_each_clause_holds_of_these_charges(ledger: Ledger, clause: Clause, charges: int) -> None:
    assert query.count(ledger, CHARGES & clause) == charges
    assert query.is_any(ledger, CHARGES & clause) == bool(charges)


def test_of_a_day_that_the_window_cuts_nothing_is_certain(ledger: Ledger) -> None:
    window = Window(datetime(2026, 9, 6, 12), datetime(2026, 9, 9, 12))
    inside, straddling = CHARGES & window.inside, CHARGES & window.straddling
    # Inside: the 7th and the 8th; the days of the 6th and of the 9th lie on both sides.
    assert (query.count(ledger, inside), query.count(ledger, straddling)) == (2, 2)
    always = Window(None, None)
    assert query.count(ledger, CHARGES & always.inside) == 6
    assert query.count(ledger, CHARGES & always.straddling) == 0


def test_many_clauses_give_what_each_gives_alone(ledger: Ledger) -> None:
    asked = [
        CHARGES & same("api_key_id", "1"),
        CHARGES & same("model", None),
        CHARGES & same("api_key_id", "3"),
        CHARGES & clauses.ends_after(datetime(2026, 9, 7)),
        CHARGES & same("api_key_id", "nobody"),
    ]
    columns = ("first", "billed_cost")
    alone = [query.rows(ledger, columns, clause) for clause in asked]
    assert query.rows_of_each(ledger, columns, asked) == alone
    assert [sum(cost for _, cost in rows) for rows in alone] == [12, 1, -2, -1, 0]


def test_the_first_groups_of_each_subject(ledger: Ledger) -> None:
    first = query.first_of_each(
        ledger, ["api_key_id"], ["billed_cost"], CHARGES, order=query.EARLIEST, most=1
    )
    assert sorted(first, key=str) == [("1", 5), ("2", 3), ("3", -2), (None, 1)]
    last = query.first_of_each(
        ledger, ["api_key_id"], ["billed_cost"], CHARGES, order=query.LATEST_USE, most=1
    )
    assert dict(last)["2"] == 0


def test_spans_are_each_payers_own(ledger: Ledger) -> None:
    asked = [query.total("billed_cost", IN_SPAN), query.groups(PERHAPS_IN_SPAN)]
    of_100 = [("100", datetime(2026, 9, 6), datetime(2026, 9, 8))]
    with spans(ledger, of_100):
        assert query.ask(ledger, (), asked, source=WITH_SPANS) == [(Decimal(3), 0)]
    with spans(ledger, [("200", datetime(2026, 9, 6), datetime(2026, 9, 8))]):
        ((cost, untold),) = query.ask(ledger, (), asked, source=WITH_SPANS)
    groups = query.ask_all(ledger, [query.groups()])[0]
    assert (cost, untold) == (None, groups)


def test_no_money_is_lost_between_reading_and_the_ledger(ledger: Ledger) -> None:
    assert query.money(ledger) == (Decimal(113), Decimal(113))
    assert query.sums(ledger, CHARGES) == [("CNY", 5, Decimal(16)), ("USD", 1, Decimal(-2))]


def test_a_charge_of_a_month_has_no_week_and_no_day_of_its_own(
    ledger: Ledger, tmp_path: Path
) -> None:
    by = [query.KNOWN_PERIODS["week"], query.KNOWN_PERIODS["day"]]
    found = query.ask(ledger, by, [query.charges()], same("api_key_id", "1"))
    assert found == [("2026-08-31", "2026-09-05", 2)]
    monthly = charge("1", "1", "2026-09")
    with read([str(bill(tmp_path, monthly))], Reading()) as summed:
        assert query.ask(summed, by, [query.charges()]) == [(None, None, 1)]


def test_groups_come_in_the_order_of_their_values(ledger: Ledger) -> None:
    found = query.ask(ledger, ["billed_cost"], [query.charges()])
    assert [cost for cost, _ in found] == [Decimal(cost) for cost in (-2, 0, 1, 3, 5, 7)]


def test_only_what_has_no_layout_may_have_an_id_of_its_own(ledger: Ledger) -> None:
    assert query.ask(ledger, [query.OWN_ID], [query.charges()]) == [(None, 6)]


def test_the_largest_of_the_named_term_comes_first_whatever_groups_are_called(
    ledger: Ledger,
) -> None:
    asked = [query.total("billed_cost"), query.greatest("first")]
    found = query.ask(ledger, ["api_key_id"], asked, largest=1)
    assert [key for key, *_ in found] == [None, "3", "2", "1"]


def test_the_playground_is_the_channel_bmp(tmp_path: Path) -> None:
    rows = [charge("", "1", "2026-09-05").replace(";app;", ";bmp;"), charge("2", "3", "2026-09-05")]
    with read([str(bill(tmp_path, *rows))], Reading()) as played:
        found = query.ask(played, [query.PLAYGROUND], [query.total("billed_cost")])
    assert sorted(found) == [(False, Decimal(3)), (True, Decimal(1))]
