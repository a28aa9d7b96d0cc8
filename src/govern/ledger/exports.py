"""The exports of a bill: files that are parts of one, and what tells them from others."""

from __future__ import annotations

from dataclasses import dataclass

from govern.ledger.ledger import BillFile, Ledger


@dataclass(frozen=True)
class Export:
    """One export: its files, by number, and how its rows can be compared with those of others.

    ``archive`` is the same number for all exports that came in one zip. ``layout`` is the same for
    all whose recognised columns have the same names. ``widths``: how exactly its charges' times
    are known. ``rank`` puts exports in an order that doesn't depend on how they were given.
    ``kept``: a ledger that was written before, whose rows aren't here.
    """

    number: int
    name: str
    files: tuple[int, ...]
    archive: int
    layout: int
    widths: frozenset[str]
    rank: int
    kept: bool


def exports_of(ledger: Ledger) -> list[Export]:
    """Every export of the bill, numbered in the order of its files."""
    parts: dict[str, list[BillFile]] = {}
    for file in ledger.files:
        parts.setdefault(file.export, []).append(file)
    rank = ranks_of(ledger)
    archives: dict[str, int] = {}
    layouts: dict[object, int] = {}
    widths: dict[int, set[str]] = {}
    for number, width in ledger.query(
        "SELECT DISTINCT file, width FROM months WHERE kind IN ('charge', 'other')"
    ):
        widths.setdefault(number, set()).add(width)
    return [
        Export(
            number=number,
            name=files[0].name,
            files=tuple(file.number for file in files),
            archive=archives.setdefault(_archive(files[0]), len(archives)),
            layout=layouts.setdefault(frozenset(map(_layout, files)), len(layouts)),
            widths=frozenset(width for file in files for width in widths.get(file.number, ())),
            rank=min(rank[file.number] for file in files),
            kept=any(file.staged is None for file in files),
        )
        for number, files in enumerate(parts.values())
    ]


def ranks_of(ledger: Ledger) -> dict[int, int]:
    """Each file's rank: of two that hold the same charge, the one of the lower rank shows it."""
    return {file.number: at for at, file in enumerate(sorted(ledger.files, key=_preferred))}


def _preferred(file: BillFile) -> tuple[int, str]:
    """The file that says more comes first, then by name."""
    times = len(file.staged.columns.times) if file.staged else 0
    return -len(file.fields) - times, file.name


def _archive(file: BillFile) -> str:
    return file.staged.path if file.staged else file.export


def _layout(file: BillFile) -> object:
    if file.staged is None:
        return file.shape
    columns = file.staged.columns
    named = frozenset((field, columns.header[at]) for field, at in columns.positions.items())
    return file.shape, named, tuple(columns.header[at] for at in columns.times)
