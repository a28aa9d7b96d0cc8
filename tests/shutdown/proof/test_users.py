"""Which keys that were used since are on no list: the law on literals."""

from __future__ import annotations

from datetime import datetime

import pytest

from govern.model.checklist import Checklist, Reach, Step, Target
from govern.model.clock import BILL_CLOCK, Moment
from govern.shutdown.proof.users import User, unknown_users

REACHES = datetime(2026, 9, 10)
AFTER, BEFORE = datetime(2026, 9, 10, 0, 0, 1), REACHES


def listed(kind: str = "api_key", key: str = "7") -> Step:
    target = Target(kind, key, None, "llm-a")
    return Step("s", "disable_key", None, target, "w", "h", True, "bill")


def unknown(
    *users: User, wishes: tuple[str, ...] = ("all",), step: Step | None = None
) -> list[str]:
    reach = Reach(Moment(REACHES, BILL_CLOCK), "100")
    checklist = Checklist(
        Moment(REACHES, BILL_CLOCK), ("100",), steps=(step or listed(),), wishes=wishes,
        reaches=(reach,),
    )  # fmt: skip
    return unknown_users(checklist, users, BILL_CLOCK)


def user(key: str, last: datetime = AFTER, space: str | None = "llm-a", payer: str = "100") -> User:
    return User(payer, space, key, last)


def test_a_key_of_no_step_that_was_used_since_is_named() -> None:
    assert unknown(user("9"), user("8"), user("8")) == ["llm-a/8", "llm-a/9"]
    assert unknown(user("8", space=None)) == ["no workspace/8"]


def test_a_key_with_a_step_is_known_in_its_own_workspace_only() -> None:
    assert unknown(user("7")) == []
    assert unknown(user("7", space="llm-b")) == ["llm-b/7"]
    assert unknown(user("7"), step=listed("workspace")) == ["llm-a/7"]


def test_what_the_inputs_showed_makes_nothing_stale() -> None:
    assert unknown(user("8", BEFORE)) == []
    # Of a payer whose bill was no input, nothing was known.
    assert unknown(user("8", BEFORE, payer="200")) == ["llm-a/8"]


@pytest.mark.parametrize(
    ("wishes", "names"),
    [
        ((), []),
        (("workspace=llm-b",), []),
        (("workspace=llm-a",), ["llm-a/8"]),
        (("workspace=llm-b", "api_key=llm-a/8"), ["llm-a/8"]),
        (("api_key=9",), []),
    ],
)
def test_only_what_a_wish_covers_counts(wishes: tuple[str, ...], names: list[str]) -> None:
    assert unknown(user("8"), wishes=wishes) == names
