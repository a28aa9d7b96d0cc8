"""Where a module can be changed so that it decides something else: one token at a time."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Spot:
    """One change: ``old`` at an offset of the source becomes ``new``. ``line`` counts from 1.

    ``statement``: the lines of the statement that it is in.
    """

    line: int
    offset: int
    old: str
    new: str
    statement: range = range(0)

    def applied(self, source: str) -> str:
        end = self.offset + len(self.old)
        assert source[self.offset : end] == self.old
        return source[: self.offset] + self.new + source[end:]

    def __str__(self) -> str:
        return f"{self.line}: {self.old!r} -> {self.new!r}"


_COMPARED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: (r"<", "<="),
    ast.LtE: (r"<=", "<"),
    ast.Gt: (r">", ">="),
    ast.GtE: (r">=", ">"),
    ast.Eq: (r"==", "!="),
    ast.NotEq: (r"!=", "=="),
    ast.Is: (r"is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
    ast.In: (r"in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}

_ADDED: dict[type[ast.operator], tuple[str, str]] = {ast.Add: (r"\+", "-"), ast.Sub: (r"-", "+")}

_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}

#: What is changed in a text of SQL: a pattern, and what it becomes.
_SQL: tuple[tuple[str, str], ...] = (
    (r"(?<= )<=(?= )", "<"),
    (r"(?<= )>=(?= )", ">"),
    (r"(?<= )<(?= )", "<="),
    (r"(?<= )>(?= )", ">="),
    (r"(?<= )=(?= )", "<>"),
    (r"(?<= )<>(?= )", "="),
    (r"\bAND\b", "OR"),
    (r"\bOR\b", "AND"),
    (r"\bIS NOT DISTINCT FROM\b", "IS DISTINCT FROM"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\bNOT (?=[a-z({])", ""),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bsum\(", "max("),
    (r"\bcount\(DISTINCT ", "count("),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"\bLEFT JOIN\b", "JOIN"),
    (r"\bINTERSECT\b", "UNION"),
    (r"\bDESC\b", "ASC"),
)
_LOOKS_LIKE_SQL = re.compile(
    r"\b(SELECT|FROM|WHERE|GROUP BY|CASE WHEN|IS (NOT )?NULL|AND|OR|NOT)\b"
    r"|[a-z_]+ (=|<>|<|>|<=|>=) (\?|\$\d|\{)"
)


def spots(source: str) -> list[Spot]:
    """Every change of the module, in the order of its lines."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = {(spot.offset, spot.new): spot for spot in _of_code(source, starts)}
    found |= {(spot.offset, spot.new): spot for spot in _of_sql(source, starts)}
    lines = _statements(source)
    return [
        replace(spot, statement=lines.get(spot.line, range(spot.line, spot.line + 1)))
        for _, spot in sorted(found.items())
    ]


def _statements(source: str) -> dict[int, range]:
    """The lines of the innermost statement, or of the head of the block, that a line is in."""
    found: dict[int, range] = {}
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt):
            continue
        body = getattr(node, "body", None)
        last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
        lines = range(node.lineno, max(last, node.lineno) + 1)
        for line in lines:
            if line not in found or len(lines) < len(found[line]):
                found[line] = lines
    return found


def _of_code(source: str, starts: list[int]) -> Iterator[Spot]:
    lines = source.splitlines(keepends=True)

    def offset(line: int, column: int) -> int:
        # The tree counts bytes, the text characters.
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    def between(left: ast.AST, right: ast.AST, pattern: str, new: str) -> Iterator[Spot]:
        begin = offset(left.end_lineno, left.end_col_offset)  # type: ignore[attr-defined]
        end = offset(right.lineno, right.col_offset)  # type: ignore[attr-defined]
        match = re.search(pattern, source[begin:end])
        if match:
            at = begin + match.start()
            yield Spot(source.count("\n", 0, at) + 1, at, match[0], new)

    tree = ast.parse(source)
    in_text = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
    }
    in_types = {id(part) for root in _undecided(tree) for part in ast.walk(root)}
    for node in ast.walk(tree):
        if id(node) in in_text or id(node) in in_types:
            continue
        if isinstance(node, ast.Compare):
            left = node.left
            for operator, right in zip(node.ops, node.comparators, strict=True):
                pattern, new = _COMPARED[type(operator)]
                yield from between(left, right, pattern, new)
                left = right
        elif isinstance(node, ast.BoolOp):
            old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for left, right in zip(node.values, node.values[1:], strict=False):
                yield from between(left, right, old, new)
        elif isinstance(node, ast.BinOp) and type(node.op) in _ADDED:
            yield from between(node.left, node.right, *_ADDED[type(node.op)])
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            at = offset(node.lineno, node.col_offset)
            yield Spot(node.lineno, at, "not ", "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            at = offset(node.lineno, node.col_offset)
            yield Spot(node.lineno, at, str(node.value), str(not node.value))
        elif isinstance(node, ast.Constant) and isinstance(node.value, int):
            at = offset(node.lineno, node.col_offset)
            text = source[at : offset(node.end_lineno or 0, node.end_col_offset or 0)]
            yield Spot(node.lineno, at, text, f"{node.value + 1}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in _CALLED:
                at = offset(node.lineno, node.col_offset)
                yield Spot(node.lineno, at, node.func.id, _CALLED[node.func.id])
        elif isinstance(node, ast.Continue):
            yield Spot(node.lineno, offset(node.lineno, node.col_offset), "continue", "break")


def _undecided(tree: ast.AST) -> Iterable[ast.AST]:
    """What decides nothing: annotations, decorators, defaults of a class's fields (what decides is
    always given), ``strict=``, and the singular or plural of a word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "strict":
            yield node
        if isinstance(node, ast.IfExp) and _of_number(node):
            yield node.test
        if isinstance(node, ast.ClassDef):
            yield from (part for part in node.body if isinstance(part, ast.AnnAssign))
        yield from getattr(node, "decorator_list", ())
        for name in ("annotation", "returns"):
            found = getattr(node, name, None)
            if found is not None:
                yield found


def _of_number(node: ast.IfExp) -> bool:
    """Whether two wordings are chosen between by whether something is one."""
    wordings = isinstance(node.body, ast.Constant | ast.JoinedStr) and isinstance(
        node.orelse, ast.Constant | ast.JoinedStr
    )
    return wordings and ast.unparse(node.test).endswith(" == 1")


def _of_sql(source: str, starts: list[int]) -> Iterator[Spot]:
    documented = _docstrings(source)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.STRING or token.start in documented:
            continue
        if not _LOOKS_LIKE_SQL.search(token.string):
            continue
        begin = starts[token.start[0] - 1] + token.start[1]
        for pattern, new in _SQL:
            for match in re.finditer(pattern, token.string):
                at = begin + match.start()
                yield Spot(source.count("\n", 0, at) + 1, at, match[0], new)


def _docstrings(source: str) -> set[tuple[int, int]]:
    return {
        (node.lineno, node.col_offset)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
