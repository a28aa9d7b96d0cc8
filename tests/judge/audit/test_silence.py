"""Leaking, settling, stopped: the pure law on literals."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from govern.judge.audit.delays import Delays
from govern.judge.audit.silence import State, after_stop, believed, most_cautious, without_stop
from govern.judge.audit.use import Stop, Use
from govern.judge.bill.horizon import Horizon, Month

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
    return after_stop(uses, Stop(STOP, "test"), horizon or september(), Delays(), jobs or None)


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


def test_a_bill_decides_from_the_very_instant_on_that_settling_names() -> None:
    settling = judged(horizon=september(LEAKS + timedelta(hours=48, seconds=-1)))
    assert (settling.word, settling.look_again_at) == ("settling", LEAKS + timedelta(hours=48))
    assert settling.reason == (
        "the bill reaches 2026-09-12 08:14; a bill that reaches 2026-09-12 08:15 decides"
    )
    stopped = judged(horizon=september(LEAKS + timedelta(hours=48)))
    assert (stopped.word, stopped.proved_until) == ("stopped", LEAKS)


def test_a_day_that_ends_at_the_stop_is_before_it() -> None:
    midnight = Stop(datetime(2026, 9, 10), "test")
    eve, day = (use(datetime(2026, 9, at), width="day") for at in (9, 10))
    before = after_stop([eve], midnight, september(), Delays())
    assert (before.word, before.residual) == ("stopped", ())
    assert after_stop([day], midnight, september(), Delays()).word == "settling"


def test_a_day_that_begins_with_the_stop_is_settling_however_long_the_grace_time_is() -> None:
    stop = Stop(datetime(2026, 9, 10), "test")
    same_day = use(datetime(2026, 9, 10), width="day")
    for hours in (24, 72):
        state = after_stop([same_day], stop, september(), Delays(grace=timedelta(hours=hours)))
        assert (state.word, state.residual) == ("settling", ())
    next_day = use(datetime(2026, 9, 11), width="day")
    long = Delays(grace=timedelta(hours=48))
    assert after_stop([next_day], stop, september(), long).residual == (next_day,)


def test_a_day_of_the_stop_with_charges_of_a_job_that_goes_on_is_residual() -> None:
    day = use(datetime(2026, 9, 10), width="day", service="training")
    state = judged(day, training=datetime(2026, 9, 12))
    assert (state.word, state.residual) == ("stopped", (day,))


@pytest.mark.parametrize(
    ("use_", "told"),
    [
        (Use(LEAKS, LEAKS, LEAKS, perhaps=True), None),
        (
            Use(STOP, LEAKS, LEAKS + timedelta(microseconds=1), perhaps=True),
            "1 later charge of its account could be its own",
        ),
        (
            Use(LEAKS, LEAKS, LEAKS + timedelta(days=1), charges=3, perhaps=True, unparsed=True),
            "3 later charges of its account could be its own: of 3 the Instance ID has no known "
            "layout (instance_ids: in govern.yaml can teach it)",
        ),
        (
            Use(LEAKS, LEAKS, LEAKS + timedelta(days=1), service="other", charges=2, perhaps=True),
            "2 later charges of its account could be its own: of 2 neither commodity nor Instance "
            "ID tells the service",
        ),
    ],
)
def test_a_later_charge_that_could_be_its_own_is_told_with_what_it_lacks(
    use_: Use, told: str | None
) -> None:
    state = judged(use_)
    if told is None:
        assert state.word == "stopped"
    else:
        assert (state.word, state.leaks) == ("settling", ())
        assert state.reason == f"{told}; then a bill that reaches 2026-09-12 08:15 decides"


def test_charges_that_lack_nothing_are_not_told_as_lacking() -> None:
    lacking = Use(LEAKS, LEAKS, LEAKS + timedelta(days=1), perhaps=True, unparsed=True)
    known = Use(LEAKS, LEAKS, LEAKS + timedelta(days=1), perhaps=True)
    assert "2 later charges of its account could be its own: of 1 the Instance ID" in (
        judged(lacking, known).reason
    )


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


def test_a_residual_charge_doesn_t_skip_what_was_not_shown_before_it() -> None:
    """September's bill of the 12th misses the use of its other days; October's has a job's."""
    early = Month(
        "2026-09", datetime(2026, 9, 1), datetime(2026, 10, 1), datetime(2026, 9, 12), True, False
    )
    october = Month(
        "2026-10", datetime(2026, 10, 1), datetime(2026, 11, 1), datetime(2026, 11, 4), True, True
    )
    job = use(datetime(2026, 10, 5), service="training")
    state = judged(job, horizon=Horizon([early, october]))
    assert (state.word, state.proved_until) == ("settling", None)
    assert "2026-09 was exported on 2026-09-12 00:00, before it was complete" in state.reason
    complete = Month(
        "2026-09", datetime(2026, 9, 1), datetime(2026, 10, 1), datetime(2026, 10, 4), True, True
    )
    state = judged(job, horizon=Horizon([complete, october]))
    assert (state.word, state.proved_until) == ("stopped", datetime(2026, 11, 1))


