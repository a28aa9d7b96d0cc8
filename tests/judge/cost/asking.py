"""Ask what bills cost, in the words of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from kept import both, without_rows
from reading import AS_OF

from govern.judge.cost.cost import Question, cost
from govern.ledger.ledger import Ledger
from govern.model.cost import CostReport, CostRow
from govern.model.directory import Directory
from govern.policy import arguments
from govern.policy.inventory import load_inventories


def question(
    by: str = "",
    where: Sequence[str] = (),
    *,
    top: int = 0,
    compare: str | None = None,
    inventory: Sequence[Path] = (),
    as_of: datetime = AS_OF,
) -> Question:
    """``by`` is a comma list; nothing asks for the total alone."""
    return Question(
        as_of=as_of,
        by=arguments.columns([by]) if by else (),
        where=arguments.conditions(where),
        top=top,
        compare=compare and arguments.month(compare),
        directory=Directory(load_inventories([str(path) for path in inventory])),
    )


def answers(paths: Sequence[Path], questions: Sequence[Question]) -> list[CostReport]:
    """All on one reading; the ledger of these bills must give the same answers."""

    def answered(ledger: Ledger) -> list[CostReport]:
        return [cost(ledger, one) for one in questions]

    of_bill, of_ledger = both(list(paths), answered)
    for one, other in zip(of_bill, of_ledger, strict=True):
        assert without_rows(one.document()) == without_rows(other.document())
    return list(of_bill)


def ask(*paths: Path, by: str = "", where: Sequence[str] = (), **more: object) -> CostReport:
    (report,) = answers(paths, [question(by, where, **more)])  # type: ignore[arg-type]
    return report


def values(row: CostRow) -> tuple[str | None, ...]:
    return tuple(value for _, value in row.values)


def costs(report: CostReport) -> dict[tuple[str | None, ...], str]:
    """Billed cost by group, for reports of one currency; the rest's values are all null."""
    found = {values(row): row.document()["billed_cost"] for row in report.rows}
    assert len(found) == len(report.rows)
    return found
