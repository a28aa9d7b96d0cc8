"""Words in a sentence: the first of many, and how many there are besides."""

from __future__ import annotations

import pytest

from govern.model.text import some


@pytest.mark.parametrize(
    ("words", "most", "told"),
    [
        ([], 3, ""),
        (["a"], 1, "a"),
        (["a", "b"], 1, "a and 1 more"),
        (["a", "b", "c"], 3, "a, b, c"),
        (["a", "b", "c", "d", "e"], 3, "a, b, c and 2 more"),
    ],
)
def test_the_first_are_named_and_the_rest_is_counted(
    words: list[str], most: int, told: str
) -> None:
    assert some(words, most) == told


def test_what_is_counted_and_what_stands_between_may_be_said() -> None:
    assert some(["a", "b", "c"], 2, "more files", between="; ") == "a; b and 1 more files"
