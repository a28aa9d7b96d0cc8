"""Lists read to their end, or said to be broken: a token that repeats, rows that are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from govern.cloud.failure import CallFailed

#: A list whose last page has too few rows is read so often before it counts as broken: what is
#: made or deleted while one reads moves rows between pages.
_READINGS = 3

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """Some rows of a list. ``next``: what asks for more; None after the last page.

    ``total``: how many rows the service says there are, where it does. ``at``: the account's time.
    """

    rows: Sequence[Row]
    next: str | None
    total: int | None
    at: datetime


@dataclass(frozen=True)
class Rows:
    """A list that was read to its end. ``at``: when its last page came."""

    rows: tuple[Row, ...]
    at: datetime


def rows_in(title: str, found: object) -> list[Row]:
    """The rows of an answer. Raises CallFailed where there are none: what is no list is not an
    empty one."""
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise CallFailed(title, "an answer without its list", code="BrokenList")
    return found


def inside(title: str, body: Row, name: str) -> Row:
    """The object of that name in an answer. Raises CallFailed."""
    found = body.get(name)
    if not isinstance(found, Mapping):
        raise CallFailed(title, f"an answer without {name}", code="BrokenList")
    return found


def whole(total: object) -> int | None:
    """How many rows there are, as an answer says it."""
    return int(str(total)) if str(total).isdigit() else None


def read(title: str, page: Callable[[str | None], Page]) -> Rows:
    """All rows. ``page`` asks for the page behind a token. Raises CallFailed."""
    for reading in range(1, _READINGS + 1):
        found: list[Row] = []
        total: int | None = None
        last: Page | None = None
        for last in _pages(title, page):
            found += last.rows
            total = last.total if last.total is not None else total
            if total is not None and len(found) >= total + max(len(last.rows), 1):
                told = f"{len(found)} rows where there should be {total}"
                raise CallFailed(title, told, code="BrokenList")
        assert last is not None
        if total is None or len(found) >= total:
            return Rows(tuple(found), last.at)
        if reading == _READINGS:
            break
    told = f"{len(found)} rows where there should be {total}, read {_READINGS} times"
    raise CallFailed(title, told, code="BrokenList")


def _pages(title: str, page: Callable[[str | None], Page]) -> Iterator[Page]:
    seen: set[str] = set()
    token: str | None = None
    while True:
        found = page(token)
        yield found
        token = found.next
        if not token:
            return
        if token in seen:
            raise CallFailed(title, "a page token that came twice", code="BrokenList")
        seen.add(token)
