"""Only the ledger speaks SQL: whoever judges says which charges and what of them in its terms."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src" / "govern"
ROOMS = ("judge", "shutdown", "cli", "report", "policy", "model", "privacy", "collect")

#: Words of SQL that stand in no sentence of ours.
SQL = re.compile(r"\b(SELECT|FROM ledger|GROUP BY|ORDER BY|FILTER|WHERE|IS NULL|DISTINCT)\b")


def texts(tree: ast.AST) -> list[str]:
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


#: What makes SQL of texts, and the methods that run it.
MAKERS, RUNNERS = {"Clause", "Column", "Term"}, {"query", "execute"}


def spoken(tree: ast.AST) -> set[str]:
    """``Clause(…)`` and the like, ``ledger.query(…)``, ``connection.execute(…)``."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        *(one.attr for one in calls if isinstance(one, ast.Attribute) and one.attr in RUNNERS),
        *(one.id for one in calls if isinstance(one, ast.Name) and one.id in MAKERS),
    }


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_but_the_ledger_speaks_sql(room: str) -> None:
    for path in (SOURCES / room).rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        sentences = [text for text in texts(tree) if SQL.search(text)]
        assert not sentences, f"{path}: {sentences}"
        assert not spoken(tree), f"{path}: {spoken(tree)}"


def test_a_select_would_be_seen() -> None:
    tree = ast.parse('ledger.query("SELECT 1 FROM ledger")')
    assert SQL.search(texts(tree)[0])
    assert spoken(tree) == {"query"}