def test_a_job_s_charge_within_the_grace_time_is_residual_as_well() -> None:
    assert len(judged(use(STOP, service="batch")).residual) == 1
    assert judged(use(STOP - timedelta(seconds=1), service="batch")).residual == ()


def test_a_job_s_sum_over_the_stop_is_residual_only_if_it_goes_on_after_the_grace_time() -> None:
    begin, moment = STOP - timedelta(hours=1), timedelta(microseconds=1)
    within = use(begin, last=LEAKS - moment, service="batch")
    beyond = use(begin, last=LEAKS, service="batch")
    assert judged(within).residual == ()
    assert judged(beyond).residual == (beyond,)


def test_settling_behind_a_job_says_until_when_it_was_charged() -> None:
    late = use(datetime(2026, 9, 19, 12), service="training")
    assert judged(late).reason == (
        "the bill reaches 2026-09-20 12:00, and a job was charged until 2026-09-19 12:00; "
        "a bill that reaches 2026-09-21 12:00 decides"
    )


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
    state = after_stop([], stop, final, Delays())
    assert state.word == "settling"
    assert "add 2026-10" in state.reason
    # A second before, the final month shows all of the last second.
    sooner = Stop(stop.at - timedelta(seconds=1), "test")
    assert after_stop([], sooner, final, Delays()).word == "stopped"


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
    state = without_stop(latest, september(), Delays())
    assert state.word == word
    assert told in state.reason
    if latest[0].coarse:
        assert "24 h" not in state.reason and "00:00" not in state.reason


def test_a_day_that_ends_where_the_last_24_hours_begin_is_quiet() -> None:
    midnight = september(datetime(2026, 9, 20))
    day = [use(datetime(2026, 9, 18), width="day")]
    assert without_stop(day, midnight, Delays()).word == "quiet"
    next_second = september(datetime(2026, 9, 19, 23, 59, 59))
    assert without_stop(day, next_second, Delays()).word == "charging"


def test_of_uses_of_several_widths_the_last_one_is_told() -> None:
    day, month = use(datetime(2026, 9, 19), width="day"), use(datetime(2026, 9, 1), width="month")
    of_a_day = "last used on 2026-09-19, and the bill tells no time of the day"
    of_a_month = "last used in 2026-09, and the bill tells no day"
    assert without_stop([month, day], september(), Delays()).reason == of_a_day
    assert without_stop([day, month], september(), Delays()).reason == of_a_day
    assert without_stop([month], september(), Delays()).reason == of_a_month
    earlier, later = use(datetime(2026, 9, 12, 9)), use(datetime(2026, 9, 14), width="day")
    for latest in ([earlier, later], [later, earlier]):
        assert without_stop(latest, september(), Delays()).reason == (
            "no use after 2026-09-14; no proof: no stop is known"
        )


def test_of_several_payers_the_least_that_is_shown_counts() -> None:
    far, near = judged(), judged(horizon=september(datetime(2026, 9, 15)))
    assert most_cautious([far, near]).proved_until == datetime(2026, 9, 13)
    short = judged(horizon=september(datetime(2026, 9, 11)))
    assert most_cautious([far, short, near]).word == "settling"


def test_a_bill_that_can_t_be_trusted_proves_no_silence() -> None:
    state = believed(judged(), "two exports overlap", Delays())
    assert (state.word, state.proved_until) == ("settling", None)
    assert state.look_again_at == LEAKS + timedelta(hours=48)
    assert state.reason == (
        "no proof, since the bill can't be trusted: two exports overlap; "
        "then a bill that reaches 2026-09-12 08:15 decides"
    )


def test_what_a_bill_shows_that_is_no_proof_is_said_whether_it_can_be_trusted_or_not() -> None:
    leaking, settling = judged(use(LEAKS)), judged(horizon=september(LEAKS))
    assert (leaking.word, settling.word) == ("leaking", "settling")
    for state in (leaking, settling, State("quiet", "no usage")):
        assert believed(state, "two exports overlap", Delays()) == state
    assert believed(judged(), None, Delays()) == judged()
