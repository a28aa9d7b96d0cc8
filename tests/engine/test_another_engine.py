"""Another engine gives the same verdict or none: its functions redefined, against the oracle."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from agreement import differences
from engine_texts import READERS, RELIED_ON, functions
from oracle import build

from govern.ledger import engine
from govern.model.errors import GovernError

SOURCES = Path(engine.__file__).parents[1]

#: Functions with other answers for NULL, for what is empty, at the edges; ``old`` is the function
#: as it was. A macro hides the engine's own function of that name.
TWISTS = {
    "abs": ["(a) AS a"],
    "bit_xor": ["(a) AS NULL"],
    "bool_and": ["(a) AS coalesce(old(a), true)"],
    "bool_or": ["(a) AS coalesce(old(a), true)"],
    "chr": ["(a) AS '?'", "(a) AS CASE a WHEN 30 THEN '' ELSE old(a) END"],
    "concat": ["(a, b) AS a || b"],
    "concat_ws": ["(a, b) AS old(a, b)"],
    "contains": ["(a, b) AS false", "(a, b) AS true", "(a, b) AS nullif(old(a, b), false)"],
    "count": ["(a) AS 1", "(a) AS sum(1)"],
    "current_setting": ["(a) AS 'Asia/Shanghai'"],
    "date_trunc": [
        "(a, b) AS old(a, b + INTERVAL 1 DAY) - INTERVAL 1 DAY",  # weeks begin on Sunday
        "(a, b) AS b",
        "(a, b) AS old(a, b)::TIMESTAMPTZ",
    ],
    "decode": ["(a) AS ''"],
    "epoch_us": ["(a) AS old(a) + 28800000000"],
    "first_value": ["(a) AS max(a)"],
    "flatten": ["(a) AS a[1]", "(a) AS NULL"],
    "left": ["(a, b) AS old(a, b + 1)", "(a, b) AS coalesce(old(a, b), '')"],
    "len": ["(a) AS nullif(old(a), 0)", "(a) AS 1"],
    "length": ["(a) AS strlen(a)", "(a) AS coalesce(old(a), 0)"],
    "list": ["(a) AS coalesce(old(a), [])"],
    "list_contains": [
        "(a, b) AS coalesce(old(a, b), false)",  # what 2.0.1 made of 2.0.0
        "(a, b) AS coalesce(old(a, b), true)",
        "(a, b) AS CASE WHEN b IS NULL THEN NULL ELSE old(a, b) END",
        "(a, b) AS CASE WHEN len(a) = 0 THEN NULL ELSE old(a, b) END",
        "(a, b) AS CASE WHEN len(a) = 0 THEN true ELSE old(a, b) END",
        "(a, b) AS CASE WHEN b = '' THEN NULL ELSE old(a, b) END",
        "(a, b) AS old(list_transform(a, lambda x: lower(x::VARCHAR)), lower(b::VARCHAR))",
    ],
    "list_filter": ["(a, b) AS a"],
    "list_has_any": [
        "(a, b) AS CASE WHEN len(a) = 0 THEN NULL ELSE old(a, b) END",
        "(a, b) AS CASE WHEN a IS NULL THEN true ELSE old(a, b) END",
        "(a, b) AS list_has_all(a, b)",
    ],
    "list_sort": ["(a) AS a", "(a) AS list_reverse_sort(a)"],
    "make_timestamp": ["(a) AS old(a) + INTERVAL 8 HOUR"],
    "max": ["(a) AS min(a)", "(a) AS coalesce(old(a), '')"],
    "md5": ["(a) AS a", "(a) AS 'x'"],
    "md5_number": ["(a) AS 1"],
    "min": ["(a) AS max(a)"],
    "nullif": ["(a, b) AS a", "(a, b) AS NULL"],
    "regexp_full_match": [
        "(a, b) AS regexp_matches(a, b)",
        "(a, b) AS coalesce(old(a, b), false)",
        "(a, b) AS coalesce(old(a, b), true)",
        "(a, b) AS CASE WHEN a = '' THEN NULL ELSE old(a, b) END",
        "(a, b) AS old(trim(a), b)",
    ],
    "regexp_matches": ["(a, b) AS regexp_full_match(a, b)", "(a, b) AS true"],
    "row_number": ["() AS 1"],
    "strftime": [
        "(a, b) AS old(a, '%d.%m.%Y')",
        "(a, b) AS old(a + INTERVAL 8 HOUR, b)",
        "(a, b) AS old(a - INTERVAL 1 SECOND, b)",
        "(a, b) AS coalesce(old(a, b), '')",
    ],
    "strlen": ["(a) AS length(a)", "(a) AS 0"],
    "sum": ["(a) AS coalesce(old(a), 0)", "(a) AS old(a::DOUBLE)"],
    "translate": ["(a, b, c) AS a"],
    "trim": [
        "(a, b) AS old(a, ' ')",
        "(a, b) AS rtrim(a, b)",
        "(a, b) AS coalesce(old(a, b), '')",
        "(a, b) AS nullif(old(a, b), '')",
    ],
    "trunc": ["(a) AS round(a)"],
    "year": ["(a) AS old(a) + 543", "(a) AS isoyear(a)"],
}

#: A word of the grammar: no macro can hide it.
GRAMMAR = {"coalesce"}


def test_everything_that_the_sql_relies_on_is_twisted() -> None:
    assert set(TWISTS) == RELIED_ON - GRAMMAR


def test_every_function_in_the_sources_stands_in_the_contract() -> None:
    """Also that of a text which no test runs."""
    unknown: dict[str, set[str]] = {}
    for room in ("ledger", "judge", "shutdown"):
        for path in (SOURCES / room).rglob("*.py"):
            for line, text in _texts(path):
                strange = functions(text) - RELIED_ON - READERS
                if strange and path.name != "contract.py":
                    unknown.setdefault(f"{path.name}:{line}", set()).update(strange)
    assert unknown == {}


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module that aren't docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def _macro(name: str, twist: str) -> str:
    return f'CREATE MACRO "{name}"{twist}'.replace("old(", f'system.main."{name}"(')


@pytest.mark.parametrize(
    ("name", "twist"), [(name, twist) for name, twists in TWISTS.items() for twist in twists]
)
def test_a_function_with_other_answers_gives_the_same_verdict_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, twist: str
) -> None:
    connect = duckdb.connect

    def twisted(*words: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*words, **named)
        connection.execute(_macro(name, twist))
        return connection

    monkeypatch.setattr(duckdb, "connect", twisted)
    for shape in ("detail-zh", "api"):
        rng = random.Random(f"another-{shape}")
        rows = build.random_rows(rng, 60)
        bill, policies = tmp_path / f"{shape}.csv", tmp_path / f"{shape}.yaml"
        build.write_bill(bill, shape, rows, rng, quirks=build.random_quirks(rng))
        build.write_policies(policies, build.random_policies(rng, rows, n=8))
        try:
            found = differences([bill], policies)
        except GovernError as error:
            assert error.cause == "engine"
            assert name in str(error)
            return
        assert found == []
