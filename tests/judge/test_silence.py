"""Leaking, settling, stopped: the pure law on literals."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from govern.judge.horizon import Horizon, Month
from govern.judge.silence import (
    State,
    Stop,
    Terms,
    Use,
    after_stop,
    most_cautious,
    without_stop,
)

STOP = datetime(2026, 9, 10, 8)
#: The grace time of 15 minutes is over.
LEAKS = datetime(2026, 9, 10, 8, 15)


def september(until: datetime = datetime(2026, 9, 20, 12)) -> Horizon:
    return Horizon(
        [Month("2026-09", datetime(2026, 9, 1), datetime(2026, 10, 1), until, True, False)]
    )


def use(
    at: datetime,
    *,
    last: datetime | None = None,
    width: str = "second",
    service: str = "inference",
    amount: str = "1",
    currency: str = "CNY",
    unparsed: bool = False,
) -> Use:
    wide = {"second": timedelta(microseconds=1), "minute": timedelta(minutes=1)}
    wide |= {"day": timedelta(days=1), "month": timedelta(days=30)}
    last = last or at
    return Use(
        at, last, last + wide[width], width, service, currency, Decimal(amount), perhaps=unparsed
    )


def judged(*uses: Use, horizon: Horizon | None = None, **jobs: datetime) -> State:
    return after_stop(uses, Stop(STOP, "test"), horizon or september(), Terms(), jobs or None)


@pytest.mark.parametrize(
    ("at", "word"),
    [
        (LEAKS, "leaking"),
        (LEAKS - timedelta(seconds=1), "stopped"),
        (STOP, "stopped"),
        (STOP - timedelta(seconds=1), "stopped"),
    ],
)
def test_the_end_of_the_grace_time_leaks_already(at: datetime, word: str) -> None:
    assert judged(use(at)).word == word


def test_a_minute_wide_charge_across_the_end_of_the_grace_time_is_neither() -> None:
    # 08:14 is over at 08:15 sharp; a grace time that ends within the minute can't be told.
    assert judged(use(LEAKS - timedelta(minutes=1), width="minute")).word == "stopped"
    state = judged(use(LEAKS - timedelta(seconds=30), width="minute"))
    assert (state.word, state.leaks) == ("settling", ())
    assert "2026-09-10 08:14 is known to the minute only" in state.reason
    assert judged(use(LEAKS, width="minute")).word == "leaking"


def test_a_sum_that_can_t_be_divided_across_the_end_of_the_grace_time_is_neither() -> None:
    state = judged(use(LEAKS - timedelta(minutes=5), last=LEAKS + timedelta(hours=5)))
    assert (state.word, state.leaks) == ("settling", ())
    assert "as one sum, on both sides of the stop: the bill itself is needed" in state.reason


def test_a_month_wide_charge_is_never_told_as_a_day() -> None:
    state = judged(use(datetime(2026, 9, 1), width="month"))
    assert state.word == "settling"
    assert "a charge of 2026-09 is known to the month only" in state.reason
    assert "2026-09-01" not in state.reason


def test_a_day_wide_leak_is_told_as_a_day() -> None:
    reason = judged(use(datetime(2026, 9, 11), width="day")).reason
    assert reason.endswith("first on 2026-09-11")


def test_residual_charges_are_told_with_their_sums() -> None:
    state = judged(
        use(STOP, amount="0.5"),
        use(STOP + timedelta(minutes=5), amount="0.75"),
        use(STOP, amount="2", currency="USD"),
    )
    assert state.word == "stopped"
    assert state.reason == (
        "no use from 2026-09-10 08:15 to 2026-09-18 12:00; "
        "after the stop, 3 residual charges: 1.25 CNY, 2 USD"
    )


@pytest.mark.parametrize("service", ["batch", "training", "deployment"])
def test_jobs_that_nobody_ends_are_residual_and_the_silence_begins_behind_them(
    service: str,
) -> None:
    late = datetime(2026, 9, 17, 12)
    state = judged(use(late, service=service))
    assert (state.word, len(state.residual)) == ("stopped", 1)
    assert state.silent_from == late + timedelta(microseconds=1)
    later = judged(use(late + timedelta(days=2), service=service))
    assert (later.word, later.look_again_at) == (
        "settling",
        late + timedelta(days=4, microseconds=1),
    )


def test_a_job_s_charge_within_the_grace_time_is_residual_as_well() -> None:
    assert len(judged(use(STOP, service="batch")).residual) == 1
    assert judged(use(STOP - timedelta(seconds=1), service="batch")).residual == ()


def test_a_job_that_was_to_end_leaks_from_the_given_instant_on() -> None:
    until = datetime(2026, 9, 12, 8)
    before, after = use(until - timedelta(seconds=1), service="training"), use(until)
    assert judged(before, training=until).word == "stopped"
    leak = use(after.first, service="training")
    state = judged(before, leak, training=until)
    assert (state.word, state.leaks, state.residual) == ("leaking", (leak,), (before,))
    # Nobody said when a batch ends.
    assert judged(use(after.first, service="batch"), training=until).word == "stopped"
    # A day that holds the instant may lie on either side.
    assert judged(
        use(datetime(2026, 9, 12), width="day", service="training"), training=until
    ).word == ("settling")


def test_a_job_that_ended_before_the_stop_has_the_grace_time_all_the_same() -> None:
    ended = STOP - timedelta(days=1)
    inside = use(LEAKS - timedelta(seconds=1), service="batch")
    assert judged(inside, batch=ended).word == "stopped"
    assert judged(use(LEAKS, service="batch"), batch=ended).word == "leaking"


def test_stop_and_grace_exactly_at_a_month_s_end_need_the_next_month() -> None:
    stop = Stop(datetime(2026, 9, 30, 23, 45), "test")
    final = Horizon(
        [
            Month(
                "2026-09",
                datetime(2026, 9, 1),
                datetime(2026, 10, 1),
                datetime(2026, 10, 4),
                True,
                True,
            )
        ]
    )
    state = after_stop([], stop, final, Terms())
    assert state.word == "settling"
    assert "add 2026-10" in state.reason
    # A second before, the final month shows all of the last second.
    sooner = Stop(stop.at - timedelta(seconds=1), "test")
    assert after_stop([], sooner, final, Terms()).word == "stopped"


def test_a_silence_that_begins_behind_a_job_needs_its_own_month() -> None:
    final = Horizon(
        [
            Month(
                "2026-09",
                datetime(2026, 9, 1),
                datetime(2026, 10, 1),
                datetime(2026, 10, 4),
                True,
                True,
            )
        ]
    )
    last_day = use(datetime(2026, 9, 30), width="day", service="training")
    state = judged(last_day, horizon=final)
    assert state.word == "settling"
    assert "add 2026-10" in state.reason


@pytest.mark.parametrize(
    ("latest", "word", "told"),
    [
        ([use(datetime(2026, 9, 19, 12))], "charging", "used within 24 h before the end"),
        ([use(datetime(2026, 9, 19, 11, 59))], "quiet", "silent since 2026-09-19 11:59"),
        # A day that reaches into the last 24 hours may have been used there: nobody can tell.
        ([use(datetime(2026, 9, 19), width="day")], "charging", "last used on 2026-09-19"),
        ([use(datetime(2026, 9, 18), width="day")], "quiet", "no use after 2026-09-18"),
        ([use(datetime(2026, 9, 1), width="month")], "charging", "last used in 2026-09"),
    ],
)
def test_without_a_stop_no_more_is_told_than_the_bill_knows(
    latest: list[Use], word: str, told: str
) -> None:
    state = without_stop(latest, september(), Terms())
    assert state.word == word
    assert told in state.reason
    if latest[0].coarse:
        assert "24 h" not in state.reason and "00:00" not in state.reason


def test_of_several_payers_the_least_that_is_shown_counts() -> None:
    far, near = judged(), judged(horizon=september(datetime(2026, 9, 15)))
    assert most_cautious([far, near]).proved_until == datetime(2026, 9, 13)
    short = judged(horizon=september(datetime(2026, 9, 11)))
    assert most_cautious([far, short, near]).word == "settling"
