"""A layout that govern.yaml teaches under ``columns:``, without code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from govern.bill.shape import FIELDS, Shape
from govern.bill.shapes import SHAPES
from govern.model.text import nearest

NAME = "taught"

#: Spare quantities are no columns to be taught; known ones are read if their unit is the usual one.
_SPARE = ("spare_usage", "spare_usage_unit")

#: The names under which the same things go in policies and in FOCUS.
_ALSO = {
    "region_id": "region",
    "billing_currency": "currency",
    "charge_category": "charge_kind",
    "billing_month": "month",
    "billing_period_start": "month",
    "billing_date": "time",
    "charge_period_start": "time",
    "service_name": "product_name",
    "product_detail": "commodity_name",
    "consumed_quantity": "usage",
    "consumed_unit": "usage_unit",
    "unit": "usage_unit",
    "resource_id": "instance_id",
}

#: What a column of a file can be taught to be.
TEACHABLE = (*(field for field in FIELDS if field not in _SPARE), "time", *_ALSO)


def taught_shape(columns: Mapping[str, str], known: Sequence[Shape] = SHAPES) -> Shape:
    """The layout of ``columns``: a column's name in the file → what it is, one of TEACHABLE.

    Fields that aren't taught are found by govern's own name for them, or by any name that a known
    shape has, so that one odd name in an otherwise known layout needs one line. Two columns that
    are taught to be the same are tried in their order. The shape claims a header only if it holds
    a taught column and no known shape claims it with a payable amount of its own.
    Raises ValueError for a name that govern doesn't know, and for an empty mapping.
    """
    told: dict[str, list[str]] = {}
    for column, field in columns.items():
        if field not in TEACHABLE:
            raise ValueError(f"{column}: {field!r} is no column that govern knows{_hint(field)}")
        told.setdefault(_ALSO.get(field, field), []).append(column)
    if not told:
        raise ValueError("no column is taught")
    return Shape(
        name=NAME,
        title="columns in govern.yaml",
        columns={
            **{field: _names(field, told, known) for field in FIELDS if field not in _SPARE},
            "spare_usage": _spare_usage(known),
        },
        times=_times(told, known),
        after_reduction=tuple(name for shape in known for name in shape.after_reduction),
        marks=tuple(columns),
        last_resort=True,
    )


def _hint(field: str) -> str:
    near = nearest(field, TEACHABLE)
    return f"; did you mean {near}?" if near else f": write one of {', '.join(TEACHABLE)}"


def _names(
    field: str, told: Mapping[str, Sequence[str]], known: Sequence[Shape]
) -> tuple[str, ...]:
    own = (*told.get(field, ()), field)
    if field == "primary_key":
        # What counts once between files is never guessed.
        return own
    return (*own, *(name for shape in known for name in shape.columns.get(field, ())))


def _spare_usage(known: Sequence[Shape]) -> tuple[str, ...]:
    return tuple(
        name
        for shape in known
        if "spare_usage_unit" not in shape.columns
        for name in shape.columns.get("spare_usage", ())
    )


def _times(
    told: Mapping[str, Sequence[str]], known: Sequence[Shape]
) -> tuple[tuple[str, ...], ...]:
    """Taught times first; else the known ones, finest first."""
    taught = [(name,) for name in told.get("time", ())]
    finest = [names for shape in known for names in shape.times[:-1]]
    coarsest = [shape.times[-1] for shape in known]
    return (*taught, *(tuple(names) for names in (*finest, *coarsest)), ("time",))
