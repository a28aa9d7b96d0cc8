"""What a bill can show of one payer, month by month: the pure law on literals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from govern.judge.bill.horizon import Horizon, Month

SETTLE = timedelta(hours=48)


def day(month: int, number: int, hour: int = 0) -> datetime:
    return datetime(2026, month, number, hour)


def month(
    number: int, until: datetime, *, exported: bool = True, final: bool | None = False
) -> Month:
    start = day(number, 1)
    return Month(f"2026-{number:02}", start, day(number + 1, 1), until, exported, final)


OPEN_SEPTEMBER = month(9, day(9, 20))
FINAL_SEPTEMBER = month(9, day(10, 4), final=True)
FINAL_OCTOBER = month(10, day(11, 4), final=True)


def test_silence_is_proved_up_to_settle_before_the_export() -> None:
    assert Horizon([OPEN_SEPTEMBER]).proved(day(9, 10), SETTLE) == day(9, 18)


def test_a_day_whose_own_file_came_too_early_holds_back_what_follows_it() -> None:
    # Two daily files: that of the 5th was exported on the 6th, that of the 6th long after.
    days = ((day(9, 6), day(9, 6, 3)), (day(9, 7), day(9, 20)))
    daily = replace(month(9, day(9, 25)), days=days)
    assert daily.complete(SETTLE) == day(9, 4, 3)
    # Exported settle after its end, to the instant, the first day is whole as well.
    whole = replace(daily, days=((day(9, 6), day(9, 8)), days[1]))
    assert whole.complete(SETTLE) == day(9, 23)
    # Of two early ones the earlier holds back more.
    both = replace(daily, days=((day(9, 6), day(9, 6, 3)), (day(9, 7), day(9, 7, 1))))
    assert both.complete(SETTLE) == day(9, 4, 3)


def test_a_final_month_is_proved_to_its_end_and_no_further() -> None:
    assert Horizon([FINAL_SEPTEMBER]).proved(day(9, 10), SETTLE) == day(10, 1)


def test_an_export_long_after_its_month_proves_nothing_of_the_next_one() -> None:
    late = month(9, day(12, 24), final=None)
    assert Horizon([late]).proved(day(9, 10), SETTLE) == day(10, 1)
    assert Horizon([late]).lacking(day(10, 1)) == (
        "the bill holds nothing since 2026-10-01: add 2026-10"
    )


@pytest.mark.parametrize("exported", [True, False])
def test_a_later_month_extends_nothing_of_an_earlier_one(exported: bool) -> None:
    cut_short = month(9, day(9, 20), exported=exported)
    horizon = Horizon([cut_short, FINAL_OCTOBER])
    assert horizon.proved(day(9, 10), SETTLE) == day(9, 18)
    assert horizon.proved(day(9, 22), SETTLE) == day(9, 18)
    assert horizon.proved(day(9, 30, 23), SETTLE) == day(9, 18)
    # From its own first instant on the later month stands for itself.
    assert horizon.proved(day(10, 1), SETTLE) == day(11, 1)
    assert horizon.proved(day(10, 2), SETTLE) == day(11, 1)
    assert "2026-09" in (horizon.early(day(9, 22), SETTLE) or "")


def test_a_month_is_complete_when_its_export_lies_settle_behind_its_end() -> None:
    next_month = month(10, day(10, 20))
    just = Horizon([month(9, day(10, 3)), next_month])
    assert just.proved(day(9, 10), SETTLE) == day(10, 18)
    early = Horizon([month(9, day(10, 3) - timedelta(seconds=1)), next_month])
    assert early.proved(day(9, 10), SETTLE) == day(10, 1) - timedelta(seconds=1)


def test_a_later_month_s_own_early_export_ends_the_proof_there() -> None:
    horizon = Horizon([FINAL_SEPTEMBER, month(10, day(10, 8))])
    assert horizon.proved(day(9, 10), SETTLE) == day(10, 6)
    assert horizon.proved(day(10, 2), SETTLE) == day(10, 6)
    assert horizon.proved(day(10, 7), SETTLE) == day(10, 6)


def test_a_bill_that_begins_after_the_stop_proves_nothing() -> None:
    horizon = Horizon([FINAL_OCTOBER])
    assert horizon.lacking(day(9, 30)) == (
        "the bill begins on 2026-10-01, after that: add the earlier months"
    )
    assert horizon.lacking(day(10, 1)) is None


def test_across_a_gap_nothing_is_proved() -> None:
    horizon = Horizon([FINAL_SEPTEMBER, FINAL_OCTOBER], ((day(10, 5), day(10, 6)),))
    assert horizon.lacking(day(9, 10)) == "the bill misses 2026-10-05 to 2026-10-06: add it"
    assert horizon.lacking(day(10, 5, 23)) is not None
    assert horizon.lacking(day(10, 6)) is None
    assert horizon.proved(day(9, 10), SETTLE) == day(10, 5)
    assert horizon.proved(day(10, 5, 23), SETTLE) == day(10, 5)
    # From the end of the gap on all is there.
    assert horizon.proved(day(10, 6), SETTLE) == day(11, 1)


def test_before_its_first_month_nothing_is_proved() -> None:
    assert Horizon([FINAL_SEPTEMBER]).proved(day(8, 31), SETTLE) == day(9, 1)
    assert Horizon([OPEN_SEPTEMBER, FINAL_OCTOBER]).early(day(8, 31), SETTLE) is None


def test_what_was_never_exported_again_is_named_with_its_reason() -> None:
    named = Horizon([OPEN_SEPTEMBER, FINAL_OCTOBER]).early(day(9, 22), SETTLE)
    assert named == (
        "2026-09 was exported on 2026-09-20 00:00, before it was complete: export it again"
    )
    nameless = month(9, day(9, 20, 8), exported=False)
    assert Horizon([nameless, FINAL_OCTOBER]).early(day(9, 22), SETTLE) == (
        "2026-09 shows nothing after its own last row, 2026-09-20 08:00, since nothing tells when "
        "it was exported: export it again, or say it with --exported-at"
    )
    # The last month is only not over yet: a later bill of it decides.
    assert Horizon([OPEN_SEPTEMBER]).early(day(9, 19), SETTLE) is None


def test_an_export_just_after_the_end_of_its_month_is_told_as_too_early() -> None:
    hasty = Horizon([month(9, day(10, 1, 9))])
    assert hasty.early(day(9, 30), SETTLE) == (
        "2026-09 was exported on 2026-10-01 09:00, before it was complete: export it again"
    )
    at_its_end = Horizon([month(9, day(10, 1))])
    assert "2026-10-01 00:00" in (at_its_end.early(day(9, 30), SETTLE) or "")
    before_it = Horizon([month(9, day(9, 30, 23))])
    assert before_it.early(day(9, 30), SETTLE) is None


def test_an_export_settle_behind_the_end_of_its_month_is_not_too_early() -> None:
    assert Horizon([month(9, day(10, 3))]).early(day(9, 30), SETTLE) is None
    assert Horizon([month(9, day(10, 2, 23))]).early(day(9, 30), SETTLE) is not None


def test_what_is_shown_ends_with_the_last_month() -> None:
    assert Horizon([FINAL_SEPTEMBER]).covered == day(10, 1)
    assert Horizon([FINAL_SEPTEMBER, month(10, day(10, 8))]).covered == day(10, 8)


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        (day(9, 1), day(9, 20), None),
        (day(9, 1), day(9, 20, 1), "2026-09 was exported on 2026-09-20"),
        (day(9, 25), day(9, 28), "2026-09 was exported on 2026-09-20"),
        # A period of the next month asks nothing of this one.
        (day(10, 1), day(10, 5), None),
        (day(9, 30), day(10, 5), "2026-09 was exported on 2026-09-20"),
        (day(10, 1), day(11, 1), None),
        (day(10, 1), day(11, 1, 1), "the bill holds nothing since 2026-11-01"),
        (day(8, 31), day(9, 2), "the bill begins on 2026-09-01"),
    ],
)
def test_a_period_is_hidden_where_a_month_of_it_is_cut_short_before_its_end(
    start: datetime, end: datetime, told: str | None
) -> None:
    hidden = Horizon([OPEN_SEPTEMBER, FINAL_OCTOBER]).hidden(start, end)
    assert (hidden or "").startswith(told or "")
    assert (hidden is None) is (told is None)


def test_a_period_is_hidden_by_a_gap_that_it_touches() -> None:
    horizon = Horizon([FINAL_SEPTEMBER], [(day(9, 10), day(9, 12))])
    assert horizon.hidden(day(9, 1), day(9, 10)) is None
    assert horizon.hidden(day(9, 12), day(9, 20)) is None
    for start, end in ((day(9, 1), day(9, 10, 1)), (day(9, 11), day(9, 20))):
        assert "the bill misses 2026-09-10 to 2026-09-12" in (horizon.hidden(start, end) or "")


def test_a_month_known_by_nothing_but_its_name_is_shown_to_the_month() -> None:
    assert month(9, day(9, 1), exported=False).shown_width == "month"
    assert month(9, day(9, 1), exported=True).shown_width == "second"
    assert month(9, day(9, 2), exported=False).shown_width == "second"
