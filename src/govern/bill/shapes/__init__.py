"""The table of shapes, and the one decision which of them a header is."""

from __future__ import annotations

from collections.abc import Sequence

from govern.bill.shape import Columns, Missing, Shape, match, repeated
from govern.bill.shapes import api, detail_zh, v2
from govern.model.text import shorten

SHAPES: tuple[Shape, ...] = (
    detail_zh.SHAPE,
    v2.SHAPE,
    api.SHAPE,
)


class NotABill(Exception):
    """The header is of no known shape, or of several; the message says what is missing."""


def recognise(header: Sequence[str], shapes: Sequence[Shape] = SHAPES) -> Columns:
    """The one shape that claims this header. Raises :class:`NotABill`."""
    results = [match(shape, header) for shape in shapes]
    claims = [result for result in results if isinstance(result, Columns)]
    if len(claims) == 1:
        twice = repeated(claims[0])
        if twice:
            raise NotABill(f"the column {shorten(twice[0])!r} stands in the header twice")
        return claims[0]
    if claims:
        names = " and ".join(claim.shape.name for claim in claims)
        raise NotABill(f"the header fits several export layouts ({names}): export again")
    near = min(
        (result for result in results if isinstance(result, Missing)),
        key=lambda missing: len(missing.columns) / len(missing.shape.columns),
    )
    raise NotABill(
        f"not a known bill export; nearest is {near.shape.name} ({near.shape.title}), "
        f"which also needs: {', '.join(near.columns)}"
    )
