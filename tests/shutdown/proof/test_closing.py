"""A closing proof of nothing but other steps: it says what the worst of them says."""

from __future__ import annotations

from datetime import datetime

import pytest

from govern.model.verification import StepResult
from govern.shutdown.proof.closing import all_of

BARE = StepResult("closing", "closing_proof", "Close", "todo", None, "")


def day(number: int) -> datetime:
    return datetime(2026, 9, number)


def of(
    id: str, state: str, *, until: datetime | None = None, again: datetime | None = None
) -> StepResult:
    return StepResult(
        id, "disable_key", "t", state, "bill", "", proved_until=until, look_again_at=again
    )


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("proved", "failed", "waiting", "todo"), ("failed", "bill", "not stopped: b")),
        (("failed", "failed", "proved"), ("failed", "bill", "not stopped: a and 1 more")),
        (("failed", "failed", "failed"), ("failed", "bill", "not stopped: a and 2 more")),
        (("todo", "waiting", "blocked"), ("waiting", "bill", "still waiting: b")),
        (("proved", "todo", "blocked"), ("blocked", None, "still open: b")),
        (("proved", "proved", "blocked"), ("blocked", None, "still open: c")),
    ],
)
def test_the_worst_of_its_steps_decides(
    states: tuple[str, ...], expected: tuple[str, str | None, str]
) -> None:
    result = all_of(BARE, [of(id, state) for id, state in zip("abcd", states, strict=False)])
    assert (result.state, result.basis, result.reason) == expected


def test_what_waits_is_looked_at_again_when_the_last_of_them_is() -> None:
    waits = [of("a", "waiting", again=day(7)), of("b", "waiting", again=day(9))]
    assert all_of(BARE, waits).look_again_at == day(9)
    assert all_of(BARE, [of("a", "waiting")]).look_again_at is None
    # What leaks isn't waited for.
    assert all_of(BARE, [of("c", "failed", again=day(5)), *waits]).look_again_at is None


def test_it_is_proved_for_as_long_as_all_of_them_are() -> None:
    every = [of("a", "proved", until=day(9)), of("b", "proved", until=day(7)), of("c", "kept")]
    result = all_of(BARE, every)
    assert (result.state, result.basis, result.proved_until) == ("proved", "bill", day(7))


def test_of_words_alone_it_is_a_word() -> None:
    result = all_of(BARE, [of("a", "proved"), of("b", "kept")])
    assert (result.state, result.basis, result.proved_until) == ("proved", "person", None)
