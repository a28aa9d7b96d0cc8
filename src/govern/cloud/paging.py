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

#: No list of an account has more pages, nor so many in a row without any row.
_MOST_PAGES = 10_000
_MOST_EMPTY = 10

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


def rows_in(title: str, rows: object) -> list[Row]:
    """The rows of an answer. Raises CallFailed where there are none: what is no list is not an
    empty one."""
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise _broken(title, "an answer without its list")
    return rows


def inside(title: str, body: Row, name: str) -> Row:
    """The object of that name in an answer. Raises CallFailed."""
    value = body.get(name)
    if not isinstance(value, Mapping):
        raise _broken(title, f"an answer without {name}")
    return value


def whole(total: object) -> int | None:
    """How many rows there are, as an answer says it."""
    text = str(total)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def page(title: str, rows: object, next: object, total: object, at: datetime) -> Page:
    """A page as an answer has it. Raises CallFailed.

    A list of no rows may be left out, if its total says that there are none.
    """
    count = whole(total)
    listed = [] if rows is None and count == 0 else rows_in(title, rows)
    return Page(listed, str(next) if next not in (None, "") else None, count, at)


def read(title: str, page: Callable[[str | None], Page]) -> Rows:
    """All rows. ``page`` asks for the page behind a token. Raises CallFailed."""
    for _ in range(_READINGS):
        rows = _read_once(title, _pages(title, page))
        if isinstance(rows, Rows):
            return rows
    raise _broken(title, f"{rows}, read {_READINGS} times")


def read_numbered(title: str, page: Callable[[int], Page], size: int) -> Rows:
    """All rows of a list whose pages have numbers, from 1; ``size`` rows are asked for at once.

    Raises CallFailed.
    """
    for _ in range(_READINGS):
        rows = _read_once(title, _numbered(title, page, size))
        if isinstance(rows, Rows):
            return rows
    raise _broken(title, f"{rows}, read {_READINGS} times")


def _read_once(title: str, pages: Iterator[Page]) -> Rows | str:
    """All rows, or what is missing. Raises CallFailed for more rows than there should be."""
    rows: list[Row] = []
    total: int | None = None
    last: Page | None = None
    empty = 0
    for number, last in enumerate(pages, 1):
        rows += last.rows
        total = last.total if last.total is not None else total
        if total is not None and len(rows) >= total + max(len(last.rows), 1):
            raise _broken(title, f"{len(rows)} rows where there should be {total}")
        empty = 0 if last.rows else empty + 1
        if empty > _MOST_EMPTY or number > _MOST_PAGES:
            raise _broken(title, "pages that never end")
    assert last is not None
    if total is None or len(rows) >= total:
        return Rows(tuple(rows), last.at)
    return f"{len(rows)} rows where there should be {total}"


def _pages(title: str, ask: Callable[[str | None], Page]) -> Iterator[Page]:
    seen: set[str] = set()
    token: str | None = None
    while True:
        page = ask(token)
        yield page
        token = page.next
        if not token:
            return
        if token in seen:
            raise _broken(title, "a page token that came twice")
        seen.add(token)


def _numbered(title: str, ask: Callable[[int], Page], size: int) -> Iterator[Page]:
    """A service may give fewer rows a page than it was asked for: its total decides."""
    count = 0
    before: Page | None = None
    for number in range(1, _MOST_PAGES + 2):
        page = ask(number)
        if before and page.rows and page.rows == before.rows:
            raise _broken(title, "a page that came twice")
        yield page
        count += len(page.rows)
        if not page.rows or (len(page.rows) < size if page.total is None else count >= page.total):
            return
        before = page


def _broken(title: str, problem: str) -> CallFailed:
    return CallFailed(title, problem, code="BrokenList")
