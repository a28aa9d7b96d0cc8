"""A shape declares one export layout: which columns it has and what they are called."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from govern.model.clock import UNTIL
from govern.model.text import header_key, words_key

#: What govern reads of a row, besides its times. The spare ones are read instead of ``usage`` and
#: ``usage_unit`` in rows where the cell of ``usage`` says nothing; a shape that has no spare unit
#: counts both quantities in the same one.
FIELDS = (
    "billing_account_id",
    "sub_account_id",
    "region",
    "region_name",
    "product_code",
    "product_name",
    "commodity_code",
    "commodity_name",
    "instance_id",
    "billing_item",
    "charge_kind",
    "usage_unit",
    "currency",
    "month",
    "usage",
    "list_cost",
    "billed_cost",
    "primary_key",
    "spare_usage",
    "spare_usage_unit",
)


@dataclass(frozen=True)
class Shape:
    """One export layout.

    ``columns``: field → names it goes by, best first. ``times``: columns a charge's time is taken
    from, best first. ``ends``: names of the column that tells when the period that began then is
    over. ``after_reduction``: what stands in for the payable amount where a file has no such
    column. ``needs``: fields without which the file is not of this shape (beside an amount, a
    currency, a time, and something that names the product).

    What tells layouts with like columns from each other: ``marks``, names of which at least one
    must be there; ``unless``, names that no file of this shape has; ``words``, true where blanks
    between the words of a name count. ``absent_words``: cells that hold one of these say nothing,
    as if they were empty. ``last_resort``: claims a header only where the other shapes leave
    it, or know no payable amount in it.
    """

    name: str
    title: str
    columns: Mapping[str, Sequence[str]]
    times: Sequence[Sequence[str]]
    ends: Sequence[str] = ()
    after_reduction: Sequence[str] = ()
    needs: Sequence[str] = ("instance_id",)
    marks: Sequence[str] = ()
    unless: Sequence[str] = ()
    words: bool = False
    absent_words: Sequence[str] = ()
    last_resort: bool = False

    def key(self, name: str) -> str:
        """A column name as this shape compares it."""
        return words_key(name) if self.words else header_key(name)


@dataclass(frozen=True)
class Columns:
    """Where one file's header has what a shape declares. Positions count from 0."""

    shape: Shape
    header: tuple[str, ...]
    positions: Mapping[str, int]
    times: tuple[int, ...]
    payable: bool
    end: int | None = None

    def cell(self, cells: Sequence[str], field: str) -> str | None:
        """A row's cell of a field as written, "" if it says nothing; None without such a column.

        Where ``usage`` says nothing, the spare quantity and its unit stand in for it.
        """
        at = self.place(cells, field)
        return None if at is None else self.told(cells[at])

    def place(self, cells: Sequence[str], field: str) -> int | None:
        """The position that a row's value of a field is read from; None without such a column."""
        spare = self.positions.get(f"spare_{field}")
        if spare is not None and not self.told(cells[self.positions["usage"]]).strip(" \t"):
            return spare
        return self.positions.get(field)

    def told(self, cell: str) -> str:
        """The cell, or "" if it holds an absent word."""
        words = self.shape.absent_words
        return "" if words and cell.strip(" \t") in words else cell

    def time(self, cells: Sequence[str]) -> str:
        """A row's time as written, "" where it has none; with its end, where the row says it."""
        start = next((told for at in self.times if (told := self.told(cells[at]))), "")
        end = "" if self.end is None else self.told(cells[self.end])
        return f"{start}{UNTIL}{end}" if start and end else start

    @cached_property
    def read(self) -> tuple[int, ...]:
        """The positions of all columns that anything is read from, in the header's order."""
        ends = () if self.end is None else (self.end,)
        return tuple(sorted({*self.positions.values(), *self.times, *ends}))

    @property
    def billed_cost_column(self) -> str:
        return self.header[self.positions["billed_cost"]]


@dataclass(frozen=True)
class Missing:
    """Why a header is not of a shape: the columns it lacks, by their first name, and those of the
    header that no file of the shape has."""

    shape: Shape
    columns: tuple[str, ...]
    strangers: tuple[str, ...] = ()


_PRODUCT = ("commodity_code", "product_code", "commodity_name", "product_name")


def match(shape: Shape, header: Sequence[str]) -> Columns | Missing:
    """Hold a header against a shape."""
    keys = [shape.key(name) for name in header]
    places = {key: index for index, key in reversed(list(enumerate(keys)))}

    def place(names: Sequence[str]) -> int | None:
        return next((places[k] for k in map(shape.key, names) if k in places), None)

    named = {field: place(names) for field, names in shape.columns.items()}
    positions = {field: at for field, at in named.items() if at is not None}
    _with_spare(positions, shape)
    payable = "billed_cost" in positions
    reduced = place(shape.after_reduction)
    if not payable and reduced is not None:
        positions["billed_cost"] = reduced
    times = tuple(found for names in shape.times if (found := place(names)) is not None)
    lacking = list(_lacking(shape, positions, timed=bool(times)))
    if shape.marks and place(shape.marks) is None:
        lacking.append(shape.marks[0])
    strangers = tuple(header[places[k]] for k in map(shape.key, shape.unless) if k in places)
    if lacking or strangers:
        return Missing(shape, tuple(lacking), strangers)
    return Columns(shape, tuple(header), positions, times, payable, place(shape.ends))


def _with_spare(positions: dict[str, int], shape: Shape) -> None:
    """Where a file has no usage, the spare quantity stands in for it, with its own unit only."""
    if "usage" in positions or "spare_usage" not in positions:
        return
    if "spare_usage_unit" in shape.columns:
        positions.pop("usage_unit", None)
    for field in ("usage", "usage_unit"):
        if f"spare_{field}" in positions:
            positions[field] = positions.pop(f"spare_{field}")


def _lacking(shape: Shape, positions: Collection[str], *, timed: bool) -> Iterator[str]:
    """What a file must have and this one hasn't, each by its first name."""
    for field in (*shape.needs, "billed_cost", "currency"):
        if field not in positions:
            yield shape.columns[field][0]
    if not timed and "month" not in positions:
        yield shape.times[-1][0]
    if not any(field in positions for field in _PRODUCT):
        yield next(shape.columns[field][0] for field in _PRODUCT if field in shape.columns)


def repeated(columns: Columns) -> list[str]:
    """Names of needed columns that stand in the header twice: which one is meant is unknown."""
    keys = [columns.shape.key(name) for name in columns.header]
    return [columns.header[at] for at in columns.read if keys.count(keys[at]) > 1]
