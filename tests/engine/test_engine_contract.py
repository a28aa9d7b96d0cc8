"""Every answer of the engine that a verdict rests on, one by one, and what happens without it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from govern.ledger import contract, engine
from govern.model.errors import GovernError
from govern.model.exits import CODES

_QUESTIONS = list(zip(contract.questions(), contract.RELIANCES, strict=True))


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = engine.connect(str(tmp_path_factory.mktemp("engine")), [])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("question", "expected"),
    [(one, told[1]) for one, told in _QUESTIONS],
    ids=range(len(_QUESTIONS)),
)
def test_the_engine_answers_as_the_sql_relies_on(
    connection: duckdb.DuckDBPyConnection, question: str, expected: str | None
) -> None:
    assert connection.execute(question).fetchall() == [(expected,)]


class _Answering:
    """An engine that gives these answers; those of the windows are lists over its rows."""

    def __init__(self, answers: Sequence[str | None]) -> None:
        self.answers = answers

    def execute(self, sql: str) -> _Answering:
        return self

    def fetchall(self) -> list[tuple[int, list[str | None]]]:
        single = list(self.answers[: len(contract.SINGLE)])
        sums = list(self.answers[len(contract.SINGLE) : -len(contract.WINDOWS)])
        lists = [self._cells(one) for one in self.answers[-len(contract.WINDOWS) :]]
        rows = [(at, list(row)) for at, row in enumerate(zip(*lists, strict=True), start=1)]
        return [*rows, (0, sums), (-1, single)]

    @staticmethod
    def _cells(answer: str | None) -> list[str | None]:
        cells = (answer or "").strip("[]").split(", ")
        known = cells if len(cells) == 4 else ["quite another"] * 4
        return [None if cell == "NULL" else cell for cell in known]


def test_each_other_answer_ends_the_run_and_is_named() -> None:
    for at, (expression, expected) in enumerate(contract.RELIANCES):
        answers = [right for _, right in contract.RELIANCES]
        answers[at] = "quite another"
        with pytest.raises(GovernError) as raised:
            contract.hold(_Answering(answers))  # type: ignore[arg-type]
        assert raised.value.cause == "engine"
        (fault,) = raised.value.faults
        told = "NULL" if expected is None else repr(expected)
        window = at >= len(contract.RELIANCES) - len(contract.WINDOWS)
        given = f"[{', '.join(['quite another'] * 4)}]" if window else "quite another"
        assert str(fault).startswith(
            f"DuckDB {duckdb.__version__} answers {given!r} to {expression} "
            f"where govern relies on {told}: "
        )


def test_an_engine_that_answers_everything_right_is_taken() -> None:
    contract.hold(_Answering([expected for _, expected in contract.RELIANCES]))  # type: ignore[arg-type]


def test_of_many_differences_five_are_named() -> None:
    with pytest.raises(GovernError) as raised:
        contract.hold(_Answering(["?"] * len(contract.RELIANCES)))  # type: ignore[arg-type]
    assert len(raised.value.faults) == 6
    assert raised.value.faults[5] == f"and {len(contract.RELIANCES) - 5} more"


def _connecting(monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    """Every engine that is opened from now on has run ``sql`` before govern sees it."""
    connect = duckdb.connect

    def prepared(*words: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*words, **named)
        connection.execute(sql)
        return connection

    monkeypatch.setattr(duckdb, "connect", prepared)


def test_a_function_that_is_gone_is_named_with_the_engines_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _connecting(monkeypatch, "CREATE MACRO date_trunc(part, at) AS error('no such function')")
    with pytest.raises(GovernError) as raised:
        engine.connect(str(tmp_path), [])
    assert raised.value.cause == "engine"
    assert "no such function" in str(raised.value.faults[0])
    assert "date_trunc('week'" in str(raised.value.faults[0])


def test_a_setting_that_is_gone_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_SETTINGS", "SET week_starts_on = 'monday';")
    with pytest.raises(GovernError) as raised:
        engine.connect(str(tmp_path), [])
    assert raised.value.cause == "engine"
    assert "can't be set up" in str(raised.value.faults[0])


def test_whatever_the_engines_defaults_are_the_answers_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _connecting(
        monkeypatch,
        "SET TimeZone = 'America/St_Johns'; SET default_null_order = 'nulls_first';"
        "SET default_order = 'descending'; SET default_collation = 'NOCASE';"
        "SET integer_division = true; SET Calendar = 'buddhist'; SET threads = 1;",
    )
    opened = engine.connect(str(tmp_path), [])
    assert opened.execute("SELECT 'a' = 'A', 1 / 2").fetchall() == [(False, 0.5)]


def test_a_variable_of_python_is_no_table(tmp_path: Path) -> None:
    opened = engine.connect(str(tmp_path), [])
    here = opened.execute("SELECT 1 AS a").fetchall()
    assert here
    with pytest.raises(duckdb.Error):
        opened.execute("SELECT * FROM here")


def test_the_exit_is_5_and_stands_in_the_schema() -> None:
    schemas = Path(__file__).parents[2] / "schemas"
    told = json.loads((schemas / "govern.check.v1.json").read_text(encoding="utf-8"))
    assert CODES["engine"] == 5
    assert '"engine"' in json.dumps(told)
