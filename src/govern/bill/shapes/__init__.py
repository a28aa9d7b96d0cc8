"""The table of shapes, and the one decision which of them a header is."""

from __future__ import annotations

from collections.abc import Sequence

from govern.bill.shape import Columns, Missing, Shape, match, repeated
from govern.bill.shapes import api, detail_en, detail_en_old, detail_tc, detail_zh, focus, v2
from govern.model.text import shorten

SHAPES: tuple[Shape, ...] = (
    detail_zh.SHAPE,
    detail_en.SHAPE,
    detail_en_old.SHAPE,
    detail_tc.SHAPE,
    v2.SHAPE,
    api.SHAPE,
    focus.SHAPE,
)


class NotABill(Exception):
    """The header is of no known shape, or of several; the message says what is missing."""


def recognise(header: Sequence[str], shapes: Sequence[Shape] = SHAPES) -> Columns:
    """The one shape that claims this header. Raises :class:`NotABill`."""
    results = [match(shape, header) for shape in shapes]
    claims = _preferred([result for result in results if isinstance(result, Columns)])
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
        key=lambda missing: (
            len(missing.strangers),
            len(missing.columns) / len(missing.shape.columns),
        ),
    )
    raise NotABill(_unlike(near))


def _unlike(near: Missing) -> str:
    """What keeps a header from being of the shape that it is nearest to."""
    told = f"not a known bill export; nearest is {near.shape.name} ({near.shape.title})"
    if len(near.columns) == 1:
        return f"column {near.columns[0]} is missing: {told}"
    if near.columns:
        return f"{told}, which also needs: {', '.join(near.columns)}"
    return f"{told}, which has no column {shorten(near.strangers[0])!r}"


def _preferred(claims: Sequence[Columns]) -> Sequence[Columns]:
    """Known shapes before a taught one, unless only the taught one knows the payable amount."""
    known = [claim for claim in claims if not claim.shape.last_resort]
    payable = [claim for claim in claims if claim.payable]
    if not known or any(claim.payable for claim in known):
        return known or claims
    return payable or known
