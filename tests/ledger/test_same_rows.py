"""Which exports are compared in one layout's own words, and which files share keys: on literals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest

from govern.ledger.exports import Export
from govern.ledger.same_rows import of_one_layout
from govern.ledger.shared_keys import SharedKeys


@dataclass(frozen=True)
class Held:
    """Of an export what is asked of it here."""

    number: int
    layout: int
    files: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("layouts", "sharing", "alike"),
    [
        ("aab", [(0, 1)], [True, True, True]),
        ("aab", [(0, 2)], [False, True, False]),
        # What shares rows with one that is mixed is mixed as well, however far.
        ("aaba", [(0, 1), (1, 2)], [False, False, False, True]),
        ("aabaa", [(3, 0), (0, 1), (1, 2)], [False, False, False, False, True]),
        ("aaa", [(0, 1), (1, 2)], [True, True, True]),
        ("ab", [], [True, True]),
    ],
)
def test_exports_that_may_share_rows_with_another_layout_are_compared_in_common_words(
    layouts: str, sharing: list[tuple[int, ...]], alike: list[bool]
) -> None:
    exports = cast(Any, [Held(at, ord(layout)) for at, layout in enumerate(layouts)])
    assert of_one_layout(exports, sharing) == dict(enumerate(alike))


def test_an_export_has_keys_if_one_of_its_files_has() -> None:
    keys = SharedKeys(frozenset({1}), frozenset(), {4: 2})
    exports = [cast(Export, Held(4, 0, files)) for files in ((0, 1), (1,), (0, 2), ())]
    assert [keys.has(export) for export in exports] == [True, True, False, False]


def test_an_export_without_keys_is_a_family_of_its_own() -> None:
    keys = SharedKeys(frozenset(), frozenset(), {4: 2})
    assert [keys.family(cast(Export, Held(number, 0))) for number in (4, 7)] == [2, 7]
